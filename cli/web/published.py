"""The documents of the newest status in bytes, made once however many ask for them, and off the event loop."""

from __future__ import annotations

import asyncio
import gzip
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cli.web.document import Redact, head, raw
from cli.web.names import rows
from cli.web.status import Status
from cli.web.status_board import StatusBoard

LEVEL = 5
"""Of compression: names become a tenth in a few milliseconds a thousand."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A document. etag: another one for each status of each process (RFC 9110, 8.8.3)."""

    etag: str
    plain: bytes
    compressed: bytes


class _Newest(Generic[T]):
    """Makes something of the status, once for each value of its key."""

    def __init__(self, key: Callable[[Status], int], made: Callable[[Status], T]) -> None:
        self._key, self._made = key, made
        self._last: tuple[int, T] | None = None
        self._making = asyncio.Lock()

    async def of(self, status: Status) -> T:
        async with self._making:
            if self._last is None or self._last[0] != self._key(status):
                self._last = self._key(status), await asyncio.to_thread(self._made, status)
            return self._last[1]


class Published:
    """The documents of one status board, for one event loop. redact: removes secrets."""

    def __init__(self, board: StatusBoard, redact: Redact) -> None:
        self.board = board
        process = secrets.token_hex(4)

        def encoded(status: Status) -> Encoded:
            plain = _json(raw(status, redact))
            return Encoded(f'W/"{process}-{status.serial}"', plain, gzip.compress(plain, LEVEL, mtime=0))

        self._raw = _Newest(lambda status: status.serial, encoded)
        self._head = _Newest(lambda status: status.serial, lambda status: _json(head(status, redact)))
        self._records = _Newest(lambda status: status.names, lambda status: _json(rows(status, redact)))

    async def raw(self) -> Encoded:
        """The whole document of the newest status."""
        return await self._raw.of(self.board.status)

    async def head(self, status: Status) -> bytes:
        """The document without the names, in one line."""
        return await self._head.of(status)

    async def records(self, status: Status) -> bytes:
        """The names, in one line."""
        return await self._records.of(status)


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
