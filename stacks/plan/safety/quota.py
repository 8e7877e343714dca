"""Plans that fit into the zones: a plan of a provider allows so many records. Pure.

What is there comes first, then what the settings want, then the names of objects, in the order of the names. What does
not fit is not tried: it is told with what helps, to the objects too. Records that are about to go make room for the
next pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.plain_text import listed
from components.records.logical_name import LogicalName
from stacks.model.advice import FullZone
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Deferred, RecordSet, Slot, ZoneSnapshot
from stacks.plan.records.record_sets import Key, declared_records, import_ids
from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class _Fit:
    """The sets of a zone that fit, those for the next pass, those that do not fit, and how many records are needed."""

    sets: tuple[RecordSet, ...]
    deferred: tuple[Deferred, ...]
    left_out: tuple[Key, ...]
    needs: int


def within_quota(settings: Settings, plan: Plan, observation: Observation) -> Plan:
    """Return the plan without new records for which its zones have no room."""
    asked = dict(plan.asked_by)
    for zone in observation.zones:
        if isinstance(zone, ZoneSnapshot) and zone.limits.records is not None:
            found = _fit(zone, zone.limits.records, plan, observation, asked)
            if found is not None:
                full = FullZone(
                    zone.zone,
                    zone.limits.plan,
                    zone.limits.records,
                    len(zone.records),
                    found.needs,
                    found.left_out,
                    settings.of_zone(zone.zone).marks,
                )
                plan = _without(plan, zone.zone, found, full, asked)
    return plan


def _fit(
    zone: ZoneSnapshot, limit: int, plan: Plan, observation: Observation, asked: Mapping[Key, Sequence[ObjectKey]]
) -> _Fit | None:
    """Return what fits; None where everything does."""
    live = {one.id for one in zone.records}
    present = {one.logical_name for one in observation.registry.records if one.id in live}
    here = [one for one in plan.record_sets if one.zone == zone.zone]
    new = {(one.name, one.type): _new(one, present) for one in here}
    needs = sum(map(len, new.values()))
    room = max(0, limit - len(zone.records))
    if needs <= room:
        return None
    declared = {name for one in here for name in declared_records(one)}
    going = [one for one in observation.registry.records if one.id in live and one.logical_name not in declared]
    freed, until = len(going), tuple(sorted({one.record.type for one in going}))
    kept: dict[Key, RecordSet] = {}
    deferred: list[Deferred] = []
    left_out: list[Key] = []
    for one in sorted(here, key=lambda one: _turn(one, new, asked)):
        key, cost = (one.name, one.type), len(new[one.name, one.type])
        if cost <= room:
            kept[key], room = one, room - cost
        elif smaller := _as_far_as_there_is_room(one, present, room):
            kept[key] = smaller
            room -= len(_new(smaller, present))
            left_out.append(key)
        elif cost <= room + freed:
            freed -= cost
            deferred.append(Deferred(*key, until))
        else:
            left_out.append(key)
    sets = tuple(kept[key] for one in here if (key := (one.name, one.type)) in kept)
    return _Fit(sets, tuple(deferred), tuple(sorted(left_out)), needs)


def _new(record_set: RecordSet, present: set[str]) -> set[str]:
    return declared_records(record_set).keys() - present - import_ids(record_set).keys()


def _turn(one: RecordSet, new: Mapping[Key, set[str]], asked: Mapping[Key, object]) -> tuple[bool, bool, str, str]:
    key = (one.name, one.type)
    is_new = len(new[key]) == len(declared_records(one))
    return is_new, key in asked, one.name, one.type


def _as_far_as_there_is_room(one: RecordSet, present: set[str], room: int) -> RecordSet | None:
    """Return a set that is there already with as many of its new records as fit; None for one that is not there."""
    slots: list[Slot] = []
    for slot in one.slots:
        is_new = _logical_name(one, slot) not in present and not slot.import_id
        if not is_new or room > 0:
            slots.append(slot)
            room -= is_new
    is_there = any(_logical_name(one, slot) in present or slot.import_id for slot in slots)
    return replace(one, slots=tuple(slots)) if is_there else None


def _without(plan: Plan, zone: str, found: _Fit, full: FullZone, asked: Mapping[Key, Sequence[ObjectKey]]) -> Plan:
    fitting = {(one.name, one.type): one for one in found.sets}
    sets = [fitting.get((one.name, one.type), one) for one in plan.record_sets]
    sets = [one for one in sets if one.zone != zone or (one.name, one.type) in fitting]
    gone = {(one.name, one.type) for one in plan.record_sets} - {(one.name, one.type) for one in sets}
    lost: dict[ObjectKey, list[str]] = {}
    for key in found.left_out:
        for one in asked.get(key, ()):
            lost.setdefault(one, []).append(" ".join(key))
    return replace(
        plan,
        record_sets=tuple(sets),
        shared=tuple(one for one in plan.shared if (one.name, one.type) not in gone),
        deferred=(*plan.deferred, *found.deferred),
        full=(*plan.full, full) if found.left_out else plan.full,
        complaints=(*plan.complaints, *(_complaint(key, names, full) for key, names in lost.items())),
    )


def _logical_name(one: RecordSet, slot: Slot) -> str:
    return str(LogicalName(one.name, one.type, slot.number))


def _complaint(key: ObjectKey, names: Sequence[str], full: FullZone) -> Complaint:
    text = f"{key}: not made: {listed(names)}: the zone {full.zone} {full.what}"
    return Complaint(key, "", "", "", text)
