"""`POST /zones/{zone_id}/dns_records/batch`: many changes of records in one transaction.

https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.answers import success
from lab.cloudflare.errors import ApiError, Problem, invalid_body, too_many_operations
from lab.cloudflare.model import Permission, Record
from lab.cloudflare.records import create, overwrite, patch, remove

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.model import Zone
    from lab.cloudflare.store import RecordStore

_ORDER = ("deletes", "patches", "puts", "posts")


def post_batch(call: Call) -> Answer:
    """Carry out deletes, patches, puts, posts, in this order; all of them, or none if one is refused."""
    zone = call.zone(Permission.DNS_EDIT)
    body = call.object_body()
    operations = {kind: _operations(body, kind) for kind in _ORDER}
    limit = zone.plan.operations
    if sum(len(listed) for listed in operations.values()) > limit:
        raise too_many_operations(limit)
    trial = call.store(zone).copy()
    now = call.cloudflare.clock()
    done = {
        kind: [_carry_out(kind, zone, trial, operation, now).as_json() for operation in operations[kind]]
        for kind in _ORDER
    }
    call.cloudflare.stores[zone.id] = trial
    return success(done)


def _operations(body: Mapping[str, object], kind: str) -> list[dict[str, object]]:
    listed = body.get(kind)
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(operation, dict) for operation in listed):
        raise invalid_body()
    return listed


def _carry_out(kind: str, zone: Zone, store: RecordStore, operation: Mapping[str, object], now: datetime) -> Record:
    if kind == "posts":
        return create(zone, store, operation, now)
    record_id = operation.get("id")
    if not isinstance(record_id, str):
        raise ApiError(400, Problem(9100, "id is a required field."))
    if kind == "deletes":
        return remove(store, record_id)
    change = patch if kind == "patches" else overwrite
    return change(zone, store, record_id, operation, now)
