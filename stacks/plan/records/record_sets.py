"""Record sets: their records by logical name, their slots, and their form in state. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from components.marks import in_comments
from components.records import canonical_content
from components.records.logical_name import MARK, Former, LogicalName
from components.records.providers import PROVIDERS
from components.records.record import Record
from stacks.model.values import RecordSet, RegisteredRecord, Slot

if TYPE_CHECKING:
    from components.marks.writer import Writer
    from stacks.settings.zone import ZoneSettings

Key = tuple[str, str]
"""The name and type of a record set."""


def declared_records(record_set: RecordSet) -> dict[str, Record]:
    """Return the records of a set by logical name, its marks included: exactly what the component declares."""
    name, record_type = record_set.name, record_set.type
    records = {
        str(LogicalName(name, record_type, slot.number)): _declared(slot, record_set) for slot in record_set.slots
    }
    if record_set.mark_name:
        mark = mark_record(record_set.mark_name, record_set.mark_content, record_set.mark_ttl)
        records[str(LogicalName(name, record_type, MARK))] = mark
    for former in record_set.former_marks:
        records[former_mark_name(record_set, former.number)] = former.record
    return records


def _declared(slot: Slot, record_set: RecordSet) -> Record:
    own = slot.own or record_set
    return Record(
        name=record_set.name,
        type=record_set.type,
        content=slot.target,
        ttl=own.ttl,
        proxied=own.proxied,
        comment=own.comment,
        tags=own.tags,
        spelling=slot.spelling,
    )


def is_proxied(record_set: RecordSet) -> bool:
    """Return whether the provider's proxy answers for the name; one proxied record of several is enough."""
    each = [(slot.own or record_set).proxied for slot in record_set.slots]
    return any(each) if each else record_set.proxied


def settings_of(record_set: RecordSet) -> Record:
    """Return a record with the wished settings of a set, its comment without a mark, and no content."""
    comment, _ = in_comments.parse(record_set.comment)
    return Record(record_set.name, record_set.type, "", record_set.ttl, record_set.proxied, comment, record_set.tags)


def mark_record(name: str, content: str, ttl: int) -> Record:
    """Return the TXT record of a mark."""
    return Record(name, "TXT", content, ttl, proxied=False, comment="")


def former_mark_name(record_set: RecordSet, number: int) -> str:
    """Return the logical name of a mark of another tool that is taken into state to be deleted."""
    return str(LogicalName(record_set.name, record_set.type, Former(number)))


def import_ids(record_set: RecordSet) -> dict[str, str]:
    """Return the ids of the records of a set that are to be imported, by logical name."""
    name, record_type = record_set.name, record_set.type
    if not (record_set.mark_import_id or record_set.former_marks or any(slot.import_id for slot in record_set.slots)):
        return {}
    ids = {str(LogicalName(name, record_type, slot.number)): slot.import_id for slot in record_set.slots}
    ids[str(LogicalName(name, record_type, MARK))] = record_set.mark_import_id
    ids |= {former_mark_name(record_set, former.number): former.import_id for former in record_set.former_marks}
    return {logical_name: identity for logical_name, identity in ids.items() if identity}


def marked_comment(comment: str, settings: ZoneSettings, writer: Writer, longest: int) -> str:
    """Return the comment of a record, with the mark in it where marks are comments. longest: characters of both."""
    if settings.marks != "comment":
        return comment
    return in_comments.encode(comment, writer.owner, longest, writer.instance)


def as_registered(key: Key, zone: str, records: Sequence[RegisteredRecord], mark: RegisteredRecord | None) -> RecordSet:
    """Return a set as state has it, so that nothing in it is changed. Raises ValueError without a record and a mark."""
    some = records[0] if records else mark
    if some is None:
        raise ValueError(f"state has nothing of {key}")
    return RecordSet(
        zone=zone,
        zone_id=some.zone_id,
        name=key[0],
        type=key[1],
        slots=tuple(
            sorted((slot_of(number(one), one.record) for one in records), key=lambda slot: slot.number),
        ),
        ttl=some.record.ttl,
        proxied=some.record.proxied,
        comment=some.record.comment,
        mark_name=mark.record.name if mark else "",
        mark_content=mark.record.content if mark else "",
        mark_ttl=mark.record.ttl if mark else PROVIDERS[some.provider].automatic_ttl,
        untouched=True,
        provider=some.provider,
        tags=some.record.tags,
    )


def slot_of(place: int, record: Record, import_id: str = "") -> Slot:
    """Return the slot of a record as it is, in the spelling that it has. place: the slot's number."""
    return Slot(place, record.content, import_id, record.spelling)


def spelled(found: Iterable[Slot], records: Iterable[Record]) -> tuple[Slot, ...]:
    """Return the slots with their targets spelled as in these records."""
    known = {one.content: one.spelling for one in records if one.spelling}
    return tuple(replace(slot, spelling=known[slot.target]) if slot.target in known else slot for slot in found)


def slots(targets: Sequence[str], held: Mapping[int, str]) -> tuple[Slot, ...]:
    """Return a slot for each target: its present slot, else one with a target that left, else a new one.

    So an address that stays is never written, one that changes is an update, and none is absent in between.
    """
    keeping = {target: number for number, target in sorted(held.items(), reverse=True) if target in targets}
    free = sorted(set(range(len(targets) + len(held))) - set(keeping.values()), key=lambda n: (n not in held, n))
    moving = zip((target for target in targets if target not in keeping), free, strict=False)
    placed = [Slot(number, target) for target, number in keeping.items()]
    placed += [Slot(number, target) for target, number in moving]
    return tuple(sorted(placed, key=lambda slot: slot.number))


def number(registered: RegisteredRecord) -> int:
    """Return the slot of a record that state holds. Raises ValueError for a mark."""
    part = registered.resource.part
    if not isinstance(part, int):
        raise ValueError(f"{registered.logical_name} is a mark")  # noqa: TRY004 - state has the wrong value
    return part


def sets_of(
    registered: Iterable[RegisteredRecord],
) -> tuple[dict[Key, list[RegisteredRecord]], dict[Key, RegisteredRecord]]:
    """Return the records of state by set, and the marks by the set they mark, without those of other tools."""
    records: dict[Key, list[RegisteredRecord]] = defaultdict(list)
    marks: dict[Key, RegisteredRecord] = {}
    for one in registered:
        resource = one.resource
        if resource.is_mark:
            marks[resource.record_set] = one
        elif resource.is_record:
            records[resource.record_set].append(one)
    return records, marks


def contents(records: Sequence[RegisteredRecord]) -> tuple[str, ...]:
    """Return the values of the records, those of whole sets one by one."""
    return tuple(sorted(value for one in records for value in canonical_content.split(one.record.content)))


def contents_of(record_set: RecordSet) -> tuple[str, ...]:
    """Return the contents of all records of a set, one by one where a provider keeps them as one."""
    return tuple(value for slot in record_set.slots for value in canonical_content.split(slot.target))
