"""The part of an observation that the plan of some names depends on, so that one change need not wait for all. Pure.

The plan of an excerpt is the plan of the whole, as far as it is about those names (and the few of the settings).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from components import canonical_content, ownership
from stacks.plan.zone_index import MARKED_TYPES
from stacks.values import Known, Observation, RegisteredRecord, UnreadZone, ZoneSnapshot
from stacks.wishes import SourceSighting, Wish

if TYPE_CHECKING:
    from stacks.settings import Settings


def about(settings: Settings, observation: Observation, names: Collection[str]) -> Observation:
    """The observation without what has nothing to do with these names or those of the settings."""
    ours = {zone.fqdn(entry) for zone in settings.each_zone() for entry in zone.names}
    ours |= {zone.fqdn(entry) for zone in settings.each_zone() for entry in zone.records}
    ours |= {zone.canonical_fqdn for zone in settings.each_zone() if zone.targets == "cname"}
    wanted = frozenset(names) | ours
    # Where an alias goes, that to which it leads may have to stay.
    registry = observation.registry
    wanted |= {
        target
        for one in registry.records
        if one.record.type == "CNAME" and _host(one) in wanted
        for target in canonical_content.split(one.record.content)
    }
    known = frozenset(one.id for one in registry.records)
    prefixes = {zone.mark_prefix for zone in settings.each_zone()}
    places = wanted | {
        ownership.mark_name(name, kind, prefix) for name in wanted for kind in MARKED_TYPES for prefix in prefixes
    }
    return replace(
        observation,
        zones=tuple(_of_zone(zone, places, known) for zone in observation.zones),
        registry=replace(
            registry,
            records=tuple(one for one in registry.records if _host(one) in wanted or one.record.name in places),
        ),
        sources=tuple(_of_source(one, wanted) for one in observation.sources),
    )


def _host(registered: RegisteredRecord) -> str:
    return registered.logical_name.partition("/")[0]


def _of_zone(
    zone: ZoneSnapshot | UnreadZone, places: frozenset[str], known: frozenset[str]
) -> ZoneSnapshot | UnreadZone:
    """The records at the names and in the places of their marks, and every text that may be somebody's mark."""
    if isinstance(zone, UnreadZone):
        return zone
    kept = (
        one for one in zone.records if one.record.name in places or (one.record.type == "TXT" and one.id not in known)
    )
    return replace(zone, records=tuple(kept))


def _of_source(source: SourceSighting, names: frozenset[str]) -> SourceSighting:
    if not isinstance(source.found, Known):
        return source
    kept = tuple(one for one in source.found.value if isinstance(one, Wish) and one.name in names)
    return replace(source, found=Known(kept))
