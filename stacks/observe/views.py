"""Views where the program meets the world: there names get the view that they are of (`components.views`).

Name servers, providers, engine and objects know bare names. Everything between knows a name with its view.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from components.views import OUTSIDE, bare, qualified, view_of
from stacks.model.claims import WEBHOOK, Claim, Complaint, SourceSighting
from stacks.model.errors import UserError
from stacks.model.observation import Registry
from stacks.model.values import Known, LiveRecord, RegisteredRecord, ZoneSnapshot
from stacks.observe.zone.providers import READERS
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings

_ZonesByView = Mapping[str, Mapping[str, ZoneSettings]]
"""The zones by their domain, by view."""


def listed(snapshot: ZoneSnapshot, view: str) -> ZoneSnapshot:
    """Return a zone as one of a view. snapshot: as its reader gives it."""
    if view == OUTSIDE:
        return snapshot
    return replace(
        snapshot,
        zone=qualified(snapshot.zone, view),
        zone_id=qualified(snapshot.zone_id, view),
        records=tuple(_live(one, view) for one in snapshot.records),
    )


def _live(live: LiveRecord, view: str) -> LiveRecord:
    record = replace(live.record, name=qualified(live.record.name, view))
    return replace(live, id=qualified(live.id, view), record=record)


def registered(provider: str, resource: Mapping[str, Any]) -> RegisteredRecord:
    """Return the record of a resource in state as one of its view, which its logical name has."""
    found = READERS[provider].registered(resource)
    view = view_of(found.resource.name)
    if view == OUTSIDE:
        return found
    return replace(
        found,
        id=qualified(found.id, view),
        zone_id=qualified(found.zone_id, view),
        record=replace(found.record, name=qualified(found.record.name, view)),
    )


def require_known_views(settings: Settings, registry: Registry) -> None:
    """Raise UserError where a view of a zone has another name in state.

    Its records would be made anew under the new name, then deleted under the old one: they are the same in the zone.
    """
    wanted = {(one.provider, one.domain, one.view) for one in settings.each_zone()}
    held = {(one.provider, bare(one.zone_id), view_of(one.zone_id)) for one in registry.records}
    former = {(provider, domain): view for provider, domain, view in sorted(held - wanted)}
    for provider, domain, view in sorted(wanted - held):
        if before := former.get((provider, domain)):
            raise UserError(
                f"the view {view} of {domain} has no records in state, and {before}, which has, is not in the settings",
                "truenorth:zones",
                f"call it {before} again; or take it out, run once, and then write it with its new name",
            )


def in_views(settings: Settings, sources: tuple[SourceSighting, ...]) -> tuple[SourceSighting, ...]:
    """Return sources with each claim once for each view that has its name and counts its object.

    A view has a name in its own innermost zone around it. What external-dns asks for by its webhook is of the view
    `outside`: it lists names, and knows no views.
    """
    zones: dict[str, dict[str, ZoneSettings]] = defaultdict(dict)
    for zone in settings.each_zone():
        zones[zone.view][zone.domain] = zone
    if zones.keys() <= {OUTSIDE} and all(zone.objects == "all" for zone in settings.each_zone()):
        return sources
    return tuple(_of_source(one, zones) for one in sources)


def _of_source(source: SourceSighting, zones: _ZonesByView) -> SourceSighting:
    if source.balances or not isinstance(source.found, Known):
        return source
    return replace(source, found=Known(tuple(_claims(source.found.value, zones))))


def _claims(found: Iterable[Claim | Complaint], zones: _ZonesByView) -> Iterator[Claim | Complaint]:
    for one in found:
        if not isinstance(one, Claim):
            yield one
        elif view_of(one.name) == OUTSIDE:  # no object says of which view it is
            around = _around(one.name, zones)
            for view, zone in around.items():
                if _counts(one, zone):
                    yield replace(one, name=qualified(one.name, view))
            if not around:
                yield one  # in none of our zones, which is told


def _around(name: str, zones: _ZonesByView) -> dict[str, ZoneSettings]:
    """Return the innermost zone around a name in each view that has one."""
    found: dict[str, ZoneSettings] = {}
    rest = name
    while rest:
        for view, of_view in zones.items():
            if rest in of_view:
                found.setdefault(view, of_view[rest])
        rest = rest.partition(".")[2]
    return found


def _counts(claim: Claim, zone: ZoneSettings) -> bool:
    cluster = claim.object.cluster
    if cluster == WEBHOOK:
        return zone.view == OUTSIDE
    return zone.counts(cluster)
