"""Taking records into state that it does not know: by our marks, by the setting `adopt`, or from another tool. Pure.

A record is imported in exactly one run. What is imported and not wished (a further record of a set, another tool's
mark) is declared as it is in that run, and the next, to which it is ours, puts it right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Literal

from components.marks import in_comments
from components.records.logical_name import MARK, LogicalName
from stacks.model.values import LiveRecord, RecordSet, Slot
from stacks.plan.records.cases import ADOPTED, Case, holder_of, judge
from stacks.plan.records.zone_index import is_our_mark

if TYPE_CHECKING:
    from components.marks.heritage import Found
    from stacks.plan.records.zone_index import Key, ZoneIndex

Tool = Literal["truenorth", "external-dns", "cloudflare-ddns", "routeflare"]
MARKLESS = frozenset({"routeflare"})
"""Tools that mark nothing: what stands unmarked at a wanted name is taken to be theirs."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What shows that this stack has made records that state does not know: a run was cut off, or state was lost.

    wanted: whether our mark is enough where a record is wanted. records: the name, type and content of what a run was
    about to make. ids: of what former checkpoints of the stack held. Beside a trace a record has to bear our mark.
    """

    wanted: bool = False
    records: frozenset[tuple[str, str, str]] = frozenset()
    ids: frozenset[str] = frozenset()

    def lead_to(self, live: LiveRecord) -> bool:
        """Whether this stack has made the record. A mark alone does not tell it from another one beside it."""
        return live.id in self.ids or (live.record.name, live.record.type, live.record.content) in self.records


@dataclass(frozen=True, slots=True)
class Takeover:
    """What is taken over: by our own marks, or from another tool, of one of its owners, or all ("").

    traces: of our own marks only those to which these lead, as after a crash; None for all, as `truenorth adopt` does,
    where a person has seen what is taken.
    """

    tool: Tool
    owner: str = ""
    traces: Traces | None = None

    def takes_mark(self, mark: Found) -> bool:
        """Whether what this mark speaks for is taken over. One that is encrypted does not say whose it is."""
        return not mark.sealed and mark.heritage == self.tool and self.owner in {"", mark.owner}


def adopt(
    record_set: RecordSet, others: list[LiveRecord], zone: ZoneIndex, owner: str, takeover: Takeover | None
) -> tuple[RecordSet, frozenset[str]]:
    """Give the set what may be taken over of the others at its name: the set with import ids, and their ids."""
    record_set = _with_our_mark(record_set, zone, owner)
    if not others:
        return record_set, frozenset()
    wanted = zone.wanted(record_set, owner)
    exact: list[LiveRecord] = []
    changed: list[LiveRecord] = []
    for live in others:
        holders = zone.holders(live.record.name, live.record.type)
        case = judge(live, wanted, holders)
        if live.id in zone.texts:  # a mark is no value of the set, whatever `adopt` says
            continue
        if zone.zone.adopt in ADOPTED.get(case, ()) or _taken(case, live, (record_set, others), zone, owner, takeover):
            (exact if live.record.content in wanted.contents else changed).append(live)
    if not exact and not changed:
        return record_set, frozenset()
    if zone.zone.policy == "create-only":
        record_set, exact, changed = _as_it_is(record_set, [*exact, *changed]), [*exact, *changed], []
    taken = _in_slots(record_set, exact, changed, zone)
    return taken, frozenset(slot.import_id for slot in taken.slots if slot.import_id)


def leftovers(planned: set[Key], zone: ZoneIndex, owner: str, takeover: Takeover | None) -> Iterator[RecordSet]:
    """Sets for what bears our mark, is unknown to state and not wanted: marks without a record, to be deleted.

    With a takeover by our own marks also their records: lost state is then rebuilt whole.
    """
    everything = takeover is not None and takeover.tool == "truenorth"
    traces = takeover.traces if takeover else None
    known = planned | zone.marks.keys() | zone.owned.keys()
    found: list[RecordSet] = []
    for name in sorted(zone.found):
        for mark, live in zone.found[name]:
            if not is_our_mark(mark, owner) or not zone.is_foreign(live) or not zone.is_whole(live):
                continue
            for host, record_type in mark.marks:
                if host != name or record_type is None or (host, record_type) in known:
                    continue
                there = [one for one in zone.foreign.get(host, ()) if one.record.type == record_type]
                ours = [one for one in there if _is_ours(one, zone, owner)]
                if not there or (everything and ours and _are_made(ours, traces)):
                    known = known | {(host, record_type)}
                    found.append(_as_found(host, record_type, ours, live, zone))
    if everything:
        found += [one for one in _commented(known, zone, owner) if _are_made(_imported(one, zone), traces)]
    yield from found
    if everything and traces:
        yield from _cut_off(traces, planned | {(one.name, one.type) for one in found}, zone, owner)


def _are_made(ours: list[LiveRecord], traces: Traces | None) -> bool:
    """Whether a set that is not wanted may be taken over, to be deleted: its mark goes with it, so all or none."""
    return traces is None or all(traces.lead_to(live) for live in ours)


def _imported(record_set: RecordSet, zone: ZoneIndex) -> list[LiveRecord]:
    return [zone.live[slot.import_id] for slot in record_set.slots]


def _cut_off(traces: Traces, known: set[Key], zone: ZoneIndex, owner: str) -> Iterator[RecordSet]:
    """Sets of which state has the mark, or some records, and not all: a run was cut off, then the name was dropped."""
    found: dict[Key, list[LiveRecord]] = {}
    for name, there in sorted(zone.foreign.items()):
        for live in there:
            key = (name, live.record.type)
            if key not in known and traces.lead_to(live) and _is_ours(live, zone, owner):
                found.setdefault(key, []).append(live)
    for key, ours in found.items():
        mark = zone.live.get(zone.marks[key].id) if key in zone.marks else None
        yield _as_found(*key, ours, mark, zone)  # the mark stays until state knows the records: this run may be cut off


def _commented(known: set[Key], zone: ZoneIndex, owner: str) -> Iterator[RecordSet]:
    """Sets for the records whose comment is our mark."""
    found: dict[Key, list[LiveRecord]] = {}
    for name, there in sorted(zone.foreign.items()):
        for live in there:
            if (name, live.record.type) not in known and in_comments.parse(live.record.comment)[1] == owner:
                found.setdefault((name, live.record.type), []).append(live)
    for (name, record_type), ours in found.items():
        yield _as_found(name, record_type, ours, None, zone)


def _is_ours(live: LiveRecord, zone: ZoneIndex, owner: str) -> bool:
    holder = holder_of(live, zone.holders(live.record.name, live.record.type))
    return holder is not None and is_our_mark(holder, owner)


def _taken(
    case: Case,
    live: LiveRecord,
    there: tuple[RecordSet, list[LiveRecord]],
    zone: ZoneIndex,
    owner: str,
    takeover: Takeover | None,
) -> bool:
    """Whether a takeover takes a record over in this case. there: the set, and what stands at its name."""
    if takeover is None:
        return False
    if takeover.tool == "truenorth":
        if takeover.traces is None:
            return case in {Case.OURS, Case.OURS_CHANGED}
        if takeover.traces.lead_to(live):
            return _is_ours(live, zone, owner) and live.record.type == there[0].type
        wanted = takeover.traces.wanted and zone.zone.adopt != "never"
        return wanted and case is Case.OURS_CHANGED and _is_surely_ours(live, *there, zone, owner)
    if takeover.tool in MARKLESS:
        return case in {Case.SAME_CONTENT, Case.OTHER_CONTENT}
    return case is Case.ANOTHER_TOOL and takeover.takes_mark(zone.holders(live.record.name, live.record.type)[0])


def _is_surely_ours(
    live: LiveRecord, record_set: RecordSet, others: list[LiveRecord], zone: ZoneIndex, owner: str
) -> bool:
    """Whether a mark speaks of this very record: its own comment does, a TXT of a set without one record too many."""
    if in_comments.parse(live.record.comment)[1] == owner:
        return True
    values = [one for one in others if one.record.type == record_set.type and one.id not in zone.texts]
    return len(values) <= len(record_set.slots)


def _with_our_mark(record_set: RecordSet, zone: ZoneIndex, owner: str) -> RecordSet:
    """The set with the id of a mark of ours that stands there and that state does not know."""
    if not record_set.mark_name or str(LogicalName(record_set.name, record_set.type, MARK)) in zone.held:
        return record_set
    for mark, live in zone.found.get(record_set.name, ()):
        named = live.record.name == record_set.mark_name
        if is_our_mark(mark, owner) and named and zone.is_foreign(live) and zone.is_whole(live):
            return replace(record_set, mark_import_id=live.id)
    return record_set


def _in_slots(record_set: RecordSet, exact: list[LiveRecord], changed: list[LiveRecord], zone: ZoneIndex) -> RecordSet:
    """Each record in the slot of its content, the others in those that are left, and any more in further slots.

    Where a record of ours holds the slot, with other content, the one that has the content already gets a slot of its
    own, and ours goes: two records of one content cannot be.
    """
    by_content = {live.record.content: live.id for live in exact}
    numbers = {slot.number for slot in record_set.slots}
    free = {number for number in numbers if _is_free(record_set, number, zone)}
    fresh = (number for number in count() if number not in numbers and _is_free(record_set, number, zone))
    found, further = [], list(changed)
    for slot in record_set.slots:
        if slot.target in by_content:
            number = slot.number if slot.number in free else next(fresh)
            found.append(Slot(number, slot.target, by_content[slot.target]))
        elif slot.number in free and further:
            found.append(replace(slot, import_id=further.pop(0).id))
        else:
            found.append(slot)
    found += [Slot(next(fresh), live.record.content, live.id) for live in further]
    return replace(record_set, slots=tuple(found))


def _is_free(record_set: RecordSet, number: int, zone: ZoneIndex) -> bool:
    return str(LogicalName(record_set.name, record_set.type, number)) not in zone.held


def without_what_stands(record_set: RecordSet, left: list[LiveRecord], zone: ZoneIndex) -> RecordSet:
    """The set without the contents that others' records beside it have already: no API takes two of the same.

    What is imported to be changed into such a content is imported as it is; the next run, to which it is ours, ends it.
    """
    if not left:
        return record_set
    ours = {
        one.logical_name: zone.live[one.id].record.content
        for one in zone.owned.get((record_set.name, record_set.type), ())
        if one.id in zone.live
    }
    taken = {live.record.content for live in left if live.record.type == record_set.type}

    def stays(slot: Slot) -> bool:
        name = str(LogicalName(record_set.name, record_set.type, slot.number))
        return slot.target not in taken or bool(slot.import_id) or ours.get(name) == slot.target

    def possible(slot: Slot) -> Slot:
        return replace(slot, target=zone.live[slot.import_id].record.content) if slot.target in taken else slot

    kept = tuple(slot for slot in record_set.slots if stays(slot))
    return replace(record_set, slots=tuple(possible(slot) if slot.import_id else slot for slot in kept))


def _as_it_is(record_set: RecordSet, taken: list[LiveRecord]) -> RecordSet:
    """The set as the zone has it, for a policy that changes nothing."""
    some = taken[0].record
    return replace(
        record_set,
        slots=tuple(Slot(number, live.record.content) for number, live in enumerate(taken)),
        ttl=some.ttl,
        proxied=some.proxied,
        comment=some.comment,
    )


def _as_found(
    host: str, record_type: str, there: list[LiveRecord], mark: LiveRecord | None, zone: ZoneIndex
) -> RecordSet:
    """A set as the zone has it, that is not wanted. mark: its TXT; None where comments are the mark."""
    some = [*there, *([mark] if mark else [])][0].record
    free = (number for number in count() if str(LogicalName(host, record_type, number)) not in zone.held)
    return RecordSet(
        zone=zone.zone.zone,
        zone_id=zone.zone_id,
        name=host,
        type=record_type,
        slots=tuple(Slot(next(free), live.record.content, live.id) for live in there),
        ttl=some.ttl,
        proxied=some.proxied,
        comment=some.comment,
        mark_name=mark.record.name if mark else "",
        mark_content=mark.record.content if mark else "",
        mark_ttl=mark.record.ttl if mark else zone.zone.traits.automatic_ttl,
        mark_import_id=mark.id if mark and zone.is_foreign(mark) else "",
        provider=zone.zone.provider,
    )
