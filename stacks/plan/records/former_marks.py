"""Marks that have had their day: another tool's, once its records are ours, and our own TXT where none is wanted. Pure.

A mark is not ours to delete while state does not know it: it is imported in one run, declared as it is, and the next,
which does not declare it, deletes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from components.marks.marked import Key as MarkedKey
from components.marks.marked import covers
from components.records.logical_name import MARK, Former, LogicalName
from stacks.model.values import FormerMark, LiveRecord, RecordSet, RegisteredRecord
from stacks.plan.records.record_sets import former_mark_name, import_ids
from stacks.plan.records.zone_index import is_our_mark

if TYPE_CHECKING:
    from components.marks.heritage import Found
    from stacks.plan.records.adoption import Takeover
    from stacks.plan.records.zone_index import Key, ZoneIndex

TYPELESS = frozenset({"A", "AAAA", "CNAME"})
"""What a mark that names no type speaks of."""


def with_former_marks(
    planned: list[RecordSet], zone: ZoneIndex, owner: str, takeover: Takeover | None
) -> list[RecordSet]:
    """The sets, with the marks that are to go.

    A mark goes with the first set that it speaks of, also where that set is ours already: a takeover may have been cut
    off. It stays as long as a record that is not taken over has no better mark.
    """
    taken = {identity for record_set in planned for identity in import_ids(record_set).values()}
    needed = _needed(zone, taken)
    going: dict[Key, list[LiveRecord]] = defaultdict(list)
    seen: set[str] = set(taken)
    for record_set in planned:
        for mark, live in zone.found.get(record_set.name, ()):
            if record_set.untouched or not speaks(mark, record_set.name, record_set.type) or live.id in seen:
                continue
            marked = str(LogicalName(record_set.name, record_set.type, MARK)) in zone.held
            ours = is_our_mark(mark, owner) and (marked or live.record.name != record_set.mark_name)
            theirs = takeover is not None and takeover.takes_mark(mark) and not is_our_mark(mark, owner)
            if (ours or theirs) and zone.is_foreign(live) and zone.is_whole(live) and live.id not in needed:
                seen.add(live.id)
                going[record_set.name, record_set.type].append(live)
    for position, one in enumerate(planned):
        if marks := going.get((one.name, one.type), []):
            planned[position] = replace(one, former_marks=tuple(_numbered(one, marks, zone)))
    return planned


def registered_former_marks(key: Key, registered: Iterable[RegisteredRecord]) -> tuple[FormerMark, ...]:
    """The marks of a set that state has only to delete them, for a set that is to stay as state has it."""
    named = ((one.resource, one.record) for one in registered)
    return tuple(
        FormerMark(resource.part.number, record, "")
        for resource, record in named
        if resource.record_set == key and isinstance(resource.part, Former)
    )


def speaks(mark: Found, name: str, record_type: str) -> bool:
    """Whether a mark may speak of the set of this name and type; one without a type only of addresses and aliases."""
    if MarkedKey(name, record_type) in mark.marks:
        return True
    return record_type in TYPELESS and covers(mark.marks, name, record_type)


def _needed(zone: ZoneIndex, taken: set[str]) -> set[str]:
    """The ids of the marks that are the surest of a record which state does not know and which is not taken over."""
    needed: set[str] = set()
    for name in zone.found:
        for live in zone.foreign.get(name, ()):
            holders = [mark for mark in zone.holders(name, live.record.type) if speaks(mark, name, live.record.type)]
            if live.id not in taken and live.id not in zone.texts and holders:
                needed |= {text.id for mark, text in zone.found[name] if mark == holders[0]}
    return needed


def _numbered(record_set: RecordSet, going: list[LiveRecord], zone: ZoneIndex) -> Iterator[FormerMark]:
    """The marks with numbers that state has not given to others: importing under one of those would delete it."""
    free = (number for number in count() if former_mark_name(record_set, number) not in zone.held)
    for live in going:
        yield FormerMark(next(free), live.record, live.id)
