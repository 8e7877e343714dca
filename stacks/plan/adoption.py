"""Taking records into state that it does not know: by our marks, by the setting `adopt`, or from another tool. Pure.

A record is imported in exactly one run. What is imported and not wished (a further record of a set, another tool's
mark) is declared as it is in that run, and the next, to which it is ours, puts it right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from components import ownership
from stacks.plan.cases import ADOPTED, Case, judge
from stacks.plan.zone_index import is_our_mark
from stacks.values import FormerMark, LiveRecord, RecordSet, Slot

if TYPE_CHECKING:
    from components.heritage import Found
    from stacks.plan.zone_index import ZoneIndex

Tool = Literal["truenorth", "external-dns", "cloudflare-ddns", "routeflare"]
MARKLESS = frozenset({"routeflare"})
"""Tools that mark nothing: what stands unmarked at a wanted name is taken to be theirs."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """What `truenorth adopt` takes over: by our own marks, or from another tool, of one of its owners, or all ("")."""

    tool: Tool
    owner: str = ""


def adopt(
    record_set: RecordSet, others: list[LiveRecord], zone: ZoneIndex, owner: str, takeover: Takeover | None
) -> tuple[RecordSet, frozenset[str]]:
    """Give the set what may be taken over of the others at its name: the set with import ids, and their ids."""
    record_set = _with_our_mark(record_set, zone, owner)
    wanted = zone.wanted(record_set, owner)
    exact: list[LiveRecord] = []
    changed: list[LiveRecord] = []
    for live in others:
        holders = zone.holders(live.record.name, live.record.type)
        case = judge(live, wanted, holders)
        if zone.zone.adopt in ADOPTED.get(case, ()) or _taken(case, holders, takeover):
            (exact if live.record.content in wanted.contents else changed).append(live)
    if not exact and not changed:
        return record_set, frozenset()
    taken = _in_slots(record_set, exact, changed, zone)
    adopted = frozenset(slot.import_id for slot in taken.slots if slot.import_id)
    return replace(taken, former_marks=tuple(_former_marks(taken, adopted, zone, owner))), adopted


def leftovers(planned: set[str], zone: ZoneIndex, owner: str, takeover: Takeover | None) -> Iterator[RecordSet]:
    """Sets for what bears our mark, is unknown to state and not wanted: marks without a record, to be deleted.

    With a takeover by our own marks also their records: lost state is then rebuilt whole.
    """
    everything = takeover is not None and takeover.tool == "truenorth"
    for name in sorted(zone.found):
        for mark, live in zone.found[name]:
            if not is_our_mark(mark, owner) or live.record.name in planned or not zone.is_foreign(live):
                continue
            for host, record_type in mark.marks:
                if host != name or record_type is None or (host, record_type) in zone.marks.keys() | zone.owned.keys():
                    continue
                there = [one for one in zone.foreign.get(host, ()) if one.record.type == record_type]
                if not there or everything:
                    yield _as_found(host, record_type, there, live, zone)


def _taken(case: Case, holders: tuple[Found, ...], takeover: Takeover | None) -> bool:
    """Whether `truenorth adopt` takes a record over in this case."""
    if takeover is None:
        return False
    if takeover.tool == "truenorth":
        return case is Case.OURS_CHANGED
    if takeover.tool in MARKLESS:
        return case in {Case.SAME_CONTENT, Case.OTHER_CONTENT}
    if case is not Case.ANOTHER_TOOL or holders[0].sealed:
        return False
    return holders[0].heritage == takeover.tool and takeover.owner in {"", holders[0].owner}


def _with_our_mark(record_set: RecordSet, zone: ZoneIndex, owner: str) -> RecordSet:
    """The set with the id of a mark of ours that stands there and that state does not know."""
    if not record_set.mark_name or ownership.mark_record_name(record_set.name, record_set.type) in zone.held:
        return record_set
    for mark, live in zone.found.get(record_set.name, ()):
        if is_our_mark(mark, owner) and live.record.name == record_set.mark_name and zone.is_foreign(live):
            return replace(record_set, mark_import_id=live.id)
    return record_set


def _in_slots(record_set: RecordSet, exact: list[LiveRecord], changed: list[LiveRecord], zone: ZoneIndex) -> RecordSet:
    """Each record in the slot of its content, the others in those that are left, and any more in further slots."""
    by_content = {live.record.content: live.id for live in exact}
    found, further = [], list(changed)
    for slot in record_set.slots:
        free = ownership.record_name(record_set.name, record_set.type, slot.number) not in zone.held
        if free and slot.target in by_content:
            found.append(replace(slot, import_id=by_content.pop(slot.target)))
        elif free and further:
            found.append(replace(slot, import_id=further.pop(0).id))
        else:
            found.append(slot)
    taken = {slot.number for slot in found}
    numbers = iter(range(max(taken, default=-1) + 1, max(taken, default=-1) + 1 + len(further)))
    found += [Slot(next(numbers), live.record.content, live.id) for live in further]
    return replace(record_set, slots=tuple(found))


def _former_marks(record_set: RecordSet, adopted: frozenset[str], zone: ZoneIndex, owner: str) -> Iterator[FormerMark]:
    """The marks of other tools on what is taken over, unless they speak of something that is not."""
    number = 0
    for mark, live in zone.found.get(record_set.name, ()):
        speaks = any(key.name == record_set.name and key.type in {record_set.type, None} for key in mark.marks)
        if is_our_mark(mark, owner) or not speaks or not zone.is_foreign(live):
            continue
        others = [
            one
            for key in mark.marks
            for one in zone.foreign.get(key.name, ())
            if one.record.type == key.type and one.id not in adopted
        ]
        if not others:
            yield FormerMark(number, live.record, live.id)
            number += 1


def _as_found(host: str, record_type: str, there: list[LiveRecord], mark: LiveRecord, zone: ZoneIndex) -> RecordSet:
    some = there[0].record if there else mark.record
    return RecordSet(
        zone=zone.zone.zone,
        zone_id=zone.zone_id,
        name=host,
        type=record_type,
        slots=tuple(Slot(number, live.record.content, live.id) for number, live in enumerate(there)),
        ttl=some.ttl,
        proxied=some.proxied,
        comment=some.comment,
        mark_name=mark.record.name,
        mark_content=mark.record.content,
        mark_ttl=mark.record.ttl,
        mark_import_id=mark.id,
        provider=zone.zone.provider,
    )
