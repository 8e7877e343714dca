"""Take the records that the provider refuses out of a plan, and leave the rest. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from components.marks import ownership
from components.records.logical_name import MARK
from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import RecordSet, RegisteredRecord, Rejected, UnreadZone, ZoneSnapshot
from stacks.plan.changes import Change, same
from stacks.plan.records.record_sets import Key, as_registered, declared_records, sets_of

LONGEST_WORDS = 500
"""Characters of a provider's words that are kept and shown."""


def rejected(change: Change, plan: Plan, words: str) -> Rejected:
    """Return the rejection of a change. words: the provider's own."""
    record, key = change.record, change.resource.record_set
    said = " ".join(words.split())[:LONGEST_WORDS]
    return Rejected(change.zone, change.logical_name, record, change.after is None, said, _asked_by(key, plan))


def _asked_by(key: Key, plan: Plan) -> tuple[str, ...]:
    objects = dict(plan.asked_by).get(key, ())
    if objects:
        return tuple(str(one) for one in objects)
    marks = (ownership.parse(one.mark_content) for one in plan.record_sets if (one.name, one.type) == key)
    found = tuple(mark.resource for mark in marks if mark and mark.resource)
    return found or ("the settings",)


def still_wanted(plan: Plan, refused: Iterable[Rejected], observation: Observation) -> tuple[Rejected, ...]:
    """Return the changes of a plan that were refused before, are unchanged, and not made by now.

    Of several such refusals of one record the first counts.
    """
    several = tuple(refused)
    if not several:
        return ()
    keys, zones = {(one.zone, *one.resource.record_set) for one in several}, {one.zone for one in several}
    wanted = {
        (record_set.zone, logical_name): record
        for record_set in plan.record_sets
        if (record_set.zone, record_set.name, record_set.type) in keys
        for logical_name, record in declared_records(record_set).items()
    }
    seen = {one.zone: one for one in observation.zones if isinstance(one, ZoneSnapshot) and one.zone in zones}
    live = {(zone, one.id): one.record for zone, found in seen.items() for one in found.records}
    ids = {one.logical_name: one.id for one in observation.registry.records}
    left: dict[tuple[str, str], Rejected] = {}
    for one in several:
        key = (one.zone, one.logical_name)
        now = live.get((one.zone, ids.get(one.logical_name, "")))
        if _is_wanted(one, wanted.get(key)) and not _is_made(one, now, is_read=one.zone in seen):
            left.setdefault(key, one)
    return tuple(left.values())


def _is_wanted(one: Rejected, now: Record | None) -> bool:
    if one.is_deletion or now is None:
        return one.is_deletion and now is None
    return same(now, one.record)


def _is_made(one: Rejected, now: Record | None, *, is_read: bool) -> bool:
    """Return whether a run elsewhere has made the change since. now: our record in the zone. is_read: as the zone."""
    if one.is_deletion:
        return is_read and now is None
    return now is not None and same(now, one.record)


def without(plan: Plan, refused: Iterable[Rejected], observation: Observation) -> Plan:
    """Return the plan with every refused record left as state has it.

    New records are left out; of a set without any other record nothing is left, its mark neither.
    """
    several: dict[Key, list[Rejected]] = defaultdict(list)
    for one in refused:
        several[one.resource.record_set].append(one)
    if not several:
        return plan
    live = {one.id for zone in observation.zones if isinstance(zone, ZoneSnapshot) for one in zone.records}
    unread = {zone.zone for zone in observation.zones if isinstance(zone, UnreadZone)}
    records, marks = sets_of(observation.registry.records)
    alive = {key for key, owned in records.items() if any(one.id in live for one in owned)}
    sets: list[RecordSet] = []
    for wanted in plan.record_sets:
        key = (wanted.name, wanted.type)
        # What is gone from the zone, and refused when it is made again, leaves nothing for a mark to stand beside.
        owned = records.get(key, []) if key in alive or wanted.zone in unread else []
        kept = _kept(wanted, several[key], owned, marks.get(key)) if key in several else wanted
        sets += [kept] if kept else []
    planned = {(one.name, one.type) for one in plan.record_sets}
    sets += [
        as_registered(key, ones[0].zone, records[key], marks.get(key))
        for key, ones in several.items()
        if key not in planned and key in records
    ]
    known = tuple(one for ones in several.values() for one in ones)
    return replace(plan, record_sets=tuple(sets), rejected=known)


def _kept(
    wanted: RecordSet, refused: Sequence[Rejected], owned: Sequence[RegisteredRecord], mark: RegisteredRecord | None
) -> RecordSet | None:
    """Return a set without what was refused of it; None where nothing is left. owned, mark: what state has of it."""
    parts = {one.resource.part for one in refused}
    if MARK in parts or parts & {one.resource.part for one in owned}:
        return as_registered((wanted.name, wanted.type), wanted.zone, owned, mark) if owned else None
    slots = tuple(one for one in wanted.slots if one.number not in parts)
    return replace(wanted, slots=slots) if slots else None
