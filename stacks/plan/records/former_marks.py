"""Former marks: another tool's, once its records are ours, and our own TXT where none is wanted. Pure.

A mark is not ours to delete while state does not know it: it is imported in one run, declared as it is, and the next,
which does not declare it, deletes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from components.marks.marked import MarkedSet, covers
from components.records.logical_name import Former
from stacks.model.values import FormerMark, LiveRecord, RecordSet, RegisteredRecord
from stacks.plan.records.record_sets import former_mark_name, import_ids

if TYPE_CHECKING:
    from components.marks.heritage import HeritageMark
    from stacks.plan.records.adoption import Takeover
    from stacks.plan.records.record_sets import Key
    from stacks.plan.records.zone_index import ZoneIndex

TYPELESS = frozenset({"A", "AAAA", "CNAME"})
"""The types of which a mark without a type speaks."""


def with_former_marks(planned: Sequence[RecordSet], zone: ZoneIndex, takeover: Takeover | None) -> list[RecordSet]:
    """Return the sets, with the marks that are to be deleted.

    A mark is imported with the first set that it speaks of, also where that set is ours already: a takeover may have
    been cut off. It stays as long as a record that is not taken over has no better mark.
    """
    imported = {identity for record_set in planned for identity in import_ids(record_set).values()}
    staying = imported | _needed(zone, imported)
    deleted: dict[str, LiveRecord] = {}
    result: list[RecordSet] = []
    for record_set in planned:
        marks = {
            live.id: live
            for mark, live in zone.marks_at.get(record_set.name, ())
            if live.id not in staying and live.id not in deleted and _is_over(mark, live, record_set, zone, takeover)
        }
        deleted |= marks
        former = tuple(_numbered(record_set, marks.values(), zone))
        result.append(replace(record_set, former_marks=former) if former else record_set)
    return result


def _is_over(
    mark: HeritageMark, live: LiveRecord, record_set: RecordSet, zone: ZoneIndex, takeover: Takeover | None
) -> bool:
    """Whether a mark of the set is to be deleted.

    So is an unwanted one of ours, one of a tool that is taken over, and one that a run of ours was about to make.
    """
    if record_set.untouched or not speaks(mark, record_set.name, record_set.type) or not zone.is_removable(live):
        return False
    if zone.is_ours(mark):
        return zone.has_mark((record_set.name, record_set.type)) or live.record.name != record_set.mark_name
    if takeover and takeover.traces and takeover.traces.foretell(live):  # a release was cut off as it made the mark
        return True
    if takeover is None or (takeover.rebuilds and takeover.owner != mark.owner):  # another stack's mark stays its own
        return False
    return takeover.takes_mark(mark)


def registered_former_marks(key: Key, registered: Iterable[RegisteredRecord]) -> tuple[FormerMark, ...]:
    """Return the marks imported to be deleted, for a set that stays as state has it."""
    named = ((one.resource, one.record) for one in registered)
    return tuple(
        FormerMark(resource.part.number, record, "")
        for resource, record in named
        if resource.record_set == key and isinstance(resource.part, Former)
    )


def speaks(mark: HeritageMark, name: str, record_type: str) -> bool:
    """Whether a mark may speak of the set of this name and type; one without a type only of addresses and aliases."""
    if MarkedSet(name, record_type) in mark.marks:
        return True
    return record_type in TYPELESS and covers(mark.marks, name, record_type)


def _needed(zone: ZoneIndex, taken: set[str]) -> set[str]:
    """Return the ids of the surest marks of records that are neither in state nor taken over."""
    needed: set[str] = set()
    for name in zone.marks_at:
        for live in zone.foreign.get(name, ()):
            holders = [mark for mark in zone.holders(name, live.record.type) if speaks(mark, name, live.record.type)]
            if live.id not in taken and live.id not in zone.mark_ids and holders:
                needed |= {text.id for mark, text in zone.marks_at[name] if mark == holders[0]}
    return needed


def _numbered(record_set: RecordSet, going: Iterable[LiveRecord], zone: ZoneIndex) -> Iterator[FormerMark]:
    """Yield the marks with numbers that state has not given to others: importing under those would delete them."""
    free = (number for number in count() if former_mark_name(record_set, number) not in zone.present)
    for live in going:
        yield FormerMark(next(free), live.record, live.id)
