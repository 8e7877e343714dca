"""The check of a zone's plan as a whole: what its provider lets stand beside an alias, and beside no mark. Pure.

An API refuses what violates `aliases.clash`, in every run and with all that depends on it; other zones would answer it
wrongly. What an object asks for gives way, never a name of the settings; what stands in the zone already is not told
apart here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from components.records.aliases import ALIASES, WHY, Neighbour, clash
from components.records.providers import PROVIDERS
from stacks.model.values import Conflict, Endpoint, RecordSet
from stacks.plan.records.record_sets import Key, is_proxied

if TYPE_CHECKING:
    from stacks.plan.records.zone_index import ZoneIndex
    from stacks.settings.zone import ZoneSettings

_ONE = "take one of the two out of what asks for it"


def without_clashes(
    planned: Sequence[RecordSet], zone: ZoneSettings, of_settings: Collection[Key]
) -> tuple[list[RecordSet], tuple[Conflict, ...]]:
    """Return the sets that can stand together, and a conflict for each that was left out. of_settings: their sets."""
    aliases = {one.name: one for one in planned if one.type in ALIASES and one.slots}
    if not aliases:
        return list(planned), ()
    lost: dict[Key, Conflict] = {}
    for one in planned:
        for name, place in _places(one):
            alias = aliases.get(name)
            if alias is None or alias is one or (one.untouched and alias.untouched):
                continue
            if not clash(zone.traits, Neighbour(alias.type, is_proxied(alias)), place, at_apex=name == zone.zone):
                continue
            loser, other = (one, alias) if _keeps(alias, one, of_settings) else (alias, one)
            held_by = f"{other.name} {other.type} of ours"
            key = (loser.name, loser.type)
            lost[key] = Conflict(*key, held_by, f"{WHY[alias.type]}; it was left out", _ONE)
    return [one for one in planned if (one.name, one.type) not in lost], tuple(lost.values())


def with_needed_proxies(endpoints: Iterable[Endpoint], zone: ZoneIndex) -> list[Endpoint]:
    """Return the endpoints, without `proxied` in the `keep` of each alias that only its proxy lets stand at its name.

    Source: RFC 1034, 3.6.2, and `aliases.clash`.
    """
    every = tuple(endpoints)
    kept = (one.name for one in every if one.type in ALIASES and one.proxied and "proxied" in one.keep)
    at = {name: set(zone.own_types.get(name, ())) for name in kept}
    for one in every:
        if one.name in at:
            at[one.name].add(Neighbour(one.type, one.proxied))

    def needs(one: Endpoint) -> bool:
        others = (other for other in at.get(one.name, ()) if other.type != one.type)
        return one.type in ALIASES and any(zone.clash_at(one.name, Neighbour(one.type), other) for other in others)

    return [
        replace(one, keep=tuple(field for field in one.keep if field != "proxied")) if needs(one) else one
        for one in every
    ]


def takes_the_place(wanted: RecordSet, there: Neighbour) -> bool:
    """Return whether a set cannot stand beside what is of another type at its name."""
    own = Neighbour(wanted.type, is_proxied(wanted))
    is_apex = wanted.name == wanted.zone
    return own.type != there.type and clash(PROVIDERS[wanted.provider], own, there, at_apex=is_apex)


def _places(record_set: RecordSet) -> Iterator[tuple[str, Neighbour]]:
    """Yield the name of each record of a set, its mark included, and what it is to its neighbours."""
    if record_set.slots:
        yield record_set.name, Neighbour(record_set.type, is_proxied(record_set))
    if record_set.mark_name:
        yield record_set.mark_name, Neighbour("TXT")


def _keeps(alias: RecordSet, other: RecordSet, of_settings: Collection[Key]) -> bool:
    """Whether an alias stays where it cannot stand beside another set: settings first, then what is there already."""
    mine, its = ((one.name, one.type) in of_settings for one in (alias, other))
    return mine if mine != its else alias.untouched
