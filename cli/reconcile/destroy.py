"""Deletes all that an estate owns, and nothing else."""

from __future__ import annotations

from functools import partial

from cli.engine.run import Listener, Run
from cli.reconcile import writes
from cli.reconcile.apply import behind_api_proxy, one_at_a_time, side_by_side
from cli.reconcile.geo_leave import leave
from cli.reconcile.sending.checkpoints import has_journal
from cli.recovery import intent_log
from cli.session import stack
from cli.session.open import require_estate
from cli.session.secrets import signing_for
from cli.session.session import Session
from components import urns
from stacks.model.observation import Registry
from stacks.model.values import ZoneSnapshot
from stacks.observe.world import read_zones
from stacks.plan.geo.changes import GeoChange


def remove(session: Session, registry: Registry, listener: Listener) -> tuple[GeoChange, ...]:
    """Leave load balancers and address lists, delete the records and their marks.

    Returns what was done to load balancing. Raises as `converge` does.

    What somebody has deleted in the zone is forgotten first: the provider fails to delete what is not there.
    """
    require_estate(session)
    session = signing_for(session, registry)
    zones = read_zones(session.settings, session.credentials, registry)
    listed = [zone for zone in zones if isinstance(zone, ZoneSnapshot)]
    live = {record.id for zone in listed for record in zone.records}
    ids = {zone.zone_id for zone in listed}
    gone: dict[str, list[str]] = {urns.stack(one.urn): [] for one in registry.records}
    for one in registry.records:
        if one.zone_id in ids and one.id not in live:
            gone[urns.stack(one.urn)].append(one.urn)
    left = leave(session, listener) if registry.geo.registered or registry.lists.urns else ()
    stacks = sorted({session.stack, *gone})
    with behind_api_proxy(session, writes.removal(registry, live)) as (place, _):
        side_by_side(place, stacks, partial(_remove, place, gone), one_at_a_time(listener))
    intent_log.forget(session)
    return left


def _remove(place: Session, gone: dict[str, list[str]], name: str, listener: Listener) -> tuple[Run, ...]:
    at = place.at(name)
    refreshed = (stack.refresh(at, gone[name], listener),) if gone.get(name) else ()
    return (*refreshed, stack.destroy(at, listener, checkpoints=not has_journal(at)))
