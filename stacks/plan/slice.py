"""Slices: the part of an observation for the plan of some names, so that a change need not wait for all. Pure.

The plan of a slice equals the plan of the whole for those names and the few of the settings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from components.marks import ownership
from components.records import canonical_content
from components.records.aliases import ALIASES, CNAME
from components.records.types import MARKED_TYPES
from components.views import qualified, view_of
from stacks.model.claims import Claim, SourceSighting
from stacks.model.observation import Observation
from stacks.model.values import Known, LiveRecord, RegisteredRecord, UnreadZone
from stacks.plan.records.wildcards import WILDCARD

if TYPE_CHECKING:
    from stacks.settings.stack import Settings

_CUTS = "NS"
"""The type of the records that take authority for all names below theirs."""
_TEXT = "TXT"


def about(settings: Settings, observation: Observation, names: Collection[str]) -> Observation:
    """Return the observation without records and claims that have nothing to do with these names or the settings'."""
    registry = observation.registry
    wanted, places = _reached(settings, observation, names)
    kept = tuple(one for one in registry.records if one.resource.name in wanted)
    ids = frozenset(one.id for one in kept)
    others = frozenset(
        one.id for one in registry.records if one.record.type == _TEXT and not one.resource.is_former_mark
    )
    return replace(
        observation,
        zones=tuple(
            zone
            if isinstance(zone, UnreadZone)
            else replace(zone, records=tuple(_that_matter(zone.records, ids, others, places)))
            for zone in observation.zones
        ),
        registry=replace(registry, records=kept),
        sources=tuple(_of_source(one, wanted) for one in observation.sources),
    )


def _that_matter(
    records: Iterable[LiveRecord], ids: Collection[str], others: Collection[str], places: Collection[str]
) -> Iterator[LiveRecord]:
    """Yield the records that may be needed: at a place, a cut, a wildcard, or a text, which may be a mark anywhere.

    ids: of the records that are needed; others: of the texts in state but for former marks.
    """
    for live in records:
        record = live.record
        is_near = live.id in ids or record.name in places
        reaches_further = record.type == _CUTS or record.name.startswith(WILDCARD)
        may_be_mark = record.type == _TEXT and live.id not in others
        if is_near or reaches_further or (may_be_mark and not _is_our_kind_of_mark(record.content)):
            yield live


def _reached(
    settings: Settings, observation: Observation, names: Collection[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names with those of the settings and those related to them, and all these with the places of marks."""
    wanted = {*names, *_names_of(settings)}
    prefixes = {zone.mark_prefix for zone in settings.each_zone()}
    records = observation.registry.records
    leading = _leading(records, observation.sources)
    while True:
        places = wanted | {
            ownership.mark_name(name, kind, prefix) for name in wanted for kind in MARKED_TYPES for prefix in prefixes
        }
        # What stands in one of the places is somebody's mark, say; what an alias leads to stays where the alias does.
        further = {one.resource.name for one in records if one.record.name in places}
        further |= {alias for alias, targets in leading.items() if targets & wanted}
        if further <= wanted:
            return frozenset(wanted), frozenset(places)
        wanted |= further


def _names_of(settings: Settings) -> Iterator[str]:
    for zone in settings.each_zone():
        yield from (zone.fqdn(name) for name in zone.names)
        yield from (zone.fqdn(record) for record in zone.records)
        if zone.targets == "cname":
            yield zone.canonical_fqdn


def _leading(records: Iterable[RegisteredRecord], sources: Iterable[SourceSighting]) -> dict[str, frozenset[str]]:
    """Return the targets of our aliases in the place of which something else is claimed, by name."""
    claims = (one for source in sources if isinstance(source.found, Known) for one in source.found.value)
    otherwise = {one.name for one in claims if isinstance(one, Claim) and one.type != CNAME}
    return {
        one.resource.name: frozenset(
            qualified(target, view_of(one.resource.name)) for target in canonical_content.split(one.record.content)
        )
        for one in records
        if one.record.type in ALIASES and one.resource.name in otherwise
    }


def _is_our_kind_of_mark(content: str) -> bool:
    """Whether a text is nothing but a mark of TrueNorth, the places of which are known."""
    texts = canonical_content.split(content)
    mark = ownership.parse(texts[0]) if len(texts) == 1 else None
    return mark is not None and mark.heritage == ownership.HERITAGE


def _of_source(source: SourceSighting, names: frozenset[str]) -> SourceSighting:
    """Return the source with its claims for these names, and all complaints, as nobody knows the claims behind them."""
    if not isinstance(source.found, Known):
        return source
    kept = tuple(one for one in source.found.value if not isinstance(one, Claim) or one.name in names)
    return replace(source, found=Known(kept))
