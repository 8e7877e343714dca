"""HTTP for the providers' APIs: a session with retries, and a GET that returns status and JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import MaxRetryError, ResponseError
from urllib3.response import BaseHTTPResponse

from components.http_login import without_netrc
from stacks.model.api_calls import CALLS, Call, Service
from stacks.model.errors import ObservationError

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and to wait for the next piece of an answer."""
LONGEST_WAIT = 2.0
"""Seconds that an answer may ask to wait (`Retry-After`) and is waited for: the caller decides about more."""


class _Patience(Retry):
    """The retries of a request: a wait that the answer asks for is kept, and a refusal with a longer one is final."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        seconds = super().get_retry_after(response)
        return seconds if seconds is not None and seconds <= LONGEST_WAIT else None

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> _Patience:
        if response is not None and response.status == requests.codes.too_many_requests:
            asked = super().get_retry_after(response)
            if asked is not None and asked > LONGEST_WAIT and _pool is not None:
                raise MaxRetryError(_pool, url or "", ResponseError(f"asks to wait {asked:g} seconds"))
        return super().increment(method, url, response, error, _pool, _stacktrace)


RETRY = _Patience(total=3, backoff_factor=0.3, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False)


class _ReportingAdapter(HTTPAdapter):
    """An adapter that tries again as RETRY says, and reports each call to CALLS."""

    def __init__(self, service: Service) -> None:
        super().__init__(max_retries=RETRY)
        self._service = service

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - as requests declares it
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002 - likewise
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        began = time.monotonic()
        method = request.method or ""
        try:
            response = super().send(request, stream, timeout, verify, cert, proxies)
        except requests.RequestException:
            CALLS.publish(Call(self._service, method, 0, time.monotonic() - began))
            raise
        retries = response.raw.retries
        retried = tuple(one.status or 0 for one in retries.history) if retries else ()
        CALLS.publish(Call(self._service, method, response.status_code, time.monotonic() - began, retried))
        return response


@contextmanager
def opened(service: Service, headers: Mapping[str, str]) -> Iterator[requests.Session]:
    """Return a session with these headers; passing faults of the server are waited out."""
    with requests.Session() as session:
        session.mount("http://", _ReportingAdapter(service))
        session.mount("https://", _ReportingAdapter(service))
        session.headers.update(headers)
        session.auth = without_netrc
        yield session


def get(
    session: requests.Session, url: str, query: Mapping[str, str], provider: str, about: str
) -> tuple[requests.Response, Any]:
    """Return the response, of any status, and its JSON, {} where it has none.

    provider: its name in messages; about: the subject of the request in messages. Raises ObservationError where there
    is no response, or it cannot be read. No redirect is followed: the APIs have none, and it would get the token.
    """
    try:
        response = session.get(url, params=query, timeout=TIMEOUT, allow_redirects=False)
        body = response.json() if "json" in response.headers.get("Content-Type", "") else {}
    except (requests.RequestException, ValueError) as error:
        raise ObservationError(f"{provider} could not be asked about {about}: {_reason(error)}") from error
    return response, body


def _reason(error: Exception) -> str:
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", inner))
