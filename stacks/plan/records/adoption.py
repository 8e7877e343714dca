"""Adoption of records that state does not know: by our marks, by the setting `adopt`, or from another tool. Pure.

A record is imported in exactly one run. What is imported and not wished (a further record of a set, another tool's
mark) is declared as it is in that run, and the next, to which it is ours, puts it right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Literal

from components.marks.heritage import described
from components.records.logical_name import LogicalName
from components.views import bare
from stacks.model.values import LiveRecord, RecordSet, Slot
from stacks.plan.hand_set import overlaid
from stacks.plan.records.cases import ADOPTED, UNMARKED, Case, judge
from stacks.plan.records.record_sets import settings_of, slot_of
from stacks.plan.records.unmarked import NONE_UNMARKED, Unmarked
from stacks.plan.records.wildcards import is_covered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.marks.heritage import HeritageMark
    from stacks.plan.records.zone_index import ZoneIndex

Tool = Literal["truenorth", "external-dns", "cloudflare-ddns", "routeflare"]
OURS = "it bears our mark, and state did not know it"


@dataclass(frozen=True, slots=True)
class Traces:
    """Traces of records that this stack made and state does not know: a run was cut off, or state was lost.

    wanted: whether our mark is enough where a record is wanted. records: the name, type and content of what a run was
    about to make. ids: of what former checkpoints of the stack held. Beside a trace a record has to bear our mark.
    """

    wanted: bool = False
    records: frozenset[tuple[str, str, str]] = frozenset()
    ids: frozenset[str] = frozenset()

    def lead_to(self, live: LiveRecord) -> bool:
        """Whether this stack has made the record. A mark alone does not tell it from another one beside it."""
        return bare(live.id) in self.ids or self.foretell(live)

    def foretell(self, live: LiveRecord) -> bool:
        """Whether a run was about to make just this record."""
        return (live.record.name, live.record.type, live.record.content) in self.records


@dataclass(frozen=True, slots=True)
class Takeover:
    """A takeover by our own marks, or from another tool. owner: one of the tool's owners, "" for all.

    traces: limit it to our own marks to which these lead, as after a crash; None for all, as `truenorth adopt` does,
    where a person has seen the list. unmarked: which records without a mark are taken, too.
    """

    tool: Tool
    owner: str = ""
    traces: Traces | None = None
    unmarked: Unmarked = NONE_UNMARKED

    @property
    def is_asked(self) -> bool:
        """Whether a person has asked for it, and seen the list."""
        return self.traces is None

    @property
    def rebuilds(self) -> bool:
        """Whether it takes records by our own marks, so that lost state is rebuilt."""
        return self.tool == "truenorth"

    def takes_mark(self, mark: HeritageMark) -> bool:
        """Whether the records of this mark are taken over. An encrypted mark does not tell its owner."""
        return not mark.sealed and mark.heritage == self.tool and self.owner in {"", mark.owner}


def adopt(
    record_set: RecordSet, others: list[LiveRecord], zone: ZoneIndex, takeover: Takeover | None
) -> tuple[RecordSet, frozenset[str]]:
    """Return the set with the import ids of records that may be taken over, and these ids.

    others: the records at its name that state does not know.
    """
    record_set = _with_our_mark(record_set, zone)
    if not others:
        return record_set, frozenset()
    wanted = zone.wanted(record_set)
    exact: list[LiveRecord] = []
    changed: list[LiveRecord] = []
    reasons: dict[str, str] = {}
    for live in others:
        holders = zone.holders(live.record.name, live.record.type)
        case = judge(live, wanted, holders)
        if live.id in zone.mark_ids or live.managed_by:  # a mark is no value of the set, whatever `adopt` says
            continue
        if why := _by_setting(case, zone) or _taken(case, live, (record_set, others), zone, takeover):
            reasons[live.id] = why
            (exact if live.record.content in wanted.contents else changed).append(live)
    if not exact and not changed:
        return record_set, frozenset()
    if zone.settings.policy == "create-only":
        record_set, exact, changed = _as_it_is(record_set, [*exact, *changed]), [*exact, *changed], []
    taken = _with_reasons(_in_slots(record_set, exact, changed, zone), reasons)
    return taken, frozenset(slot.import_id for slot in taken.slots if slot.import_id)


def _by_setting(case: Case, zone: ZoneIndex) -> str:
    """Return why the setting `adopt` takes a record over in this case; "" where it does not."""
    if zone.settings.adopt not in ADOPTED.get(case, ()):
        return ""
    if case not in UNMARKED:
        return OURS
    wished = ", and it is as wished" if case is Case.SAME_CONTENT else ""
    return f"nobody has marked it{wished} (adopt: {zone.settings.adopt})"


def _with_reasons(record_set: RecordSet, reasons: Mapping[str, str]) -> RecordSet:
    slots = tuple(replace(slot, why=reasons.get(slot.import_id, "")) for slot in record_set.slots)
    return replace(record_set, slots=slots)


def _taken(
    case: Case,
    live: LiveRecord,
    there: tuple[RecordSet, list[LiveRecord]],
    zone: ZoneIndex,
    takeover: Takeover | None,
) -> str:
    """Return why a takeover takes a record over in this case; "" where not. there: the set, the records at its name."""
    if takeover is None:
        return ""
    if takeover.rebuilds and _rebuilt(case, live, there, zone, takeover):
        return OURS
    if case in UNMARKED:
        wished = overlaid(settings_of(there[0]), live.record, there[0].keep)
        return takeover.unmarked.takes(live.record, case, wished, takeover.tool)
    if takeover.rebuilds:
        return ""
    mark = zone.holders(live.record.name, live.record.type)[0] if case is Case.ANOTHER_TOOL else None
    return f"it was made by {described(mark)}" if mark and takeover.takes_mark(mark) else ""


def _rebuilt(
    case: Case,
    live: LiveRecord,
    there: tuple[RecordSet, list[LiveRecord]],
    zone: ZoneIndex,
    takeover: Takeover,
) -> bool:
    """Whether a record with a mark of ours is taken back."""
    if takeover.traces is None:
        return case in {Case.OURS, Case.OURS_CHANGED}
    if takeover.traces.lead_to(live):
        # Under a wildcard a mark comes after its record: the run may have been cut off between the two.
        unmarked = takeover.traces.foretell(live) and is_covered(live.record.name, zone.wildcards)
        ours = zone.is_marked_ours(live) or (unmarked and case in UNMARKED)
        return ours and live.record.type == there[0].type
    wanted = takeover.traces.wanted and zone.settings.adopt != "never"
    return wanted and case is Case.OURS_CHANGED and _is_surely_ours(live, *there, zone)


def _is_surely_ours(live: LiveRecord, record_set: RecordSet, others: list[LiveRecord], zone: ZoneIndex) -> bool:
    """Whether a mark speaks of this very record: its own comment does, a TXT of a set without one record too many."""
    if zone.believes_comments and zone.is_commented_ours(live):
        return True
    values = [one for one in others if one.record.type == record_set.type and one.id not in zone.mark_ids]
    return len(values) <= len(record_set.slots)


def _with_our_mark(record_set: RecordSet, zone: ZoneIndex) -> RecordSet:
    """Return the set with the id of our mark in the zone, where state does not know it."""
    if not record_set.mark_name or zone.has_mark((record_set.name, record_set.type)):
        return record_set
    for mark, live in zone.marks_at.get(record_set.name, ()):
        if live.record.name == record_set.mark_name and zone.is_ours(mark) and zone.is_removable(live):
            return replace(record_set, mark_import_id=live.id)
    return record_set


def _in_slots(record_set: RecordSet, exact: list[LiveRecord], changed: list[LiveRecord], zone: ZoneIndex) -> RecordSet:
    """Return the set with each record in the slot of its content, the others in slots that are left, or further ones.

    Where a record of ours holds the slot, with other content, the one that has the content already gets a slot of its
    own, and ours goes: two records of one content cannot be.
    """
    by_content = {live.record.content: live for live in exact}
    numbers = {slot.number for slot in record_set.slots}
    free = {number for number in numbers if _is_free(record_set, number, zone)}
    fresh = (number for number in count() if number not in numbers and _is_free(record_set, number, zone))
    found, further = [], list(changed)
    for slot in record_set.slots:
        if slot.target in by_content:
            number = slot.number if slot.number in free else next(fresh)
            live = by_content[slot.target]
            found.append(slot_of(number, live.record, live.id))
        elif slot.number in free and further:
            found.append(replace(slot, import_id=further.pop(0).id))
        else:
            found.append(slot)
    found += [slot_of(next(fresh), live.record, live.id) for live in further]
    return replace(record_set, slots=tuple(found))


def _is_free(record_set: RecordSet, number: int, zone: ZoneIndex) -> bool:
    return str(LogicalName(record_set.name, record_set.type, number)) not in zone.present


def without_what_stands(record_set: RecordSet, left: list[LiveRecord], zone: ZoneIndex) -> RecordSet:
    """Return the set without contents that others' records beside it have: no API takes two of the same.

    A record that is imported to be changed into such a content is imported as it is; the next run deletes it.
    """
    if not left:
        return record_set
    ours = {
        one.logical_name: zone.live[one.id].record.content
        for one in zone.registered.get((record_set.name, record_set.type), ())
        if one.id in zone.live
    }
    taken = {live.record.content for live in left if live.record.type == record_set.type}

    def stays(slot: Slot) -> bool:
        name = str(LogicalName(record_set.name, record_set.type, slot.number))
        return slot.target not in taken or bool(slot.import_id) or ours.get(name) == slot.target

    def possible(slot: Slot) -> Slot:
        return slot_of(slot.number, zone.live[slot.import_id].record, slot.import_id) if slot.target in taken else slot

    kept = tuple(slot for slot in record_set.slots if stays(slot))
    return replace(record_set, slots=tuple(possible(slot) if slot.import_id else slot for slot in kept))


def _as_it_is(record_set: RecordSet, taken: list[LiveRecord]) -> RecordSet:
    """Return the set as the zone has it, for a policy that changes nothing."""
    some = taken[0].record
    return replace(
        record_set,
        slots=tuple(slot_of(number, live.record) for number, live in enumerate(taken)),
        ttl=some.ttl,
        proxied=some.proxied,
        comment=some.comment,
    )
