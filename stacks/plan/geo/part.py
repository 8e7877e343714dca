"""Load balancing in a plan: from settings and observation to `plan_geo`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from stacks.model.geo import GeoPlan, GeoSight
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known, Unknown, ZoneSnapshot
from stacks.plan.geo.changes import GeoChange, geo_changes
from stacks.plan.geo.plan import as_registered, plan_geo
from stacks.plan.geo.view import Site

if TYPE_CHECKING:
    from stacks.settings.geo import GeoSettings
    from stacks.settings.stack import Settings


def geo_part(settings: Settings, observation: Observation, *, handed_over: bool = False) -> GeoPlan | None:
    """Return the plan of load balancing; None where this stack has no part in it.

    handed_over: whether new origins have been awaited for long enough.
    """
    sight = observation.geo
    if sight is None:
        return None
    if isinstance(sight.account, Unknown):
        return as_registered(observation.registry.geo)
    site = _site(settings, sight, observation)
    plan = plan_geo(settings.geo, site, sight.wishes, sight.account, observation.registry.geo, handed_over=handed_over)
    return replace(plan, notes=(*plan.notes, *_of_objects(settings.geo, sight, plan)))


def _of_objects(settings: GeoSettings | None, sight: GeoSight, plan: GeoPlan) -> Iterator[str]:
    """Yield what keeps the pool as it is, and that nothing is labelled; an unread cluster is told elsewhere."""
    if settings is None or not settings.from_objects or sight.unread:
        return
    unknown = [one.addresses.reason for one in sight.wishes if isinstance(one.addresses, Unknown)]
    if unknown and plan.pool:
        yield f"the pool keeps the origins that it has: {unknown[0]}"
    if not sight.complaints and all(one.addresses == Known(()) for one in sight.wishes):
        kinds = ", ".join(settings.kinds)
        yield f"nothing is balanced: no object ({kinds}) has the label {settings.label_selector}"


def changes_of_geo(plan: Plan, observation: Observation) -> tuple[GeoChange, ...]:
    """Return the changes of a run with this plan to load balancing; none where the account could not be read."""
    sight = observation.geo
    if plan.geo is None or sight is None or isinstance(sight.account, Unknown):
        return ()
    return geo_changes(plan.geo, sight.account, observation.registry.geo)


def _site(settings: Settings, sight: GeoSight, observation: Observation) -> Site:
    """Return the identity of this stack, with the zone of each host name."""
    ids = dict(observation.registry.zone_ids)
    ids |= {zone.zone: zone.zone_id for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    zones = sorted((zone.zone for zone in settings.each_zone() if zone.provider == "cloudflare"), key=len)
    placed = {
        wish.host_name: (zone, ids[zone])
        for wish in sight.wishes
        for zone in zones  # the innermost is the last
        if zone in ids and f".{wish.host_name}".endswith(f".{zone}")
    }
    geo = settings.geo
    if geo is None:
        return Site(settings.owner)
    return Site(settings.owner, geo.cluster or sight.cluster or settings.owner, geo.location, placed)
