"""A real BIND 9 on loopback, with zones of its own: what a test of RFC 2136 runs against."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
import dns.tsig
import dns.update
import pytest

from lab.kube.ports import reserved
from lab.name_servers import bind, programs
from lab.name_servers.asking import PATIENCE

ZONE = "house.example"
KEY, SECRET = bind.KEY, bind.SECRET
WEAK, WEAK_SECRET = "reader", "cmVhZHMtYW5kLXRyYW5zZmVycy1hbmQtd3JpdGVzLW5vdA=="
STARTING = bind.START_DEADLINE


def program(name: str = "named") -> str:
    """A name server's program; the test is skipped where there is none."""
    found = programs.find(name)
    if found is None:
        pytest.skip(f"there is no `{name}`: scripts/system-packages installs it")
    return found


@dataclass
class Bind:
    """A name server, BIND 9 or another: where it listens, what it has, and its log."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def server(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def records(self, zone: str = ZONE) -> dict[str, list[str]]:
        """What its own transfer says, by `name/type`, without the zone's own SOA, NS and ns1."""
        key = dns.tsig.Key(KEY, SECRET, "hmac-sha256")
        found: dict[str, list[str]] = {}
        for message in dns.query.xfr(
            "127.0.0.1", zone, port=self.port, keyring={key.name: key}, relativize=False, lifetime=PATIENCE
        ):
            for one in message.answer:
                name = one.name.to_text(omit_final_dot=True).removesuffix(zone).rstrip(".") or "@"
                kind = dns.rdatatype.to_text(one.rdtype)
                if kind != "SOA" and (name, kind) != ("@", "NS") and name != "ns1":
                    found.setdefault(f"{name}/{kind}", []).extend(value.to_text() for value in one)
        return {name: sorted(values) for name, values in sorted(found.items())}

    def names(self, zone: str = ZONE) -> dict[str, list[str]]:
        """The same without marks."""
        return {name: values for name, values in self.records(zone).items() if "heritage=" not in values[0]}

    def write(self, name: str, ttl: int, kind: str, *values: str, zone: str = ZONE) -> None:
        """Put a record set there as somebody else does; without values remove it."""
        update = dns.update.UpdateMessage(zone, keyring=dns.tsig.Key(KEY, SECRET, "hmac-sha256"))
        update.delete(name, kind)
        for value in values:
            update.add(name, ttl, kind, value)
        answer = dns.query.tcp(update, "127.0.0.1", port=self.port, timeout=PATIENCE)
        assert answer.rcode() == 0, answer

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)


@contextmanager
def running(
    folder: Path,
    *,
    algorithm: str = "hmac-sha256",
    records: str = "",
    transfer: str = f'key "{KEY}"; key "{WEAK}";',
    zones: Sequence[str] = (ZONE,),
    refused: str = "",
) -> Iterator[Bind]:
    """Run a server. records: lines of each zone's file. transfer: who may. refused: a name that nobody may update."""
    program()
    folder.mkdir(parents=True, exist_ok=True)
    keys = f"{bind.key_of(algorithm)}\n{bind.key_of(name=WEAK, secret=WEAK_SECRET)}"
    with reserved() as port:
        command = bind.configure(folder, port, zones, keys=keys, transfer=transfer, records=records, refused=refused)
        with started(folder, port, *command, ready=bind.READY) as made:
            yield made


@contextmanager
def started(folder: Path, port: int, *command: str, ready: str = "") -> Iterator[Bind]:
    """Run a name server, of whatever make, until the block ends; its log is in the folder.

    ready: what it logs once its zones are loaded, where it answers before.
    """
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    made = Bind(folder, port, process)
    try:
        _await(made, ready)
        yield made
    finally:
        made.stop()


def _await(server: Bind, ready: str) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        assert server.process.poll() is None, server.log
        if ready in server.log and _answers(server):
            return
        time.sleep(0.05)
    raise AssertionError(server.log)


def _answers(server: Bind) -> bool:
    try:
        dns.query.tcp(dns.message.make_query(ZONE, "SOA"), "127.0.0.1", port=server.port, timeout=10)
    except (OSError, EOFError, dns.exception.DNSException):
        return False
    return True
