"""A STUN server on UDP and TCP, on one port, that answers what the world says, or misbehaves as it is told."""

from __future__ import annotations

import heapq
import selectors
import socket
import time
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from lab.addresses import stun_message
from lab.addresses.settable import Addresses
from lab.sockets import bound, in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REASONS = {300: "Try Alternate", 400: "Bad Request", 420: "Unknown Attribute", 500: "Server Error"}


@dataclass
class StunBehaviour:
    """How a server behaves; set from any thread, in force from the next request."""

    silent: bool = False
    on_silence: Callable[[], object] | None = None
    """Called, in the server's thread, with each request that is left without an answer by `silent` or `ignore`."""
    delay: float = 0.0
    """Seconds from a request to its answer; requests do not wait for each other."""
    lie: str | None = None
    """The address that is answered in place of the true one."""
    malformed: bool = False
    """The answer is cut off in its last attribute."""
    foreign: bool = False
    """The answer bears another transaction id."""
    fingerprint: bool = True
    error: int | None = None
    """An error code: 300, 420, 500, ..."""
    alternate: tuple[str, int] | None = None
    """The server named in ALTERNATE-SERVER."""
    ignore: int = 0
    """So many requests more are lost before one is answered."""
    classic: bool = True
    """Requests of RFC 3489 are answered, too."""
    changed: tuple[str, int] | None = None
    """The second address that answers to those name."""
    changes: frozenset[int] = frozenset()
    """What a CHANGE-REQUEST may ask for (6: another address and port, 2: another port) to be answered.

    The answer comes from here all the same: what is left out is what a NAT or firewall filters.
    """
    requests: int = 0
    """Counts the requests that came."""
    repetitions: int = 0
    """Counts those of them that had come before: their client was still without an answer."""


@dataclass(order=True)
class _Due:
    moment: float
    number: int
    send: Callable[[], object] = field(compare=False)


@contextmanager
def serve_stun(
    addresses: Addresses, host: str = "127.0.0.1", port: int = 0, behaviour: StunBehaviour | None = None
) -> Iterator[str]:
    """Serve STUN within the block, which gets `HOST:PORT` (`[HOST]:PORT` for IPv6).

    Raises `OSError` naming the port where it cannot be had.
    """
    udp, tcp = bound(host, port)
    server = _Server(addresses, behaviour or StunBehaviour(), udp, tcp)
    with in_thread(server, "STUN", host, udp.getsockname()[1]) as place:
        yield place


class _Server:
    """One thread, one selector, and a heap of the answers that are due later."""

    def __init__(self, addresses: Addresses, behaviour: StunBehaviour, udp: socket.socket, tcp: socket.socket) -> None:
        self._addresses = addresses
        self._behaviour = behaviour
        self._udp = udp
        self._tcp = tcp
        self._due: list[_Due] = []
        self._transactions: deque[bytes] = deque(maxlen=64)
        self._count = 0
        self._received: dict[socket.socket, bytearray] = {}
        self._woken, self._waker = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        for sock in (udp, tcp, self._woken):
            self._selector.register(sock, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until `stop`, then close all."""
        try:
            while self._turn():
                pass
        finally:
            self._selector.close()
            for sock in (self._udp, self._tcp, self._woken, *self._received):
                sock.close()

    def stop(self) -> None:
        """Make `run` return; called from another thread."""
        self._waker.close()

    def _turn(self) -> bool:
        wait = max(0.0, self._due[0].moment - time.monotonic()) if self._due else None
        for key, _ in self._selector.select(wait):
            sock = key.fileobj
            if sock is self._woken:
                return False
            if sock is self._udp:
                with suppress(OSError):
                    data, client = self._udp.recvfrom(2048)
                    self._answer(data, client, partial(self._send, client))
            elif sock is self._tcp:
                with suppress(OSError):
                    self._accept()
            elif isinstance(sock, socket.socket):
                self._read(sock)
        while self._due and self._due[0].moment <= time.monotonic():
            with suppress(OSError):  # the client has gone
                heapq.heappop(self._due).send()
        return True

    def _send(self, client: tuple[str, int], answer: bytes) -> None:
        self._udp.sendto(answer, client)

    def _accept(self) -> None:
        connection, _ = self._tcp.accept()
        connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._received[connection] = bytearray()
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(2048)
            buffer = self._received[connection]
            buffer += data
            length = stun_message.request_length(bytes(buffer))
            while data and length and len(buffer) >= length:
                request = bytes(buffer[:length])
                del buffer[:length]
                self._answer(request, connection.getpeername(), connection.send)
                length = stun_message.request_length(bytes(buffer))
        except (OSError, ValueError):
            data = b""
        if not data:
            self._selector.unregister(connection)
            del self._received[connection]
            connection.close()

    def _answer(self, request: bytes, client: tuple[str, int], send: Callable[[bytes], object]) -> None:
        behaviour = self._behaviour
        try:
            transaction = stun_message.transaction_id(request)
        except ValueError:
            return
        behaviour.requests += 1
        behaviour.repetitions += transaction in self._transactions
        self._transactions.append(transaction)
        if behaviour.ignore > 0:
            behaviour.ignore -= 1
            self._say_nothing()
            return
        change = stun_message.change_request(request)
        answer = None if change and change not in behaviour.changes else self._response(transaction, client)
        if answer is None:
            return
        self._count += 1
        due = _Due(time.monotonic() + behaviour.delay, self._count, partial(send, answer))
        heapq.heappush(self._due, due)

    def _say_nothing(self) -> None:
        if self._behaviour.on_silence is not None:
            self._behaviour.on_silence()

    def _response(self, transaction: bytes, client: tuple[str, int]) -> bytes | None:
        behaviour = self._behaviour
        if behaviour.silent:
            self._say_nothing()
            return None
        address = behaviour.lie or self._addresses.seen_from(client[0])
        if address is None:
            return None
        if behaviour.foreign:
            transaction = bytes(byte ^ 0xFF for byte in transaction)
        if behaviour.error is not None:
            reason = REASONS.get(behaviour.error, "")
            return stun_message.error(transaction, behaviour.error, reason, behaviour.alternate)
        if stun_message.is_classic(transaction):
            return self._classic_response(transaction, address, client[1])
        answer = stun_message.success(transaction, address, client[1], fingerprint=behaviour.fingerprint)
        return answer[:-6] if behaviour.malformed else answer

    def _classic_response(self, transaction: bytes, address: str, port: int) -> bytes | None:
        behaviour = self._behaviour
        if not behaviour.classic or ":" in address:  # RFC 3489 knows IPv4 only
            return None
        answer = stun_message.classic_success(transaction, address, port, behaviour.changed)
        return answer[:-6] if behaviour.malformed else answer
