"""`/zones/{zone_id}/dns_records`: what may be done to records, and the calls that do it.

The four operations work on a store, so that a batch and an edit from elsewhere follow the same rules as a call.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.cloudflare import txt
from lab.cloudflare.answers import success, success_of, success_page
from lab.cloudflare.delegations import check_delegations
from lab.cloudflare.errors import (
    address_or_alias_exists,
    alias_exists,
    combined_content_too_long,
    identical_record_exists,
    read_only_record,
    record_not_found,
    record_quota_exceeded,
)
from lab.cloudflare.listing import select
from lab.cloudflare.model import Permission, Record, RecordFields, new_id
from lab.cloudflare.validation import validate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lab.api.http import Answer
    from lab.cloudflare.calls import Call
    from lab.cloudflare.model import Zone
    from lab.cloudflare.store import RecordStore

_DEFAULT_PAGE, _LARGEST_PAGE = 100, 5000
_ADDRESSES = ("A", "AAAA")
_LARGEST_SET = 8192  # characters of content that the records of one name and type share


def create(
    zone: Zone,
    store: RecordStore,
    body: Mapping[str, object],
    now: datetime,
    meta: Mapping[str, object] | None = None,
) -> Record:
    """Add a record. ApiError if it is invalid, in conflict with another, or one too many.

    meta: what one of Cloudflare's own services says of a record that it makes.
    """
    fields = validate(zone, body)
    _check_conflicts(store, fields, None)
    check_delegations(zone, store, fields)
    if len(store) >= zone.record_quota:
        raise record_quota_exceeded()
    record = Record(
        new_id(),
        fields,
        created_on=now,
        modified_on=now,
        comment_modified_on=now if fields.comment is not None else None,
        tags_modified_on=now if fields.tags else None,
        meta=meta or {},
    )
    store.put(record)
    return record


def overwrite(zone: Zone, store: RecordStore, record_id: str, body: Mapping[str, object], now: datetime) -> Record:
    """Set the whole record: what the body leaves out takes its default."""
    return _change(zone, store, writable(store, record_id), validate(zone, body), now)


def patch(zone: Zone, store: RecordStore, record_id: str, body: Mapping[str, object], now: datetime) -> Record:
    """Set what the body holds and keep the rest; null clears."""
    record = writable(store, record_id)
    return _change(zone, store, record, validate(zone, {**_as_input(record.fields), **body}), now)


def remove(store: RecordStore, record_id: str) -> Record:
    """Delete the record and give it back."""
    record = writable(store, record_id)
    store.remove(record)
    return record


def find(store: RecordStore, record_id: str) -> Record:
    """Find the record of this id; ApiError (404) if there is none."""
    record = store.get(record_id)
    if record is None:
        raise record_not_found()
    return record


def writable(store: RecordStore, record_id: str) -> Record:
    """Find the record of this id; ApiError if there is none, or one of Cloudflare's services keeps it."""
    record = find(store, record_id)
    if record.meta.get("read_only"):
        raise read_only_record()
    return record


def _change(zone: Zone, store: RecordStore, record: Record, fields: RecordFields, now: datetime) -> Record:
    _check_conflicts(store, fields, record.id)
    if fields.name != record.name:
        check_delegations(zone, store, fields)
    comment_on = record.comment_modified_on if fields.comment == record.fields.comment else now
    tags_on = record.tags_modified_on if fields.tags == record.fields.tags else now
    # A new object, not a copy with the JSON of the old.
    changed = replace(
        record,
        fields=fields,
        modified_on=now,
        comment_modified_on=comment_on if fields.comment is not None else None,
        tags_modified_on=tags_on if fields.tags else None,
    )
    store.put(changed)
    return changed


def _as_input(fields: RecordFields) -> dict[str, object]:
    return {
        "name": fields.name,
        "type": fields.type,
        "content": fields.content,
        "ttl": fields.ttl,
        "proxied": fields.proxied,
        "comment": fields.comment,
        "tags": list(fields.tags),
        "priority": fields.priority,
        "data": None if fields.data is None else dict(fields.data),
        "settings": dict(fields.settings),
    }


def _check_conflicts(store: RecordStore, fields: RecordFields, own_id: str | None) -> None:
    """Refuse what a CNAME keeps from its name: addresses and another CNAME. MX, TXT and others the API takes there.

    https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/; beside one that is
    neither proxied nor at the apex, too: https://github.com/DNSControl/dnscontrol/issues/4772
    """
    others = [other.fields for other in store.named(fields.name) if other.id != own_id]
    if any(_identical(fields, other) for other in others):
        raise identical_record_exists()
    types = {other.type for other in others}
    if fields.type == "CNAME" and types & {"A", "AAAA", "CNAME"}:
        raise address_or_alias_exists()
    if fields.type in _ADDRESSES and "CNAME" in types:
        raise alias_exists()
    if len(fields.content) + sum(len(one.content) for one in others if one.type == fields.type) > _LARGEST_SET:
        raise combined_content_too_long()


def _identical(one: RecordFields, other: RecordFields) -> bool:
    """Tell whether both would answer the same: a difference in ttl, proxy status or comment makes no other record."""
    if (one.type, one.priority) != (other.type, other.priority):
        return False
    if one.type == "TXT":
        return txt.text(one.content) == txt.text(other.content)
    return one.content == other.content


def list_records(call: Call) -> Answer:
    """`GET /zones/{zone_id}/dns_records`."""
    zone = call.zone(Permission.DNS_READ)
    found = select(call, call.store(zone))
    part, info = call.page(len(found), _DEFAULT_PAGE, _LARGEST_PAGE)
    return success_page([record.json for record in found[part]], info)


def get_record(call: Call) -> Answer:
    """`GET /zones/{zone_id}/dns_records/{dns_record_id}`."""
    zone = call.zone(Permission.DNS_READ)
    return success_of(find(call.store(zone), call.parameters["dns_record_id"]).json)


def post_record(call: Call) -> Answer:
    """`POST /zones/{zone_id}/dns_records`."""
    zone = call.zone(Permission.DNS_EDIT)
    return success_of(create(zone, call.store(zone), call.object_body(), call.cloudflare.clock()).json)


def put_record(call: Call) -> Answer:
    """`PUT /zones/{zone_id}/dns_records/{dns_record_id}`."""
    zone = call.zone(Permission.DNS_EDIT)
    record_id = call.parameters["dns_record_id"]
    return success_of(overwrite(zone, call.store(zone), record_id, call.object_body(), call.cloudflare.clock()).json)


def patch_record(call: Call) -> Answer:
    """`PATCH /zones/{zone_id}/dns_records/{dns_record_id}`."""
    zone = call.zone(Permission.DNS_EDIT)
    record_id = call.parameters["dns_record_id"]
    return success_of(patch(zone, call.store(zone), record_id, call.object_body(), call.cloudflare.clock()).json)


def delete_record(call: Call) -> Answer:
    """`DELETE /zones/{zone_id}/dns_records/{dns_record_id}`."""
    zone = call.zone(Permission.DNS_EDIT)
    return success({"id": remove(call.store(zone), call.parameters["dns_record_id"]).id})
