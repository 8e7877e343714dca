"""Simulation: the world after a plan has been carried out, to see what the next run does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord, RecordSet, RegisteredRecord, UnreadZone, ZoneSnapshot
from stacks.plan.records.record_sets import declared_records, import_ids

_Held = Mapping[tuple[str, str], RegisteredRecord]
"""The records in state before the run, by provider and logical name."""


def carried_out(plan: Plan, observation: Observation) -> Observation:
    """Return the observation after a run with this plan, if nobody else changes anything meanwhile.

    Zones that could not be read stay so, and state keeps its records of them.
    """
    held = {(one.provider, one.logical_name): one for one in observation.registry.records}
    results = [_zone_after(zone, plan, held) for zone in observation.zones]
    registry = replace(
        observation.registry,
        records=tuple(one for _, registered in results for one in registered),
        links=plan.links,
        shared=plan.shared,
        queues=plan.queues,
        interrupted=(),
    )
    return replace(observation, zones=tuple(zone for zone, _ in results), registry=registry)


def _zone_after(
    zone: ZoneSnapshot | UnreadZone, plan: Plan, held: _Held
) -> tuple[ZoneSnapshot | UnreadZone, list[RegisteredRecord]]:
    """Return a zone after the run, and the records that state has of it."""
    live = {one.id: one.record for one in zone.records} if isinstance(zone, ZoneSnapshot) else None
    sets = (record_set for record_set in plan.record_sets if record_set.zone == zone.zone)
    made = [one for record_set in sets for one in _registered(record_set, live, held)]
    registered = [one for one, _ in made]
    if isinstance(zone, UnreadZone):
        return zone, registered
    known = {one.id for one in held.values()}
    there = {one.id: one for one in zone.records}
    records = {identity: one for identity, one in there.items() if identity not in known}
    for one, record in made:
        if record:
            records[one.id] = replace(there.get(one.id) or LiveRecord(one.id, record), record=record)
    return replace(zone, records=tuple(records.values())), registered


def _registered(
    record_set: RecordSet, live: Mapping[str, Record] | None, held: _Held
) -> Iterator[tuple[RegisteredRecord, Record | None]]:
    """Yield each record that state will have of a set, and the zone's record; None where the zone has none.

    live: the zone's records by id before the run; None where nobody knows.
    """
    imported = import_ids(record_set)
    for logical_name, record in declared_records(record_set).items():
        before = held.get((record_set.provider, logical_name))
        if before and record_set.untouched:
            yield before, (live or {}).get(before.id)
        elif before and (live is None or before.id in live):
            yield replace(before, record=record), record
        else:
            identity = imported.get(logical_name, f"new {logical_name}")
            urn = before.urn if before else ""
            yield (
                RegisteredRecord(urn, logical_name, identity, record_set.zone_id, record, record_set.provider),
                record,
            )
