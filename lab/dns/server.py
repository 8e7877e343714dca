"""An authoritative DNS server on UDP and TCP, on one port, that answers from a provider's records."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import dns.message
import dns.rcode
import dns.rdatatype

from lab.dns.behaviour import Asked, DnsBehaviour
from lab.dns.history import History
from lab.dns.lookup import Reply, look_up
from lab.dns.message import read, write
from lab.dns.record import ZoneSource
from lab.sockets import bound, in_thread

LOOK_INTERVAL = 0.1
"""Seconds; changes closer to one another are one change to a server that lags."""
IDLE_TIMEOUT = 30.0
"""Seconds until a TCP connection without a question is closed."""
_LENGTH = 2


@contextmanager
def serve_dns(
    zones: ZoneSource, host: str = "127.0.0.1", port: int = 0, behaviour: DnsBehaviour | None = None
) -> Iterator[str]:
    """Serve the zones within the block, which gets `HOST:PORT` (`[HOST]:PORT` for IPv6).

    Raises `OSError` naming the port where it cannot be had.
    """
    udp, tcp = bound(host, port)
    server = _Server(History(zones, time.monotonic()), behaviour or DnsBehaviour(), udp, tcp)
    with in_thread(server, "DNS", host, udp.getsockname()[1]) as place:
        yield place


class _Server:
    """One thread with an event loop of its own."""

    def __init__(self, history: History, behaviour: DnsBehaviour, udp: socket.socket, tcp: socket.socket) -> None:
        self._history = history
        self._behaviour = behaviour
        self._udp = udp
        self._tcp = tcp
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()

    def run(self) -> None:
        """Serve until `stop`, then close all."""
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    def stop(self) -> None:
        """Make `run` return; called from another thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def _serve(self) -> None:
        datagrams = _Datagrams(self)
        transport, _ = await self._loop.create_datagram_endpoint(lambda: datagrams, sock=self._udp)
        server = await asyncio.start_server(self._converse, sock=self._tcp)
        while not self._stopped.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), LOOK_INTERVAL)
            self._look()
        transport.abort()
        server.close()
        await datagrams.closed.wait()
        await self._end_connections()

    async def _end_connections(self) -> None:
        """Cancel what has begun; what was accepted just now begins first, so that it closes its connection itself."""
        while len(asyncio.all_tasks()) > 1:
            for task in tuple(self._connections):
                if not task.cancelling():
                    task.cancel()
            await asyncio.sleep(0)
        await asyncio.sleep(0)  # transports close a turn after they were told to

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the questions of one TCP connection, each with its length before it (RFC 1035, 4.2.2)."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection without a task")
        self._connections.add(task)
        with suppress(asyncio.CancelledError):  # else asyncio's streams log it as an error
            with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                while answer := await self._next_answer(reader):
                    writer.write(len(answer).to_bytes(_LENGTH) + answer)
                    await writer.drain()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        writer.transport.abort()
        self._connections.discard(task)

    async def _next_answer(self, reader: asyncio.StreamReader) -> bytes | None:
        async with asyncio.timeout(IDLE_TIMEOUT):
            length = int.from_bytes(await reader.readexactly(_LENGTH))
            wire = await reader.readexactly(length)
        answer = self.answer(wire, udp=False)
        if answer is None and self._behaviour.silent:
            await self._stopped.wait()
        await asyncio.sleep(self._behaviour.delay)
        return answer

    def after_delay(self, send: asyncio.DatagramTransport, answer: bytes, client: tuple[str, int]) -> None:
        """Send a datagram when it is due."""
        self._loop.call_later(self._behaviour.delay, send.sendto, answer, client)

    def _look(self) -> None:
        self._history.look(time.monotonic(), self._behaviour.lag)

    def answer(self, wire: bytes, *, udp: bool) -> bytes | None:
        """What is answered to the bytes that came, if anything is."""
        behaviour = self._behaviour
        behaviour.queries += 1
        query = read(wire)
        if isinstance(query, dns.message.QueryMessage):
            question = query.question[0]
            record_type = dns.rdatatype.to_text(question.rdtype)
            behaviour.asked.append(Asked(question.name.to_text(), record_type, "udp" if udp else "tcp"))
        if query is None or behaviour.silent:
            return None
        if isinstance(query, bytes):
            return query
        answer = write(query, lambda: self._reply(query), udp=udp, truncated=behaviour.truncated)
        return bytes(byte ^ 0xFF for byte in answer[:2]) + answer[2:] if behaviour.foreign else answer

    def _reply(self, query: dns.message.QueryMessage) -> Reply:
        behaviour = self._behaviour
        if behaviour.refused or behaviour.servfail:
            return Reply(dns.rcode.REFUSED if behaviour.refused else dns.rcode.SERVFAIL, authoritative=False)
        self._look()
        question = query.question[0]
        reply = look_up(self._history.at(time.monotonic() - behaviour.lag), question.name, question.rdtype)
        if behaviour.unauthoritative:
            return Reply(reply.rcode, authoritative=False, answer=reply.answer, authority=reply.authority)
        return reply


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: _Server) -> None:
        self._server = server
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] # it is one
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.answer(data, udp=True)
        if answer is not None:
            self._server.after_delay(self._transport, answer, addr)

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed.set()
