"""A proxy in front of an HTTP/1.1 service on loopback, where the network between it and one client is made.

It reads requests, not answers, and lives in a thread of its own.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

HOST = "127.0.0.1"
_PIECE = 1 << 16
_LONGEST_HEAD = 1 << 20
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends RST


class Judge(Protocol):
    """What is to become of requests; asked in the proxy's thread.

    delay: seconds by which each piece of an answer is late. silent: new connections are given no answer.
    """

    delay: float
    silent: bool

    def ask(self, request: str) -> bytes | None:
        """Take note of a request (`GET /path?query`); the whole answer, if it is not to reach the service."""


class HttpProxy:
    """The way to one service. Its methods may be called from any thread.

    presented, expected: TLS to the client, and to the service; None for plain HTTP.
    """

    def __init__(
        self,
        judge: Judge,
        port: int,
        listening: socket.socket,
        *,
        presented: ssl.SSLContext | None = None,
        expected: ssl.SSLContext | None = None,
    ) -> None:
        self.port: int = listening.getsockname()[1]
        self.ready = threading.Event()
        self._judge = judge
        self._service = port
        self._listening = listening
        self._presented, self._expected = presented, expected
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._connections: dict[asyncio.Task[None], _Connection] = {}

    def delay(self, seconds: float) -> None:
        """Let each piece of an answer be late by this."""
        self._judge.delay = seconds

    def go_silent(self) -> None:
        """Say nothing any more, on old and new connections, and close none: the other end has gone unnoticed."""
        self._judge.silent = True
        self._in_loop(self._silence)

    def speak(self) -> None:
        """Serve new connections again; those that were silent stay so (half-open)."""
        self._judge.silent = False

    def cut(self) -> None:
        """Reset all connections (RST)."""
        self._in_loop(self._cut)

    def stop(self) -> None:
        """End it and all its connections."""
        self._in_loop(self._stopped.set)

    def run(self) -> None:
        """Serve until stop()."""
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        finally:
            self.ready.set()  # also where it could not begin

    def _in_loop(self, act: Callable[[], None]) -> None:
        async def do() -> None:
            act()

        asyncio.run_coroutine_threadsafe(do(), self._loop).result()

    async def _serve(self) -> None:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = _Connection(self._judge, self._service, self._expected, reader, writer)
            task = asyncio.current_task()
            if task is not None:
                self._connections[task] = connection
                task.add_done_callback(self._connections.pop)
            with suppress(asyncio.CancelledError):  # by stop(); asyncio would report it as an error
                await connection.serve()

        server = await asyncio.start_server(accept, sock=self._listening, ssl=self._presented, limit=_LONGEST_HEAD)
        self.ready.set()
        await self._stopped.wait()
        server.close()
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _silence(self) -> None:
        for connection in self._connections.values():
            connection.silent = True

    def _cut(self) -> None:
        for connection in self._connections.values():
            connection.reset()


class _Connection:
    """One client's connection, and the one to the service that belongs to it."""

    def __init__(
        self,
        judge: Judge,
        port: int,
        expected: ssl.SSLContext | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.silent = judge.silent
        self._judge = judge
        self._port = port
        self._expected = expected
        self._reader = reader
        self._writer = writer
        self._upstream: asyncio.StreamWriter | None = None
        self._answers: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Serve requests until one side ends the connection."""
        try:
            with suppress(asyncio.IncompleteReadError, OSError):
                while True:
                    await self._request()
        finally:
            writers = [self._writer] if self._upstream is None else [self._writer, self._upstream]
            for writer in writers:
                writer.transport.abort()
            if self._answers is not None:
                self._answers.cancel()
                await asyncio.gather(self._answers, return_exceptions=True)
            for writer in writers:
                with suppress(OSError):
                    await writer.wait_closed()

    def reset(self) -> None:
        """Break it off."""
        raw = self._writer.get_extra_info("socket")
        if raw is not None:  # it has ended already
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._writer.transport.abort()

    async def _request(self) -> None:
        head = await self._reader.readuntil(b"\r\n\r\n")
        body = await self._body(head.lower())
        instead = self._judge.ask(head.split(b" HTTP/", 1)[0].decode("ascii", "replace"))
        if self.silent:
            return
        if instead is not None:
            self._writer.write(instead)
            await self._writer.drain()
            return
        upstream = self._upstream or await self._connect()
        upstream.write(head + body)
        await upstream.drain()

    async def _body(self, head: bytes) -> bytes:
        fields = dict(line.split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
        if b"chunked" not in fields.get(b"transfer-encoding", b""):
            return await self._reader.readexactly(int(fields.get(b"content-length", b"0")))
        pieces = []
        while True:
            size = await self._reader.readuntil(b"\r\n")
            length = int(size.split(b";")[0], 16)
            pieces += [size, await self._reader.readexactly(length + 2)]
            if length == 0:
                return b"".join(pieces)

    async def _connect(self) -> asyncio.StreamWriter:
        reader, self._upstream = await asyncio.open_connection(HOST, self._port, ssl=self._expected)
        self._answers = asyncio.create_task(self._pass_answers(reader))
        return self._upstream

    async def _pass_answers(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE):
                if self._judge.delay:
                    await asyncio.sleep(self._judge.delay)
                if not self.silent:
                    self._writer.write(piece)
                    await self._writer.drain()
        if not self.silent:
            self._writer.close()  # as the service did


@contextmanager
def in_thread(proxy: HttpProxy) -> Iterator[None]:
    """Run a proxy while the block lasts."""
    thread = threading.Thread(target=proxy.run, name=f"proxy:{proxy.port}", daemon=True)
    thread.start()
    proxy.ready.wait()
    try:
        yield
    finally:
        proxy.stop()
        thread.join()
