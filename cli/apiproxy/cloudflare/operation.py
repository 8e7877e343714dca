"""A write of a record on its way: the request, and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

import msgspec

from cli.apiproxy.client import ApiClient
from cli.apiproxy.cloudflare.envelope import GONE, IDENTICAL, Malformed
from cli.apiproxy.http import JSON, Request, Response
from cli.apiproxy.intent import Write
from components.records import cloudflare_fields
from components.records.record import Record
from stacks.observe.zone.cloudflare import read_record

Method = Literal["POST", "PUT", "PATCH", "DELETE"]
ORDER: Final[Mapping[Method, int]] = {"DELETE": 0, "PATCH": 1, "PUT": 2, "POST": 3}
"""The order in which a batch is carried out."""
_NO_CNAME_SETTINGS: Final = {"flatten_cname": False, "ipv4_only": False, "ipv6_only": False}
_PLAIN_FIELDS: Final = frozenset(
    {"name", "type", "content", "data", "priority", "ttl", "proxied", "comment", "tags", "settings"}
)


@dataclass(slots=True, eq=False)
class Operation:
    """A write that was requested or foreseen. record_id: "" for POST. client: sends it, with its signature.

    body: as it came; fields: the JSON object in it, None where it is none. record: the record as it is to be; None for
    DELETE and PATCH, and where the fields are no record. answer: shared by all who wait. before: the ids of the zone's
    records when it was first sent; None where they were not known. sent: when, by `time.monotonic`; 0.0 before.
    losses: how often its answer was lost. is_repeated: whether an earlier convergence may have sent this creation, too.
    doubtful: whether it may have landed already, so that it is looked up before it is sent. landed: the write that the
    journal notes.
    """

    method: Method
    record_id: str
    body: bytes
    fields: dict[str, Any] | None
    record: Record | None
    headers: Mapping[str, str]
    client: ApiClient
    answer: asyncio.Future[Response] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    before: frozenset[str] | None = None
    sent: float = 0.0
    losses: int = 0
    is_repeated: bool = False
    doubtful: bool = False
    landed: Write | None = None
    record_set: tuple[str, str] | None = None
    """The name and type of the set that a foreseen write is of."""

    @property
    def write(self) -> Write:
        """An operation on records; a change of parts of a record has no whole record."""
        method = "PUT" if self.method == "PATCH" else self.method
        return Write(method, "", self.record_id, self.record, self.record_set)

    @property
    def key(self) -> Hashable:
        """A key that is equal for a write and its repetition."""
        return (self.method, self.record_id, self.record or self.body)

    def may_be_done(self, refusal: Collection[int]) -> bool:
        """Return whether a refusal may mean that it is done already. refusal: the API's codes.

        A creation that was sent before is refused as identical, a deletion as there is no such record. The plan has
        seen the record that it deletes: a run that was killed has deleted it since, or somebody else.
        """
        if self.method == "DELETE":
            return GONE in refusal and self.record_set is not None
        is_sent_before = self.is_repeated or (self.method == "POST" and self.losses > 0)
        return is_sent_before and not IDENTICAL.isdisjoint(refusal)

    @property
    def is_batchable(self) -> bool:
        """Whether it can stand in a batch; a body that is no JSON object goes to the API as it is."""
        return self.method == "DELETE" or self.fields is not None

    def resolve(self, answer: Response) -> None:
        """Set the answer; the first one counts."""
        if not self.answer.done():
            self.answer.set_result(answer)


def requested(request: Request, record_id: str, client: ApiClient) -> Operation:
    """Return the operation of a request."""
    method, body, headers = cast("Method", request.method), request.body, request.headers
    is_json = headers.get("content-type", "").lower().startswith("application/json")
    fields = _object(body) if is_json and method != "DELETE" else None
    # A part of a record is none.
    record = None if fields is None or method == "PATCH" else _record(fields)
    return Operation(method, record_id, body, fields, record, headers, client)


def foreseen(write: Write, client: ApiClient) -> Operation:
    """Return the operation of a foreseen write, in the plugin's wording (pulumi-cloudflare 6: whole objects)."""
    fields = None if write.record is None else _fields(write.record, overwrite=write.method == "PUT")
    body = b"" if fields is None else msgspec.json.encode(fields)
    record_id = "" if write.method == "POST" else write.record_id
    headers = {**dict(client.signature), **JSON}
    return Operation(write.method, record_id, body, fields, write.record, headers, client, record_set=write.record_set)


def is_plain(operation: Operation) -> bool:
    """Return whether the operation has no fields beyond those of `Record`."""
    fields = operation.fields or {}
    settings = fields.get("settings") or {}
    return fields.keys() <= _PLAIN_FIELDS and isinstance(settings, dict) and not any(settings.values())


def safe_record(item: Mapping[str, Any]) -> Record | None:
    """Return the record in fields of a request or of the API; None where they are none."""
    return _record(item)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(body)
    except Malformed:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _record(fields: Mapping[str, Any]) -> Record | None:
    try:
        return read_record({"ttl": 1, **{name: value for name, value in fields.items() if value is not None}})
    except (KeyError, ValueError, TypeError, AttributeError):
        return None  # the API says what is wrong with it


def _fields(record: Record, *, overwrite: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        **cloudflare_fields.fields(record.type, record.spelled),
        "name": record.name,
        "type": record.type,
        "ttl": record.ttl,
        "proxied": record.proxied,
    }
    if record.comment:
        fields["comment"] = record.comment
    if record.tags or overwrite:
        fields["tags"] = list(record.tags)
    if record.type == "CNAME":
        fields["settings"] = dict(_NO_CNAME_SETTINGS)
    elif overwrite:
        fields["settings"] = {}
    return fields
