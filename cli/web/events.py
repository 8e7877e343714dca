"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the status when it has changed.

`status` has the document without the names, `records` the names, where they have changed. So a page is told everything
by one replica, over one connection: `/raw` may be answered by another one.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from cli.web.published import LEVEL, Published
from cli.web.status import Status

MOST = 64
"""Pages that are told at a time: each is a connection. Further ones are told to come back, and ask for `/raw` then."""
PACE = 0.25
"""Seconds between two events: what changes faster is told together."""
SILENCE = 15.0
"""Seconds after which a comment is sent, so that nothing on the way takes the connection for dead."""
RECONNECT = 2000
"""Milliseconds after which a page whose connection broke comes back."""
_GZIP = 31
"""In zlib's window bits: the format of gzip (RFC 1952)."""


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
        """The events for one page: the first at once."""
        pack = _packer() if compressed else bytes
        self._open += 1
        try:
            yield pack(f"retry: {RECONNECT}\n\n".encode())
            version = names = -1
            while not self._ending.is_set():
                status = await self._newer(version)
                if status is None:
                    yield pack(b": nothing new\n\n")
                    continue
                event = b"event: status\ndata: %b\n\n" % await self._published.head(status)
                if status.names != names:
                    event += b"event: records\ndata: %b\n\n" % await self._published.records(status)
                version, names = status.version, status.names
                yield await asyncio.to_thread(pack, event)
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


def _packer() -> Callable[[bytes], bytes]:
    """Compresses a stream piece by piece: what it gives for one can be read at once."""
    stream = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    return lambda piece: stream.compress(piece) + stream.flush(zlib.Z_SYNC_FLUSH)
