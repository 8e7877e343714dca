"""Leftovers: records and marks with our mark that state does not know and nobody wants. Pure.

A mark without a record, left by a creation that was cut off, is imported, so that the next run deletes it. A takeover
by our own marks imports their records too: lost state is then rebuilt whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count
from typing import TYPE_CHECKING

from components.records.logical_name import LogicalName
from stacks.model.values import LiveRecord, RecordSet
from stacks.plan.records.record_sets import slot_of

if TYPE_CHECKING:
    from stacks.plan.records.adoption import Takeover, Traces
    from stacks.plan.records.record_sets import Key
    from stacks.plan.records.zone_index import ZoneIndex


def leftovers(planned: Collection[Key], zone: ZoneIndex, takeover: Takeover | None) -> list[RecordSet]:
    """Return the sets to import, so that the next run deletes them. planned: all other sets of the plan."""
    known = {*planned, *zone.registered_marks, *zone.registered}
    if takeover is None or not takeover.rebuilds:
        return [*_of_marks(known, zone, None).values()]
    traces = takeover.traces
    sets = _of_marks(known, zone, takeover)
    for key, ours in _commented(known | sets.keys(), zone).items():
        if _are_made(ours, traces):
            sets[key] = _as_found(key, ours, None, zone)
    return [*sets.values(), *(_cut_off(traces, {*planned, *sets}, zone) if traces else ())]


def _of_marks(known: Collection[Key], zone: ZoneIndex, rebuilding: Takeover | None) -> dict[Key, RecordSet]:
    """Return the sets of our marks: those without a record, and where state is rebuilt those with records of ours."""
    sets: dict[Key, RecordSet] = {}
    for key, mark in _own_marks(zone):
        if key not in known and key not in sets:
            there = [live for live in zone.foreign.get(key[0], ()) if live.record.type == key[1]]
            ours = [live for live in there if zone.is_marked_ours(live)]
            if not there or (rebuilding and ours and _are_made(ours, rebuilding.traces)):
                sets[key] = _as_found(key, ours, mark, zone)
    return sets


def _own_marks(zone: ZoneIndex) -> Iterator[tuple[Key, LiveRecord]]:
    """Yield each importable record of a mark of ours, with the set that it marks."""
    for name in sorted(zone.marks_at):
        for mark, live in zone.marks_at[name]:
            if zone.is_ours(mark) and zone.is_removable(live):
                for host, record_type in mark.marks:
                    if host == name and record_type is not None:
                        yield (host, record_type), live


def _are_made(ours: Collection[LiveRecord], traces: Traces | None) -> bool:
    """Whether a set that is not wanted may be taken over, to be deleted: its mark goes with it, so all or none."""
    return traces is None or all(traces.lead_to(live) for live in ours)


def _commented(known: Collection[Key], zone: ZoneIndex) -> dict[Key, list[LiveRecord]]:
    """Return the records with our mark in their comment, by set; none where our marks do not stand in comments."""
    marked: dict[Key, list[LiveRecord]] = {}
    for name, there in sorted(zone.foreign.items()):
        for live in there:
            key = (name, live.record.type)
            if key not in known and zone.is_commented_ours(live) and zone.is_marked_ours(live):
                marked.setdefault(key, []).append(live)
    return marked


def _cut_off(traces: Traces, known: Collection[Key], zone: ZoneIndex) -> Iterator[RecordSet]:
    """Yield the sets of which state has only a part: a run was cut off, then the name was dropped."""
    marked: dict[Key, list[LiveRecord]] = {}
    for name, there in sorted(zone.foreign.items()):
        for live in there:
            key = (name, live.record.type)
            if key not in known and traces.lead_to(live) and zone.is_marked_ours(live):
                marked.setdefault(key, []).append(live)
    for key, ours in marked.items():
        mark = zone.live.get(zone.registered_marks[key].id) if key in zone.registered_marks else None
        yield _as_found(key, ours, mark, zone)  # the mark stays until state knows the records: this run may be cut off


def _as_found(key: Key, there: list[LiveRecord], mark: LiveRecord | None, zone: ZoneIndex) -> RecordSet:
    """Return a set that is not wanted, as the zone has it. mark: its TXT; None where comments are the mark."""
    host, record_type = key
    some = [*there, *([mark] if mark else [])][0].record
    free = (number for number in count() if str(LogicalName(host, record_type, number)) not in zone.present)
    return RecordSet(
        zone=zone.settings.zone,
        zone_id=zone.zone_id,
        name=host,
        type=record_type,
        slots=tuple(slot_of(next(free), live.record, live.id) for live in there),
        ttl=some.ttl,
        proxied=some.proxied,
        comment=some.comment,
        mark_name=mark.record.name if mark else "",
        mark_content=mark.record.content if mark else "",
        mark_ttl=mark.record.ttl if mark else zone.settings.traits.automatic_ttl,
        mark_import_id=mark.id if mark and zone.is_foreign(mark) else "",
        provider=zone.settings.provider,
    )
