"""The lab's CoreDNS, asked by the tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dns.message
import dns.query
import dns.rcode

from lab.name_servers import coredns

ZONE = "house.example"
PATIENCE = 60.0
"""Seconds, on a busy machine."""


@dataclass(frozen=True, slots=True)
class CoreDns:
    """A name server that runs."""

    running: coredns.CoreDns

    @property
    def server(self) -> str:
        return self.running.place

    @property
    def log(self) -> str:
        return self.running.log

    def put(self, text: str) -> None:
        self.running.put(text)

    def ask(self, name: str, kind: str = "A") -> list[str]:
        """What it answers; the code alone where that is none of success."""
        asked = dns.message.make_query(f"{name}.{ZONE}" if name else ZONE, kind)
        found = dns.query.udp(asked, "127.0.0.1", port=self.running.port, timeout=PATIENCE)
        if found.rcode() != dns.rcode.NOERROR:
            return [dns.rcode.to_text(found.rcode())]
        return sorted(value.to_text() for one in found.answer for value in one)

    def awaits(self, wanted: list[str], name: str, kind: str = "A") -> None:
        """Wait until it answers that: it looks ten times a second whether the file's serial is another one."""
        until = time.monotonic() + PATIENCE
        while (found := self.ask(name, kind)) != wanted:
            assert time.monotonic() < until, f"{found}, not {wanted}: {self.log}"
            time.sleep(0.02)


@contextmanager
def running(program: Path, folder: Path) -> Iterator[CoreDns]:
    """Run a server without a file yet; it waits for one."""
    with coredns.coredns(program, folder, ZONE) as made:
        yield CoreDns(made)
