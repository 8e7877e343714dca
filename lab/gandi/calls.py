"""A call of the API as its handlers see it, and the answers that they make."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from lab.api.http import Answer
from lab.gandi.errors import ApiError, Problem, access_denied, invalid, malformed, not_found
from lab.gandi.model import Key, RecordSet, Token
from lab.gandi.state import Gandi

_DEFAULT_PAGE, _LARGEST_PAGE = 100, 500


@dataclass(frozen=True, slots=True)
class Call:
    """`base` is `http://HOST:PORT`, `parameters` are those of the path, `body` the parsed JSON (None: no body)."""

    gandi: Gandi
    token: Token
    base: str
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    wants_text: bool = False
    body: object = None

    @property
    def zone(self) -> str:
        """The zone of the path; ApiError (404, 403) unless it is there and the token may reach it."""
        zone = self.parameters["fqdn"].lower()
        if zone not in self.gandi.zones:
            raise not_found()
        if not self.token.reaches(zone):
            raise access_denied()
        return zone

    @property
    def records(self) -> dict[Key, RecordSet]:
        """The record sets of the zone."""
        return self.gandi.zones[self.zone]

    def object_body(self) -> dict[str, object]:
        """Take the body, which must be a JSON object."""
        if not isinstance(self.body, dict):
            raise malformed("The body must be a JSON object")
        return self.body

    def items(self) -> list[dict[str, object]]:
        """Take the `items` of the body, which must be objects."""
        items = self.object_body().get("items")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise malformed("The body must hold items, a list of JSON objects")
        return items

    def page(self, items: Sequence[object]) -> Answer:
        """Answer with the part of the items that the query asks for; `Link` is there as long as there is a next one."""
        page = self._count("page", 1)
        size = min(self._count("per_page", _DEFAULT_PAGE), _LARGEST_PAGE)
        headers = {"Total-Count": str(len(items))}
        if page * size < len(items):
            headers["Link"] = f'<{self.base}{self.path}?page={page + 1}&per_page={size}>; rel="next"'
        return Answer(HTTPStatus.OK, encode(items[(page - 1) * size : page * size]), headers=headers)

    def _count(self, name: str, default: int) -> int:
        text = self.query.get(name, str(default))
        if not (text.isascii() and text.isdigit()) or int(text) < 1:
            raise invalid([Problem(name, f"{text!r} is not a number from 1 on", "querystring")])
        return int(text)


def success(body: object, status: int = HTTPStatus.OK) -> Answer:
    """Answer with JSON."""
    return Answer(status, encode(body))


def failure(error: ApiError) -> Answer:
    """Answer with a refusal."""
    return Answer(error.status, encode(error.body))


def encode(value: object) -> bytes:
    """Write compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()
