"""Where a load balancer sends a client: its steering policy over the healthy pools, then the fallback pool.

https://developers.cloudflare.com/load-balancing/understand-basics/traffic-steering/steering-policies/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

from lab.cloudflare.load_balancing.health import healthy_origins, is_healthy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lab.cloudflare.load_balancing.model import LoadBalancer, Pool
    from lab.cloudflare.load_balancing.state import LoadBalancing

_WEIGHTED = frozenset({"random", "least_outstanding_requests", "least_connections"})
_EARTH = 6371.0  # km
# Where clients of a region are taken to be, in degrees.
_CENTERS = {
    "WNAM": (37.8, -122.4),
    "ENAM": (40.7, -74.0),
    "WEU": (50.1, 8.7),
    "EEU": (52.2, 21.0),
    "NSAM": (4.7, -74.1),
    "SSAM": (-23.5, -46.6),
    "OC": (-33.9, 151.2),
    "ME": (25.2, 55.3),
    "NAF": (30.0, 31.2),
    "SAF": (-26.2, 28.0),
    "SAS": (19.1, 72.9),
    "SEAS": (1.35, 103.8),
    "NEAS": (35.7, 139.7),
}


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks. `place` in degrees, else that of the region. `chance` in [0, 1) decides where weights do.

    `latency`: round trip times by pool, in milliseconds; without any, dynamic steering is in the order of failover.
    """

    region: str = "WEU"
    country: str | None = None
    data_center: str | None = None
    place: tuple[float, float] | None = None
    chance: float = 0.0
    latency: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Steered:
    """The pool that a client gets, and the addresses that it may be sent to. `fallback`: no pool was healthy."""

    pool: Pool
    addresses: tuple[str, ...]
    fallback: bool


def steer(balancing: LoadBalancing, load_balancer: LoadBalancer, client: Client, now: datetime) -> Steered | None:
    """Find the pool for a client; None while the load balancer is disabled. The fallback pool ignores health."""
    if not load_balancer.enabled:
        return None
    candidates = [balancing.pools[pool_id] for pool_id in _candidates(load_balancer, client)]
    healthy = [pool for pool in candidates if is_healthy(balancing, pool, now)]
    chosen = _choose(load_balancer, healthy, client)
    if chosen is not None:
        addresses = tuple(one.address for one in healthy_origins(balancing, chosen, now))
        return Steered(chosen, addresses, fallback=False)
    last = balancing.pools[load_balancer.fallback_pool]
    return Steered(last, tuple(one.address for one in last.origins if one.enabled), fallback=True)


def _candidates(load_balancer: LoadBalancer, client: Client) -> Sequence[str]:
    if load_balancer.steering_policy != "geo":
        return load_balancer.default_pools
    return (
        load_balancer.pools_of("pop_pools", client.data_center)
        or load_balancer.pools_of("country_pools", client.country)
        or load_balancer.pools_of("region_pools", client.region)
        or load_balancer.default_pools
    )


def _choose(load_balancer: LoadBalancer, healthy: Sequence[Pool], client: Client) -> Pool | None:
    if not healthy:
        return None
    policy = load_balancer.steering_policy
    if policy in _WEIGHTED:
        return _weighted(load_balancer, healthy, client.chance)
    if policy == "dynamic_latency" and any(pool.id in client.latency for pool in healthy):
        return min(healthy, key=lambda pool: client.latency.get(pool.id, float("inf")))
    if policy == "proximity":
        place = client.place or _CENTERS[client.region]
        return min(healthy, key=lambda pool: float("inf") if pool.place is None else distance(place, pool.place))
    return healthy[0]


def _weighted(load_balancer: LoadBalancer, healthy: Sequence[Pool], chance: float) -> Pool:
    weights = list(accumulate(load_balancer.weight_of(pool.id) for pool in healthy))
    mark = chance * weights[-1]
    return next((pool for pool, weight in zip(healthy, weights, strict=True) if mark < weight), healthy[0])


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres along the great circle between two places given in degrees (haversine formula)."""
    (latitude, longitude), (latitude_2, longitude_2) = (map(radians, place) for place in (one, other))
    half = sin((latitude_2 - latitude) / 2) ** 2
    half += cos(latitude) * cos(latitude_2) * sin((longitude_2 - longitude) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(half))
