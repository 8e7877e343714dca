"""A call of a stand-in's API: the request, the answer, and the log of both."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import overload

LOG_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it came in. `headers` by lower-case name; `path` the whole path, decoded.

    `base` is `http://HOST:PORT`, `client` the numeric address that it came from.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    base: str = ""
    client: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body and the headers beside Content-Type, which clients want to be exactly `application/json`."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One call of the API. `body` is the parsed JSON; `status` None where the client got no answer."""

    time: datetime
    method: str
    path: str
    query: str
    body: object
    status: int | None


class RequestLog:
    """The calls of the API, oldest first; of the last `LOG_LENGTH` of them."""

    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=LOG_LENGTH)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(self.snapshot())

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> LoggedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LoggedRequest, ...]: ...
    def __getitem__(self, index: int | slice) -> LoggedRequest | tuple[LoggedRequest, ...]:
        return self.snapshot()[index]

    def snapshot(self) -> tuple[LoggedRequest, ...]:
        """List what the log holds now."""
        with self._lock:
            return tuple(self._entries)

    def append(self, entry: LoggedRequest) -> None:
        """Note a call."""
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        """Forget the calls so far."""
        with self._lock:
            self._entries.clear()
