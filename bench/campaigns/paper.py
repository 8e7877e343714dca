"""A zone and a state on paper: what the engine would leave there, without running it."""

from __future__ import annotations

from stacks.model.observation import Registry
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord, RegisteredRecord, ZoneSnapshot
from stacks.plan.records.record_sets import declared_records

ZONE, ZONE_ID = "example.com", "z"


def carried_out(plan: Plan) -> tuple[ZoneSnapshot, Registry]:
    """The zone and the state once a plan has been carried out, in a zone that has no other records."""
    live, owned = [], []
    for record_set in plan.record_sets:
        for name, record in declared_records(record_set).items():
            live.append(LiveRecord(name, record))
            owned.append(RegisteredRecord(f"urn::{name}", name, name, record_set.zone_id, record, record_set.provider))
    return ZoneSnapshot(ZONE, ZONE_ID, tuple(live)), Registry(tuple(owned), links=plan.links)
