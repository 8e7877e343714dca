"""The envelope of Cloudflare's answers: read as far as is needed, written as the API does.

https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec

from cli.apiproxy.http import Answer

_JSON: Final = {"content-type": "application/json"}
_BRIDGE_CODE: Final = 10000
"""What the API says of missing rights; a client is to match the status."""
GONE: Final = 81044
IDENTICAL: Final = frozenset({81057, 81058})
QUOTA: Final = 81045
"""No more records may be made in this zone."""


class Page(msgspec.Struct):
    """A page of a listing; each record as its own bytes."""

    result: list[msgspec.Raw]
    result_info: PageInfo | None = None


class PageInfo(msgspec.Struct):
    total_pages: int = 1
    total_count: int = -1


class Identified(msgspec.Struct):
    id: str


class Batch(msgspec.Struct):
    """What a batch has come to, in the order in which it was asked."""

    result: BatchResult


class BatchResult(msgspec.Struct):
    deletes: list[msgspec.Raw] | None = None
    patches: list[msgspec.Raw] | None = None
    puts: list[msgspec.Raw] | None = None
    posts: list[msgspec.Raw] | None = None


class Single(msgspec.Struct):
    result: msgspec.Raw


class ZoneAnswer(msgspec.Struct):
    result: Zone


class Zone(msgspec.Struct):
    plan: Plan


class Plan(msgspec.Struct):
    legacy_id: str = "free"


class _Refusal(msgspec.Struct):
    errors: list[_Error]


class _Error(msgspec.Struct):
    code: int


PAGE: Final = msgspec.json.Decoder(Page)
IDENTIFIED: Final = msgspec.json.Decoder(Identified)
BATCH: Final = msgspec.json.Decoder(Batch)
SINGLE: Final = msgspec.json.Decoder(Single)
ZONE: Final = msgspec.json.Decoder(ZoneAnswer)
_REFUSAL: Final = msgspec.json.Decoder(_Refusal)
Malformed = msgspec.MsgspecError
"""What the decoders raise."""


def success(result: bytes, headers: dict[str, str] | None = None) -> Answer:
    """One object, already JSON, as the API answers it."""
    body = b'{"result":' + result + b',"success":true,"errors":[],"messages":[]}'
    return Answer(HTTPStatus.OK, body, {**(headers or {}), **_JSON})


def failure(status: int, message: str, code: int = _BRIDGE_CODE) -> Answer:
    """A refusal in the API's form."""
    error = {"code": code, "message": message}
    body = msgspec.json.encode({"result": None, "success": False, "errors": [error], "messages": []})
    return Answer(status, body, dict(_JSON))


def gone() -> Answer:
    """What the API says of a record that is not there."""
    return failure(HTTPStatus.NOT_FOUND, "Record does not exist.", GONE)


def codes(answer: Answer) -> frozenset[int]:
    """Why the API refuses; nothing where it is not the API that speaks (a page of its edge)."""
    try:
        return frozenset(error.code for error in _REFUSAL.decode(answer.body).errors)
    except Malformed:
        return frozenset()
