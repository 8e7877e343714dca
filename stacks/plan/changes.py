"""What a run would do: the plan compared with what state holds and what the zone has. Pure.

No change means that no run is needed: state and zone both already say what the plan says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from stacks.plan.planner import declared_records, import_ids
from stacks.values import Observation, Plan, Record, RegisteredRecord


class Action(Enum):
    """What happens to one record; the value is its name in tables, JSON and metrics."""

    CREATE = "create"
    ADOPT = "adopt"
    """Ours by its mark, and unknown to state: it is imported."""
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"
    """Ours, and gone from the zone behind our back: it is made again."""
    CORRECT = "correct"
    """Ours, and changed behind our back: it is put right."""
    FORGET = "forget"
    """Not wanted any more, and already gone from the zone: state forgets it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record that a run would touch. before is what the zone (else state) has, after what is wanted."""

    action: Action
    logical_name: str
    before: Record | None
    after: Record | None
    urn: str = ""

    @property
    def is_drift(self) -> bool:
        """Whether state has to be refreshed first, because the zone differs from it."""
        return self.action in {Action.RESTORE, Action.CORRECT, Action.FORGET}

    @property
    def record(self) -> Record:
        """The record the change is about."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change without a record")
        return found


def changes(plan: Plan, observation: Observation) -> tuple[Change, ...]:
    """The changes that a run with this plan makes, in the order of the plan; deletions last."""
    wanted: dict[str, tuple[Record, str]] = {}
    imported: dict[str, str] = {}
    for record_set in plan.record_sets:
        for logical_name, record in declared_records(record_set).items():
            wanted[logical_name] = (record, record_set.zone_id)
        imported |= import_ids(record_set)
    registered = {record.logical_name: record for record in observation.registry.records}
    live = {live.id: live.record for live in observation.zone.records}
    found: list[Change] = []
    for logical_name, (record, zone_id) in wanted.items():
        ours = registered.get(logical_name)
        if ours is None and logical_name in imported:
            found.append(Change(Action.ADOPT, logical_name, live[imported[logical_name]], record))
        elif ours is None:
            found.append(Change(Action.CREATE, logical_name, None, record))
        elif change := _of_ours(ours, record, zone_id, _live_record(ours, observation, live)):
            found.append(change)
    for logical_name, ours in registered.items():
        if logical_name not in wanted:
            present = _live_record(ours, observation, live)
            action = Action.FORGET if present is None else Action.DELETE
            found.append(Change(action, logical_name, present or ours.record, None, ours.urn))
    return tuple(found)


def _live_record(ours: RegisteredRecord, observation: Observation, live: dict[str, Record]) -> Record | None:
    """What the zone has for a registered record; one of another zone than the observed is taken as state says."""
    return live.get(ours.id) if ours.zone_id == observation.zone.zone_id else ours.record


def _of_ours(ours: RegisteredRecord, wanted: Record, zone_id: str, present: Record | None) -> Change | None:
    if present is None:
        return Change(Action.RESTORE, ours.logical_name, None, wanted, ours.urn)
    if not same(present, ours.record):
        return Change(Action.CORRECT, ours.logical_name, present, wanted, ours.urn)
    if not same(ours.record, wanted) or ours.zone_id != zone_id:
        return Change(Action.UPDATE, ours.logical_name, present, wanted, ours.urn)
    return None


def same(one: Record, other: Record) -> bool:
    """Whether two records are equal to the API, which ignores the case of names and the ttl of proxied records."""
    return _comparable(one) == _comparable(other)


def _comparable(record: Record) -> Record:
    return replace(record, name=record.name.lower(), ttl=1 if record.proxied else record.ttl)
