"""Turn unsuccessful answers of a Kubernetes API into errors (Kubernetes API, `Status`)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx2
import msgspec

from stacks.kube.api import ApiError, ClusterUnreachable, Gone, NotFound, Overloaded, RequestRejected, WriteConflict

_LOGIN = "log in anew, or give a kubeconfig with credentials that hold"
_GRANT = "grant it to the user by a Role or ClusterRole"
_SERVER_ERROR = 500


def check(response: httpx2.Response, what: str) -> None:
    """Raise the ApiError of an unsuccessful answer. what: verb and object, for the message."""
    if response.is_success:
        return
    try:
        status: Mapping[str, Any] = msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.DecodeError:
        status = {"message": response.text.strip()[:200]}
    raise error_of(response.status_code, status, what, response.headers.get("Retry-After", ""))


def error_of(  # noqa: PLR0911 - a case a line
    code: int, status: Mapping[str, Any], what: str, retry_after: str = ""
) -> ApiError:
    """Return the error for a Status, of an answer or of an event of a watch."""
    message = status.get("message") or "without a word"
    said = f"cannot {what}: the API server says {code}: {message}"
    match code:
        case HTTPStatus.GONE:
            return Gone(said)
        case HTTPStatus.NOT_FOUND:
            return NotFound(said)
        case HTTPStatus.UNAUTHORIZED:
            return RequestRejected(f"{said}; {_LOGIN}", code)
        case HTTPStatus.FORBIDDEN:
            return RequestRejected(f"{said}; {_GRANT}", code)
        case HTTPStatus.CONFLICT:
            return WriteConflict(said, code)
        case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.REQUEST_TIMEOUT:
            return Overloaded(said, _seconds(status, retry_after))
    return Overloaded(said, _seconds(status, retry_after)) if code >= _SERVER_ERROR else RequestRejected(said, code)


def nothing_came(error: httpx2.RequestError) -> ClusterUnreachable:
    """Return the error for a request without an answer, or with half of one."""
    if isinstance(error, httpx2.TimeoutException):
        return ClusterUnreachable("no answer in time")
    return ClusterUnreachable(str(error) or type(error).__name__)


def _seconds(status: Mapping[str, Any], header: str) -> float | None:
    details = status.get("details") or {}
    for said in (header, details.get("retryAfterSeconds") if isinstance(details, dict) else None):
        try:
            return max(0.0, float(said or ""))
        except (TypeError, ValueError):
            continue
    return None
