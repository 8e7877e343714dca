"""The world as it will be once a plan has been carried out, to see what the run after it does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord, RecordSet, RegisteredRecord, UnreadZone, ZoneSnapshot
from stacks.plan.records.record_sets import declared_records, import_ids


def carried_out(plan: Plan, observation: Observation) -> Observation:
    """The observation after a run with this plan, if nobody else changes anything meanwhile.

    Zones that could not be read stay so, and what state holds of them stays as it is.
    """
    zones: list[ZoneSnapshot | UnreadZone] = []
    registered: list[RegisteredRecord] = []
    held = {(one.provider, one.logical_name): one for one in observation.registry.records}
    gone = {one.id for one in observation.registry.records}
    for zone in observation.zones:
        live = {one.id: one.record for one in zone.records} if isinstance(zone, ZoneSnapshot) else None
        written = {} if live is None else {one: record for one, record in live.items() if one not in gone}
        for record_set in plan.record_sets:
            for one in _registered(record_set, live, held) if record_set.zone == zone.zone else ():
                registered.append(one)
                if live is not None and record_set.untouched and one.id in gone:
                    written |= {one.id: live[one.id]} if one.id in live else {}
                else:
                    written[one.id] = one.record
        zones.append(_snapshot(zone, written))
    registry = replace(
        observation.registry, records=tuple(registered), links=plan.links, shared=plan.shared, interrupted=()
    )
    return replace(observation, zones=tuple(zones), registry=registry)


def _registered(
    record_set: RecordSet, live: Mapping[str, Record] | None, held: Mapping[tuple[str, str], RegisteredRecord]
) -> Iterator[RegisteredRecord]:
    """What state will hold of a set. live: what the zone has; None where nobody knows."""
    imported = import_ids(record_set)
    for logical_name, record in declared_records(record_set).items():
        before = held.get((record_set.provider, logical_name))
        if before and (record_set.untouched or live is None or before.id in live):
            yield before if record_set.untouched else replace(before, record=record)
        else:
            identity = imported.get(logical_name, f"new {logical_name}")
            urn = before.urn if before else ""
            yield RegisteredRecord(urn, logical_name, identity, record_set.zone_id, record, record_set.provider)


def _snapshot(zone: ZoneSnapshot | UnreadZone, written: Mapping[str, Record]) -> ZoneSnapshot | UnreadZone:
    if isinstance(zone, UnreadZone):
        return zone
    return replace(zone, records=tuple(LiveRecord(identity, record) for identity, record in written.items()))
