"""The JSON envelope of Cloudflare's answers, decoded as far as is needed, and written as the API does.

https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec

from cli.apiproxy.http import JSON, Response

_PROXY_CODE: Final = 10000
"""The API's code for missing rights; a client matches the status."""
GONE: Final = 81044
IDENTICAL: Final = frozenset({81057, 81058})
QUOTA: Final = 81045
"""No more records may be made in this zone."""


class ListingPage(msgspec.Struct):
    """A page of a listing; each record as its own bytes."""

    result: list[msgspec.Raw]
    result_info: PageInfo | None = None


class PageInfo(msgspec.Struct):
    total_pages: int = 1
    total_count: int = -1


class Identified(msgspec.Struct):
    id: str


class Batch(msgspec.Struct):
    """The results of a batch, in the order of its operations."""

    result: BatchResult


class BatchResult(msgspec.Struct):
    deletes: list[msgspec.Raw] | None = None
    patches: list[msgspec.Raw] | None = None
    puts: list[msgspec.Raw] | None = None
    posts: list[msgspec.Raw] | None = None


class SingleResult(msgspec.Struct):
    result: msgspec.Raw


class ZoneDetails(msgspec.Struct):
    result: ZoneSummary


class ZoneSummary(msgspec.Struct):
    plan: ZonePlan


class ZonePlan(msgspec.Struct):
    legacy_id: str = "free"


class _Refusal(msgspec.Struct):
    errors: list[_Error]


class _Error(msgspec.Struct):
    code: int
    message: str = ""


LISTING_PAGE: Final = msgspec.json.Decoder(ListingPage)
IDENTIFIED: Final = msgspec.json.Decoder(Identified)
BATCH: Final = msgspec.json.Decoder(Batch)
SINGLE: Final = msgspec.json.Decoder(SingleResult)
ZONE: Final = msgspec.json.Decoder(ZoneDetails)
_REFUSAL: Final = msgspec.json.Decoder(_Refusal)
Malformed = msgspec.MsgspecError
"""The error that the decoders raise."""


def success(result: bytes, headers: dict[str, str] | None = None) -> Response:
    """Return the API's answer with one object. result: its JSON."""
    body = b'{"result":' + result + b',"success":true,"errors":[],"messages":[]}'
    return Response(HTTPStatus.OK, body, {**(headers or {}), **JSON})


def failure(status: int, message: str, code: int = _PROXY_CODE) -> Response:
    """Return a refusal in the API's form."""
    error = {"code": code, "message": message}
    body = msgspec.json.encode({"result": None, "success": False, "errors": [error], "messages": []})
    return Response(status, body, dict(JSON))


def gone() -> Response:
    """Return the API's answer about a record that does not exist."""
    return failure(HTTPStatus.NOT_FOUND, "Record does not exist.", GONE)


def words(answer: Response) -> str:
    """Return the API's own words in a refusal, each with its code; the status of an answer that is not the API's."""
    try:
        said = [f"{one.message.strip()} ({one.code})" for one in _REFUSAL.decode(answer.body).errors]
    except Malformed:
        said = []
    return " ".join(said) or f"HTTP status {answer.status}"


def readable(answer: Response) -> Response:
    """Return a refusal that the plugin can read: a page of the API's edge is put into the API's form."""
    if answer.status < HTTPStatus.BAD_REQUEST or codes(answer):
        return answer
    form = failure(answer.status, f"a page of the API's edge, with HTTP status {answer.status}")
    kept = {name: text for name, text in answer.headers.items() if name.lower() != "content-type"}
    return Response(form.status, form.body, {**kept, **form.headers})


def codes(answer: Response) -> frozenset[int]:
    """Return the error codes of a refusal; none for an answer that is not the API's (a page of its edge)."""
    try:
        return frozenset(error.code for error in _REFUSAL.decode(answer.body).errors)
    except Malformed:
        return frozenset()
