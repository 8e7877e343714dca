"""One connection of the page's server, and how many there may be: none waits for ever, and none keeps others out.

A page is public to its network: whoever opens connections and sends or takes nothing costs a bounded part of memory and
descriptors, and gives way to who comes later.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

MOST = 256
"""Connections at a time. A process has 1,024 descriptors where nobody gave it more."""
MOST_OF_PEER = 128
"""Connections of one address at a time; behind a proxy all pages come from one."""
HEAD = 10.0
"""Seconds for the head of a request, from the connection or the answer before it on."""
SEND = 20.0
"""Seconds without any progress of an answer after which the connection is closed."""
PIECE = 16_384
"""Bytes of an answer that wait in a connection's own buffer; the rest waits in the one buffer of all readers."""
_AT_ONCE = struct.pack("ii", 1, 0)
_OF_SITE = 64
"""Bits of an IPv6 address that one customer has the rest of (RFC 6177)."""


class Crowd:
    """The open connections, of each peer the oldest first."""

    def __init__(self, most: int = MOST, most_of_peer: int = MOST_OF_PEER) -> None:
        self._most, self._most_of_peer = most, most_of_peer
        self._peers: dict[str, dict[LimitedConnection, None]] = {}
        self._count = 0

    def join(self, new: LimitedConnection) -> None:
        """Take a connection in; where there are too many, one that waits ends, of the peer with most of them."""
        mates = self._peers.setdefault(new.peer, {})
        mates[new] = None
        self._count += 1
        if len(mates) > self._most_of_peer:
            _least_needed(mates).give_way()
        elif self._count > self._most:
            _least_needed(max(self._peers.values(), key=len)).give_way()

    def leave(self, gone: LimitedConnection) -> None:
        """Forget a connection; nothing where it is gone already."""
        mates = self._peers.get(gone.peer, {})
        if gone in mates:
            del mates[gone]
            self._count -= 1
            if not mates:
                del self._peers[gone.peer]


class LimitedConnection(H11Protocol):
    """A connection with time limits, as one of a crowd."""

    def __init__(self, crowd: Crowd, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - those of uvicorn
        super().__init__(*arguments, **options)
        self._crowd = crowd
        self._head: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        self.peer = ""

    @property
    def is_waiting(self) -> bool:
        """Whether no request is under way."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        return cycle is None or cycle.response_complete

    @property
    def is_stalled(self) -> bool:
        """Whether the other end takes nothing of the answer at present."""
        return self._sending is not None

    def give_way(self) -> None:
        """End now, whatever is under way, and drop what the system holds of the answer (socket(7), SO_LINGER)."""
        self._crowd.leave(self)
        if (own := self.transport.get_extra_info("socket")) is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=PIECE)
        self.peer = site(self.client[0] if self.client else "")
        self._look()
        self._crowd.join(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._sending = self.loop.call_later(SEND, self.give_way)

    def resume_writing(self) -> None:
        self._sending = _cancel(self._sending)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head, self._sending = _cancel(self._head), _cancel(self._sending)
        self._crowd.leave(self)
        super().connection_lost(exc)

    def _look(self) -> None:
        """Wait for a head where no request is under way. Parts of one do not give it more time."""
        if not self.is_waiting or self.transport.is_closing():
            self._head = _cancel(self._head)
        elif self._head is None:
            self._head = self.loop.call_later(HEAD, self.give_way)


def _least_needed(mates: dict[LimitedConnection, None]) -> LimitedConnection:
    """Return the oldest connection without a request, else the oldest that takes nothing, else the newest of all."""
    every = list(mates)
    found = [one for one in every if one.is_waiting] or [one for one in every if one.is_stalled] or every[-1:]
    return found[0]


def site(address: str) -> str:
    """Return the address that is counted: of IPv6 the network, as one machine there has any number of addresses."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((found, _OF_SITE), strict=False))
    return str(found)


def _cancel(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Cancel a timer, and return what stands for none."""
    if timer is not None:
        timer.cancel()
    return None
