"""Answers in the envelope that every call of the API shares: result, success, errors, messages."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from lab.api.http import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.cloudflare.errors import ApiError

_EDGE_PAGE = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    "<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
)


def success(result: object, messages: Sequence[Mapping[str, object]] = ()) -> Answer:
    """Answer with one object, or none."""
    return _as_json(200, {"result": result, "success": True, "errors": [], "messages": list(messages)})


def success_of(result: bytes) -> Answer:
    """Answer with one object, already JSON."""
    return Answer(200, b'{"result":' + result + b',"success":true,"errors":[],"messages":[]}')


def success_page(items: Sequence[bytes], info: Mapping[str, int]) -> Answer:
    """Answer with a page of objects, each already JSON, with its `result_info`."""
    tail = b'],"success":true,"errors":[],"messages":[],"result_info":'
    return Answer(200, b'{"result":[' + b",".join(items) + tail + encode(info) + b"}")


def failure(error: ApiError) -> Answer:
    """Answer with a refusal."""
    problems = [problem.as_json() for problem in error.problems]
    return _as_json(error.status, {"result": None, "success": False, "errors": problems, "messages": []})


def edge_page(status: int) -> Answer:
    """Answer as Cloudflare's edge does when the API behind it does not: with a page of HTML."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"  # 520 and up are Cloudflare's own
    return Answer(status, _EDGE_PAGE.format(title=f"{status} {phrase}").encode(), "text/html; charset=UTF-8")


def encode(value: object) -> bytes:
    """Write compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def _as_json(status: int, body: Mapping[str, object]) -> Answer:
    return Answer(status, encode(body))
