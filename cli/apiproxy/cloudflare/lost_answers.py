"""Look up writes without an answer in a listing of their zone."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from cli.apiproxy.cloudflare.operation import Operation, safe_record
from cli.apiproxy.cloudflare.zone_cache import Listing
from components.records.record import Record
from components.records.types import RECORD_TYPES
from stacks.plan.changes import same

_READ_BY_CONTENT: Final = frozenset({*RECORD_TYPES, "OPENPGPKEY"})
_CLOCK_STEP: Final = 2.0
"""Seconds: the API's Date is cut to whole ones, and its machines' clocks differ a little."""
FIRST_WAIT: Final = 0.25
"""Seconds before a write whose answer was lost is looked for, so that the API may end what it still does; doubled."""
UNREADABLE: Final = "could not be confirmed: the API's answer was lost, and the request cannot be read"
NOTHING_DONE: Final = "the API's answer was lost, several times; nothing was carried out"
UNCONFIRMED: Final = "could not be confirmed: the API's answer was lost, and the zone cannot be listed now"


@dataclass(frozen=True, slots=True)
class LookupResult:
    """Operations sorted into landed (each with its record's id and JSON), not landed, and undecided."""

    landed: list[tuple[Operation, str, bytes]] = field(default_factory=list)
    missing: list[Operation] = field(default_factory=list)
    unsure: list[Operation] = field(default_factory=list)


def look(operations: Sequence[Operation], listing: Listing, known: Collection[str]) -> LookupResult:
    """Return which of the operations have landed.

    known: the ids of records that are known to be of other operations. A creation has landed where an equal record is
    there that was not before; where nobody had listed the zone before, one made since the creation was sent. Any equal
    one is that of a repeated creation, as its plan has seen none. One of which no record can be read has not landed
    where nothing is new at all.
    """
    found = LookupResult()
    taken: set[str] = set(known)
    for operation in operations:
        if operation.method != "POST":
            raw = listing.records.get(operation.record_id)
            if _is_done(operation, raw):
                result = raw or msgspec.json.encode({"id": operation.record_id})
                found.landed.append((operation, operation.record_id, result))
            else:
                found.missing.append(operation)
    creations = [one for one in operations if one.method == "POST"]
    candidates = _Candidates(listing) if creations else None
    for operation in sorted(creations, key=lambda one: one.record is None):
        record_id = candidates.of(operation, taken) if candidates else ""
        if record_id is None:
            found.unsure.append(operation)
        elif record_id:
            taken.add(record_id)
            found.landed.append((operation, record_id, listing.records[record_id]))
        else:
            found.missing.append(operation)
    return found


def _is_done(operation: Operation, raw: bytes | None) -> bool:
    if raw is None:
        return operation.method == "DELETE"
    return operation.method != "DELETE" and _is_as_wished(operation, msgspec.json.decode(raw, type=dict[str, Any]))


def record_of(raw: bytes) -> Record | None:
    """Return the record in the API's JSON; None where it is none."""
    return safe_record(msgspec.json.decode(raw, type=dict[str, Any]))


class _Candidates:
    """The records of a listing by type and first label, so that each of thousands is found quickly."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._by_place: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for raw in listing.records.values():
            item = msgspec.json.decode(raw, type=dict[str, Any])
            place = (str(item["type"]), _first_label(str(item["name"])))
            self._by_place.setdefault(place, []).append(item)

    def of(self, operation: Operation, taken: Collection[str]) -> str | None:
        """Return the id of the record that a creation has made; "" for none, None where it may have made one."""
        record = operation.record
        if record is None:
            everything = (item for items in self._by_place.values() for item in items)
            is_any_new = any(item["id"] not in taken and self._is_new(operation, item) for item in everything)
            return None if is_any_new else ""
        for item in self._by_place.get((record.type, _first_label(record.name)), ()):
            is_new = item["id"] not in taken and self._is_new(operation, item)
            if is_new and _is_as_wished(operation, item):
                return str(item["id"])
        return ""

    def _is_new(self, operation: Operation, item: Mapping[str, Any]) -> bool:
        if operation.is_repeated:
            return True
        if operation.before is not None:
            return item["id"] not in operation.before
        if self._listing.moment is None or not operation.sent:
            return False
        since = time.monotonic() - operation.sent
        try:
            made = datetime.fromisoformat(item["created_on"]).timestamp()
        except (KeyError, TypeError, ValueError):
            return False
        return made >= self._listing.moment - since - _CLOCK_STEP


def _first_label(name: str) -> str:
    return name.lower().partition(".")[0]


def _is_as_wished(operation: Operation, item: Mapping[str, Any]) -> bool:
    fields = operation.fields
    if fields is None:
        return False
    # A part of a record leaves the rest as it is.
    wish = safe_record({**item, **fields}) if operation.method == "PATCH" else operation.record
    there = safe_record(item)
    if wish is None or there is None:
        return False
    if wish.type not in _READ_BY_CONTENT and fields.get("data"):
        data = item.get("data") or {}
        return all(data.get(key) == value for key, value in fields["data"].items()) and _same(
            replace(wish, content=""), replace(there, content="")
        )
    return _same(wish, there)


def _same(wish: Record, there: Record) -> bool:
    """Return whether two records are the same; the API completes a relative name."""
    if there.name.startswith(f"{wish.name}."):
        wish = replace(wish, name=there.name)
    return same(wish, there)


def subject(operation: Operation) -> str:
    """Return the method and the record of an operation, in words."""
    record = operation.record
    named = f"{record.name} {record.type}" if record else operation.record_id or "a record"
    return f"{operation.method} of {named}"
