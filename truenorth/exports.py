"""The components with the types of their arguments, as `truenorth` gives them to programs."""

from __future__ import annotations

from components.geo.arguments import GeoLoadBalancerArgs, GeoPoolArgs
from components.geo.load_balancer import GeoLoadBalancer
from components.geo.pool import GeoPool
from components.owned_record import OwnedRecord, OwnedRecordArgs

__all__ = ["GeoLoadBalancer", "GeoLoadBalancerArgs", "GeoPool", "GeoPoolArgs", "OwnedRecord", "OwnedRecordArgs"]
