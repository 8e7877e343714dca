"""Asks a name server for addresses, as the clients of a house do."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

PATIENCE = 60.0
"""Seconds for an answer, on a busy machine."""
_THREADS = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered for a name: the code, and the addresses, sorted."""

    code: str
    addresses: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join(self.addresses) or self.code


NOTHING = Answer("no answer")
"""That of a server that says nothing."""


def ask(server: str, name: str, *, patience: float = PATIENCE) -> Answer:
    """Ask a server, HOST:PORT, for the IPv4 addresses of a name, by UDP."""
    host, _, port = server.rpartition(":")
    try:
        found = dns.query.udp(dns.message.make_query(name, "A"), host, patience, int(port))
    except (OSError, dns.exception.DNSException):
        return NOTHING
    values = [one.to_text() for part in found.answer if part.rdtype == dns.rdatatype.A for one in part]
    return Answer(dns.rcode.to_text(found.rcode()), tuple(sorted(values)))


def serial(server: str, zone: str) -> int:
    """Return the serial that a server, HOST:PORT, has of a zone, which each change raises."""
    host, _, port = server.rpartition(":")
    found = dns.query.tcp(dns.message.make_query(zone, "SOA"), host, PATIENCE, int(port))
    return int(found.answer[0][0].serial)


def ask_all(server: str, names: Iterable[str]) -> dict[str, Answer]:
    """Ask a server for many names, some at a time."""
    wanted = list(names)
    with ThreadPoolExecutor(_THREADS) as threads:
        return dict(zip(wanted, threads.map(lambda name: ask(server, name), wanted), strict=True))
