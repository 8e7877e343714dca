"""Deletes all that a stack owns, and nothing else."""

from __future__ import annotations

from cli.engine import stack
from cli.engine.run import Listener
from cli.leaving import leave
from cli.workplace import Workplace
from stacks.observe.world import read_zones
from stacks.values import Registry, ZoneSnapshot


def remove(workplace: Workplace, registry: Registry, listener: Listener) -> None:
    """Leave the load balancers, and delete the records and their marks. Raises as `converge` does.

    What somebody has deleted in the zone is forgotten first: the provider fails to delete what is not there.
    """
    zones = read_zones(workplace.settings, workplace.credentials, registry)
    listed = [zone for zone in zones if isinstance(zone, ZoneSnapshot)]
    live = {record.id for zone in listed for record in zone.records}
    ids = {zone.zone_id for zone in listed}
    gone = [one.urn for one in registry.records if one.zone_id in ids and one.id not in live]
    if registry.geo.registered:
        leave(workplace, listener)
    if gone:
        stack.refresh(workplace, gone, listener)
    stack.destroy(workplace, listener)
