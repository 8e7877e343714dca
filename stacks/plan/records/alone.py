"""The check of a zone's plan as a whole: a CNAME stands alone at its name, and beside no mark. Pure.

Source: RFC 1034, 3.6.2. An API refuses what violates it, in every run and with all that depends on it. What an object
asks for gives way, never a name of the settings; what stands in the zone already is not told apart here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from stacks.model.values import Conflict, RecordSet
from stacks.plan.records.record_sets import Key

if TYPE_CHECKING:
    from stacks.settings.zone import ZoneSettings

ALIAS = "CNAME"
_ONE = "take one of the two out of what asks for it"
_BESIDE_AN_APEX_ALIAS = frozenset({"A", "AAAA", ALIAS})
"""The types that a provider with aliases of the zone itself does not take beside one."""


def without_clashes(
    planned: Sequence[RecordSet], zone: ZoneSettings, of_settings: Collection[Key]
) -> tuple[list[RecordSet], tuple[Conflict, ...]]:
    """Return the sets that can stand together, and a conflict for each that was left out. of_settings: their sets."""
    aliases = {one.name: one for one in planned if one.type == ALIAS and one.slots}
    if not aliases:
        return list(planned), ()
    lost: dict[Key, Conflict] = {}
    for one in planned:
        for name, record_type in _places(one):
            alias = aliases.get(name)
            if alias is None or alias is one or (one.untouched and alias.untouched):
                continue
            if name == zone.zone and zone.traits.apex_alias and record_type not in _BESIDE_AN_APEX_ALIAS:
                continue
            loser, other = (one, alias) if _keeps(alias, one, of_settings) else (alias, one)
            held_by = f"{other.name} {other.type} of ours"
            key = (loser.name, loser.type)
            lost[key] = Conflict(
                *key, held_by, "a CNAME stands alone at its name (RFC 1034, 3.6.2); it was left out", _ONE
            )
    return [one for one in planned if (one.name, one.type) not in lost], tuple(lost.values())


def _places(record_set: RecordSet) -> Iterator[Key]:
    """Yield the name and type of each record of a set, its mark included."""
    if record_set.slots:
        yield record_set.name, record_set.type
    if record_set.mark_name:
        yield record_set.mark_name, "TXT"


def _keeps(alias: RecordSet, other: RecordSet, of_settings: Collection[Key]) -> bool:
    """Whether an alias stays where it cannot stand beside another set: settings first, then what is there already."""
    mine, its = ((one.name, one.type) in of_settings for one in (alias, other))
    return mine if mine != its else alias.untouched
