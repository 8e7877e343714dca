"""A real BIND 9 on loopback, with zones of its own: what a test of RFC 2136 runs against."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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

ZONE = "house.example"
KEY, SECRET = "truenorth", "c2VjcmV0LW9mLXRoZS1sYWItYW5kLW5vLW90aGVyLWtleQ=="
WEAK, WEAK_SECRET = "reader", "cmVhZHMtYW5kLXRyYW5zZmVycy1hbmQtd3JpdGVzLW5vdA=="
STARTING = 120.0
PATIENCE = 60.0
"""Seconds for an answer, on a busy machine."""
ZONE_FILE = """\
$TTL 3600
@ IN SOA ns1.house.example. hostmaster.house.example. 1 3600 600 86400 60
@ IN NS ns1.house.example.
ns1 IN A 127.0.0.1
{records}"""
CONFIGURATION = """\
options {{
  directory "{folder}";
  pid-file "{folder}/named.pid";
  session-keyfile "{folder}/session.key";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  recursion no;
  querylog yes;
  dnssec-validation no;
  allow-new-zones no;
}};
controls {{ }};
{keys}
key "reader" {{ algorithm hmac-sha256; secret "{weak}"; }};
{zones}
"""
ZONE_CONFIGURATION = """\
zone "{zone}" {{
  type primary;
  file "{file}";
  allow-transfer {{ {transfer} }};
  update-policy {{ {policy} }};
}};
"""


def program(name: str = "named") -> str:
    """A name server's program; the test is skipped where there is none."""
    found = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.skip(f"there is no `{name}`: scripts/system-packages installs it")
    return found


def free_port() -> int:
    """A port that nothing listens at, below those that a system gives to whoever takes any."""
    while True:
        port = random.SystemRandom().randrange(16_384, 32_768)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


def zone_file(zone: str, records: str) -> str:
    """A zone with the server's own records, and further lines."""
    return ZONE_FILE.replace("house.example", zone).format(records=records)


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
) -> Iterator[Bind]:
    """Run a server. records: lines of each zone's file. transfer: who may."""
    named = program()
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for zone in zones:
        (folder / zone).write_text(zone_file(zone, records))
        policy = f'grant "{KEY}" zonesub ANY;'
        parts.append(ZONE_CONFIGURATION.format(zone=zone, file=folder / zone, transfer=transfer, policy=policy))
    key = f'key "{KEY}" {{ algorithm {algorithm}; secret "{SECRET}"; }};'
    with reserved() as port:
        text = CONFIGURATION.format(folder=folder, port=port, keys=key, weak=WEAK_SECRET, zones="".join(parts))
        (folder / "named.conf").write_text(text)
        command = (named, "-g", "-n", "1", "-c", str(folder / "named.conf"))
        with started(folder, port, *command, ready=" running\n") as made:
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
