"""HTTP as the provider's client (go-gandi) does it: one attempt of at most five seconds, and its wording of errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import urllib3
from urllib3.exceptions import HTTPError

from lab.plugin.connection import connection_text
from lab.plugin.package import OperationFailed

TIMEOUT = 5.0  # seconds
_CONNECTIONS = 64


class RecordFailed(OperationFailed):
    """A failure as Terraform's SDK v2 and the bridge report it."""

    def text(self, operation: str, urn: str) -> str:
        """Name the operation and the resource, and list the one error."""
        return f"{operation} {urn}: 1 error occurred:\n\t* {self}\n\n"


class ApiError(RecordFailed):
    """A request that failed; `status` is 0 where there was no answer, or none that the client reads."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=_CONNECTIONS, retries=False)


@dataclass(frozen=True, slots=True)
class Api:
    """The API at `url` (without /v5), asked with these headers. Safe to use from several threads. `timeout` in s."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    sharing_id: str = ""
    timeout: float = TIMEOUT
    pool: urllib3.PoolManager = field(default_factory=_pool)

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, object]:
        """Return the JSON object of an answer; raises ApiError. `path` is below /v5/livedns/."""
        url = f"{self.url}/v5/livedns/{path}" + (f"?sharing_id={self.sharing_id}" if self.sharing_id else "")
        content = None if body is None else json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "pulumi-resource-gandi (stand-in)",
            **self.headers,
        }
        limit = urllib3.Timeout(total=self.timeout)
        try:
            response = self.pool.request(
                method, url, body=content, headers=headers, timeout=limit, retries=False, redirect=False
            )
        except HTTPError as error:
            reason = f'{method.capitalize()} "{url}": {connection_text(error)}'
            raise ApiError(f"fail to do the request (error '{reason}')") from error
        return _result(response.status, response.headers.get("Content-Type", ""), response.data)

    def close(self) -> None:
        """Close the connections."""
        self.pool.clear()


def _result(status: int, content_type: str, content: bytes) -> dict[str, object]:
    if status == HTTPStatus.NO_CONTENT:
        return {}
    refused = not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    if refused and content_type != "application/json":
        raise ApiError(f"Response body is not json for status {status}")
    try:
        parsed = json.loads(content)
    except ValueError as error:
        raise ApiError(f"fail to decode the response body (error '{error}')") from error
    answer = parsed if isinstance(parsed, dict) else {}
    if refused:
        raise ApiError(f"StatusCode: {status} ; Err: {_refusal(status, answer)} ", status)
    return answer


def _refusal(status: int, answer: Mapping[str, object]) -> str:
    errors = answer.get("errors")
    if answer.get("message"):
        return f"{status}: {answer['message']}"
    if isinstance(errors, list) and errors:
        return ", ".join(f"{one.get('name', '')}: {one.get('description', '')}" for one in errors)
    return str(status)
