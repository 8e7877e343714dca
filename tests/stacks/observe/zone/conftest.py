from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from lab.dns.behaviour import DnsBehaviour
from lab.dns.record import ZoneRecord, Zones
from lab.dns.server import serve_dns


class LiveZone:
    """example.com, with records that change; `NAME TYPE CONTENT` each, the name without the zone's."""

    def __init__(self) -> None:
        self._records: tuple[ZoneRecord, ...] = ()

    def set(self, *records: str) -> None:
        parts = (record.split(" ", 2) for record in records)
        self._records = tuple(ZoneRecord(f"{name}.example.com", kind, content, 60) for name, kind, content in parts)

    def __call__(self) -> Zones:
        return {"example.com": self._records}


@pytest.fixture
def zone() -> LiveZone:
    return LiveZone()


@pytest.fixture
def serve(zone: LiveZone) -> Iterator[Callable[..., str]]:
    """Start a name server of the zone; the argument is its behaviour, the answer is its HOST:PORT."""
    with ExitStack() as stack:

        def start(behaviour: DnsBehaviour | None = None, source: LiveZone = zone, host: str = "127.0.0.1") -> str:
            return stack.enter_context(serve_dns(source, host, behaviour=behaviour))

        yield start


@pytest.fixture
def ipv6_loopback() -> str:
    """The IPv6 loopback address, where the machine has it."""
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        return "::1"
    pytest.skip("this machine has no IPv6 loopback address")
