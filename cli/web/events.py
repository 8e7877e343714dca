"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the status when it has changed.

`status` has the document without the names, `records` the names, where they have changed. So a page is told everything
by one replica, over one connection: `/raw` may be answered by another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

from cli.web.published import PACKED_START, Piece, Published, pieces
from cli.web.status import Status

MOST = 64
"""Pages that are told at a time: each is a connection. Further ones are told to come back, and ask for `/raw` then."""
PACE = 0.25
"""Seconds between two events: what changes faster is told together."""
SILENCE = 15.0
"""Seconds after which a comment is sent, so that nothing on the way takes the connection for dead."""
RECONNECT = 2000
"""Milliseconds after which a page whose connection broke comes back."""
_RECONNECT = Piece.of(f"retry: {RECONNECT}\n\n".encode())
_NOTHING_NEW = Piece.of(b": nothing new\n\n")


class Streams:
    """The open connections. They end when `end` is called: else they would hold up the end of the server."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._ending = asyncio.Event()
        self._open = 0

    @property
    def is_full(self) -> bool:
        """Whether no further page can be told."""
        return self._open >= MOST

    def end(self) -> None:
        """End all of them, and those that begin later at once."""
        self._ending.set()

    async def stream(self, *, compressed: bool) -> AsyncIterator[bytes]:
        """The events for one page: the first at once. All pages get pieces of the same bytes."""
        self._open += 1
        try:
            if compressed:
                yield PACKED_START
            for piece in _pieces(_RECONNECT, compressed=compressed):
                yield piece
            version = names = -1
            while not self._ending.is_set():
                status = await self._newer(version)
                if status is None:
                    found = [_NOTHING_NEW]
                else:
                    found = [await self._published.head(status)]
                    found += [await self._published.records(status)] if status.names != names else []
                    version, names = status.version, status.names
                for event in found:
                    for piece in _pieces(event, compressed=compressed):
                        yield piece
                if status is not None:
                    await self._wait(PACE)
        finally:
            self._open -= 1

    async def _newer(self, version: int) -> Status | None:
        """The next status; None after a silence, or at the end."""
        newer = asyncio.ensure_future(self._published.board.newer(version))
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({newer, ending}, timeout=SILENCE, return_when=asyncio.FIRST_COMPLETED)
            return newer.result() if newer.done() else None
        finally:
            newer.cancel()
            ending.cancel()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ending.wait()


def _pieces(event: Piece, *, compressed: bool) -> Iterator[bytes]:
    return pieces(event.packed if compressed else event.plain)
