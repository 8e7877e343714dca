"""Changes of a run: the plan compared with the records in state and in the zones. Pure.

No change means that no run is needed: state and zone both already say what the plan says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from components.records.logical_name import LogicalName
from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import RecordSet, RegisteredRecord, ZoneSnapshot
from stacks.plan.records.record_sets import declared_records, import_ids


class Action(Enum):
    """The kind of a change; the value is its name in tables, JSON and metrics."""

    CREATE = "create"
    ADOPT = "adopt"
    """Unknown to state, and ours: by its mark, or because the settings or `truenorth adopt` say so. It is imported."""
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"
    """Ours, and gone from the zone behind our back: it is made again."""
    CORRECT = "correct"
    """Ours, and changed behind our back: it is put right."""
    FORGET = "forget"
    """Not wanted any more, and already gone from the zone: state forgets it."""
    KEEP = "keep"
    """Ours, and changed in fields that stay as the zone has them: state learns of it, and nothing is written."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one record. before: it in the zone, else in state; after: as wanted; None for none."""

    action: Action
    logical_name: str
    before: Record | None
    after: Record | None
    urn: str = ""
    zone: str = ""
    unseen: bool = False
    """Whether the zone was not listed, because the settings do not name it any more."""
    why: str = field(default="", compare=False, repr=False)
    """The reason of an adoption, for people; "" where it is our own mark."""

    @property
    def is_drift(self) -> bool:
        """Whether the zone differs from state."""
        return self.action in {Action.RESTORE, Action.CORRECT, Action.FORGET, Action.KEEP}

    @property
    def is_as_wished(self) -> bool:
        """Whether the zone has the record as it is wished already, so that state alone learns of it."""
        before, after = self.before, self.after
        return (
            before is not None and after is not None and same(before if after.tags else replace(before, tags=()), after)
        )

    @property
    def needs_refresh(self) -> bool:
        """Whether state has to be refreshed first: the zone differs from it, or nobody knows whether it does."""
        return self.is_drift or self.unseen

    @property
    def resource(self) -> LogicalName:
        """The logical name, taken apart."""
        return LogicalName.parse(self.logical_name)

    @property
    def record(self) -> Record:
        """The record after the change; the former one where it is deleted."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change without a record")
        return found


def changes(plan: Plan, observation: Observation) -> tuple[Change, ...]:
    """Return the changes of a run with this plan, in the order of the plan; deletions last."""
    registered = {(one.provider, one.logical_name): one for one in observation.registry.records}
    present = _Present.of(observation)
    found: list[Change] = []
    wanted: set[tuple[str, str]] = set()
    for record_set in plan.record_sets:
        imported = import_ids(record_set)
        for logical_name, record in declared_records(record_set).items():
            key = (record_set.provider, logical_name)
            wanted.add(key)
            ours = registered.get(key)
            if ours is None and logical_name in imported:
                before = present.live[imported[logical_name]]
                why = _reason(record_set, imported[logical_name])
                found.append(Change(Action.ADOPT, logical_name, before, record, zone=record_set.zone, why=why))
            elif ours is None:
                found.append(Change(Action.CREATE, logical_name, None, record, zone=record_set.zone))
            elif not record_set.untouched:
                found += _of_ours(ours, record, record_set, present.of_ours(ours))
    for key, ours in registered.items():
        if key not in wanted:
            there = present.of_ours(ours)
            action = Action.FORGET if there is None else Action.DELETE
            zone = present.zones.get(ours.zone_id, ours.zone_id)
            unseen = ours.zone_id not in present.zones
            found.append(Change(action, ours.logical_name, there or ours.record, None, ours.urn, zone, unseen))
    return tuple(found)


def _reason(record_set: RecordSet, imported: str) -> str:
    return next((slot.why for slot in record_set.slots if slot.import_id == imported), "")


@dataclass(frozen=True, slots=True)
class _Present:
    """The records in the zones, and the names of the listed zones, both by id."""

    live: Mapping[str, Record]
    zones: Mapping[str, str]

    @classmethod
    def of(cls, observation: Observation) -> _Present:
        listed = [zone for zone in observation.zones if isinstance(zone, ZoneSnapshot)]
        live = {one.id: one.record for zone in listed for one in zone.records}
        return cls(live, {zone.zone_id: zone.zone for zone in listed})

    def of_ours(self, ours: RegisteredRecord) -> Record | None:
        """Return the zone's record for a registered one, state's where the zone was not listed; None for none."""
        return self.live.get(ours.id) if ours.zone_id in self.zones else ours.record


def _of_ours(ours: RegisteredRecord, wanted: Record, record_set: RecordSet, present: Record | None) -> Iterator[Change]:
    action: Action | None = None
    if present is None:
        action = Action.RESTORE
    elif not is_as_known(ours.record, present):
        own = any(slot.own for slot in record_set.slots if slot.number == ours.resource.part)
        is_kept = own and same(present, wanted)
        action = Action.KEEP if is_kept else Action.CORRECT
    elif not same(ours.record, wanted) or ours.zone_id != record_set.zone_id:
        action = Action.UPDATE
    if action:
        yield Change(action, ours.logical_name, present, wanted, ours.urn, record_set.zone)


def is_as_known(known: Record, present: Record) -> bool:
    """Whether a record in the zone is as state has it. Tags that state does not have are somebody else's."""
    return same(present if known.tags else replace(present, tags=()), known)


def same(one: Record, other: Record) -> bool:
    """Whether two records are equal to the API, which ignores the case of names and the ttl of proxied records."""
    return one == other or _comparable(one) == _comparable(other)


def _comparable(record: Record) -> Record:
    return replace(record, name=record.name.lower(), ttl=1 if record.proxied else record.ttl)
