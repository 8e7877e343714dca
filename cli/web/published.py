"""The documents of the newest status in bytes, made once however many ask for them, and off the event loop."""

from __future__ import annotations

import asyncio
import gzip
import json
import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from cli.web.connection import PIECE
from cli.web.document import Redact, head, raw
from cli.web.names import rows
from cli.web.status import Status
from cli.web.status_board import StatusBoard
from components.plain_text import visible

LEVEL = 5
"""Of compression: names become a tenth in a few milliseconds a thousand."""
T = TypeVar("T")


PACKED_START = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""The head of a gzip stream (RFC 1952, 2.3), which pieces of `packed` follow."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A document. etag: another one for each status of each process (RFC 9110, 8.8.3)."""

    etag: str
    plain: bytes
    compressed: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a stream, the same for all readers, plain and packed."""

    plain: bytes
    packed: bytes

    @classmethod
    def of(cls, plain: bytes) -> Piece:
        """Return a part that can be read after any other part: it refers to nothing before itself (RFC 1951, 2)."""
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return cls(plain, packer.compress(plain) + packer.flush(zlib.Z_SYNC_FLUSH))


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
        self._head = _Newest(lambda status: status.serial, lambda status: _event("status", head(status, redact)))
        self._records = _Newest(lambda status: status.names, lambda status: _event("records", rows(status, redact)))

    async def raw(self) -> Encoded:
        """The whole document of the newest status."""
        return await self._raw.of(self.board.status)

    async def head(self, status: Status) -> Piece:
        """The event with the document without the names."""
        return await self._head.of(status)

    async def records(self, status: Status) -> Piece:
        """The event with the names."""
        return await self._records.of(status)


def pieces(content: bytes) -> Iterator[bytes]:
    """Yield a content in pieces that a connection may hold."""
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


def _event(name: str, document: object) -> Piece:
    return Piece.of(b"event: %b\ndata: %b\n\n" % (name.encode(), _json(document)))


def _json(document: object) -> bytes:
    """Return a document in one line, with no hidden characters in its texts: a browser shows them as they are."""
    line = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    if "\\u" in line or visible(line) != line:
        line = json.dumps(_shown(document), ensure_ascii=False, separators=(",", ":"))
    return line.encode()


def _shown(document: object) -> object:
    """Return a document with the hidden characters of its texts written out."""
    if isinstance(document, str):
        return visible(document, keep="\n")
    if isinstance(document, Mapping):
        return {key: _shown(value) for key, value in document.items()}
    return [_shown(one) for one in document] if isinstance(document, list | tuple) else document
