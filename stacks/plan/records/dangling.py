"""Aliases of names in their own zone that have no record: they lead nowhere, and it is told. Pure.

They are made all the same: somebody else may make the target later, and a load balancer is in no listing of records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from components.plain_text import listed
from components.records.aliases import ALIASES
from components.views import qualified
from stacks.model.advice import Advice
from stacks.plan.records.wildcards import is_covered, wildcards

if TYPE_CHECKING:
    from stacks.model.values import RecordSet
    from stacks.plan.records.record_sets import Key
    from stacks.plan.records.zone_index import ZoneIndex

_DO = "make it, unless a load balancer answers for it, or take out what points to it"
_OBJECTS = "; cluster.gateways and the selectors beside it say which objects count"


def dangling(
    planned: Sequence[RecordSet],
    zone: ZoneIndex,
    elsewhere: Collection[str],
    zones: Collection[str],
    asked_by: Mapping[Key, object],
) -> Iterator[Advice]:
    """Yield an advice for each missing target.

    elsewhere: names that may get records otherwise. zones: all of ours. asked_by: the sets that objects ask for.
    """
    own = zone.settings.zone
    aliases: dict[str, list[RecordSet]] = defaultdict(list)
    for one in planned:
        if one.type in ALIASES and not one.untouched:
            for slot in one.slots:
                target = qualified(slot.target, zone.settings.view)
                if target.endswith(f".{own}"):
                    aliases[target].append(one)
    if not aliases:
        return
    there = zone.foreign.keys() | {one.name for one in planned if one.slots}
    answering = zone.wildcards | wildcards(there)
    for target, several in sorted(aliases.items()):
        if target in there or zone.cut_of(target) or is_covered(target, answering):
            continue
        if target in elsewhere or any(len(one) > len(own) and f".{target}".endswith(f".{one}") for one in zones):
            continue
        names = [one.name for one in several]
        of_objects = any((one.name, one.type) in asked_by for one in several)
        does = "points" if len(names) == 1 else "point"
        what = f"has no record in the zone {own}, and {listed(names)} {does} to it"
        yield Advice(target, what, f"{_DO}{_OBJECTS if of_objects else ''}")
