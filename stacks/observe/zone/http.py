"""The way to a provider's API over HTTP: a session that tries again, and a call that gives status and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from stacks.errors import ObservationError

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and to wait for the next piece of an answer."""
RETRY = Retry(
    total=3,
    backoff_factor=0.3,
    status_forcelist=(500, 502, 503, 504),
    raise_on_status=False,
    respect_retry_after_header=False,  # Cloudflare may ask for five minutes: the caller decides about that, not this
)


@contextmanager
def opened(headers: Mapping[str, str]) -> Iterator[requests.Session]:
    """A session whose calls carry these headers; passing faults of the server are waited out."""
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=RETRY))
        session.mount("https://", HTTPAdapter(max_retries=RETRY))
        session.headers.update(headers)
        yield session


def get(
    session: requests.Session, url: str, query: Mapping[str, str], provider: str, about: str
) -> tuple[requests.Response, Any]:
    """The answer, whatever its status, and its JSON ({} where it is none).

    Raises ObservationError naming the provider, and what it was asked about, where there is no answer that can be read.
    """
    try:
        response = session.get(url, params=query, timeout=TIMEOUT)
        body = response.json() if "json" in response.headers.get("Content-Type", "") else {}
    except (requests.RequestException, ValueError) as error:
        raise ObservationError(f"{provider} could not be asked about {about}: {_reason(error)}") from error
    return response, body


def _reason(error: Exception) -> str:
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", inner))
