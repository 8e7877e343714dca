"""HTTP as the provider's client (cloudflare-go v6) does it: credentials, retries and the wording of errors.

A request is repeated up to ten times when the connection fails and after the statuses 408, 409, 429 and 500 or more
(`x-should-retry: true` or `false` in an answer overrides that). The wait is what `Retry-After-Ms` or `Retry-After`
says where that is under a minute, else 2 s, then twice as long each time up to 30 s, each less up to a quarter: some
three minutes in all (https://github.com/cloudflare/cloudflare-go/pull/4220).
So a POST whose answer was lost is sent again: the API may then answer that the record exists, or make a second one.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import responses
from typing import TYPE_CHECKING

import urllib3
from urllib3.exceptions import HTTPError

from lab.plugin.connection import connection_text
from lab.plugin.package import OperationFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

RETRIES = 10
_FIRST_WAIT = 2.0
_LONGEST_WAIT = 30.0
_LONGEST_ASKED_WAIT = 60.0
_RETRIED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
_CONNECTIONS = 64


class Diagnostic(OperationFailed):
    """An error as a Terraform provider reports it."""

    def __init__(self, summary: str, detail: str) -> None:
        super().__init__(f"{summary}: {detail}", f"[ERROR] {detail}: {summary}")
        self.summary = summary
        self.detail = detail


class ApiError(Diagnostic):
    """A request that failed; `status` is 0 where there was no answer."""

    def __init__(self, detail: str, status: int = 0, summary: str = "failed to make http request") -> None:
        super().__init__(summary, detail)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: str


def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=_CONNECTIONS, retries=False)


@dataclass(frozen=True, slots=True)
class Api:
    """The API at `base_url`, asked with these headers. Safe to use from several threads."""

    base_url: str
    credentials: Mapping[str, str]
    sleep: Callable[[float], None] = time.sleep
    pool: urllib3.PoolManager = field(default_factory=_pool)

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, object]:
        """Return the `result` of an answer, {} where it is no object; raises ApiError. `path`: below the base URL."""
        result = self._result(method, path, body)
        return result if isinstance(result, dict) else {}

    def post_list(self, path: str, body: Sequence[Mapping[str, object]]) -> dict[str, object]:
        """Post a list of objects and return the `result` of the answer; raises ApiError."""
        result = self._result("POST", path, body)
        return result if isinstance(result, dict) else {}

    def listed(self, path: str) -> list[dict[str, object]]:
        """Return the `result` of a listing, one page of it; raises ApiError."""
        result = self._result("GET", path, None)
        return [one for one in result if isinstance(one, dict)] if isinstance(result, list) else []

    def _result(self, method: str, path: str, body: object) -> object:
        url = f"{self.base_url.rstrip('/')}/{path}"
        answer = self._with_retries(method, url, None if body is None else _encode(body))
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise ApiError(_error_text(method, url, answer), answer.status)
        try:
            result: object = json.loads(answer.body)["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise ApiError(str(error), answer.status, "failed to deserialize http request") from error
        return result

    def close(self) -> None:
        """Close the connections."""
        self.pool.clear()

    def _with_retries(self, method: str, url: str, body: bytes | None) -> Answer:
        for attempt in range(RETRIES + 1):
            try:
                answer = self._send(method, url, body, attempt)
            except HTTPError as error:
                if attempt == RETRIES:
                    raise ApiError(f'{method.capitalize()} "{url}": {connection_text(error)}') from error
                self.sleep(_wait(attempt, {}))
                continue
            if attempt == RETRIES or not _should_retry(answer):
                return answer
            self.sleep(_wait(attempt, answer.headers))
        raise AssertionError("the last attempt returns or raises")

    def _send(self, method: str, url: str, body: bytes | None, attempt: int) -> Answer:
        headers = {"Accept": "application/json", "User-Agent": "pulumi-resource-cloudflare (stand-in)"}
        headers |= {"X-Stainless-Retry-Count": str(attempt), **self.credentials}
        if body is not None:
            headers["Content-Type"] = "application/json"
        response = self.pool.request(method, url, body=body, headers=headers, redirect=False)
        return Answer(response.status, response.headers, response.data.decode("utf-8", "replace"))


def _encode(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _should_retry(answer: Answer) -> bool:
    asked = answer.headers.get("x-should-retry")
    if asked in {"true", "false"}:
        return asked == "true"
    return answer.status in _RETRIED or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _wait(attempt: int, headers: Mapping[str, str]) -> float:
    """Return the seconds to wait before the next attempt."""
    asked = _asked_wait(headers)
    if asked is not None and 0 <= asked < _LONGEST_ASKED_WAIT:
        return asked
    longest = min(_FIRST_WAIT * 2.0**attempt, _LONGEST_WAIT)
    return longest * random.uniform(0.75, 1)  # noqa: S311 - spreads requests, guards nothing


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    for name, seconds in (("Retry-After-Ms", 0.001), ("Retry-After", 1.0)):
        try:
            return float(headers[name]) * seconds
        except (KeyError, ValueError):
            continue
    try:
        return (parsedate_to_datetime(headers["Retry-After"]) - datetime.now(UTC)).total_seconds()
    except (KeyError, ValueError, TypeError):
        return None


def _error_text(method: str, url: str, answer: Answer) -> str:
    try:
        is_object = isinstance(json.loads(answer.body), dict)
    except ValueError:
        is_object = False
    if not is_object:
        return "expected JSON object"  # what the client says of an error page instead of the API's answer
    return f'{method} "{url}": {answer.status} {responses.get(answer.status, "")} {answer.body}'
