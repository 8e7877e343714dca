"""A real BIND 9 on loopback: zones that a key transfers and updates, and its own statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.tsig
import dns.xfr
import dns.zone
import requests

from lab.kube.ports import HOST, reserved
from lab.kube.process import Service, group
from lab.name_servers.asking import PATIENCE, Answer, ask
from lab.name_servers.programs import find

KEY, SECRET = "truenorth", "c2VjcmV0LW9mLXRoZS1sYWItYW5kLW5vLW90aGVyLWtleQ=="
START_DEADLINE = 120.0
"""Seconds, on a busy machine; one is usual."""
READY = " running\n"
"""The word of its log after which its zones are loaded."""
_ZONE_FILE = """\
$TTL 3600
@ IN SOA ns1.{zone}. hostmaster.{zone}. 1 3600 600 86400 60
@ IN NS ns1.{zone}.
ns1 IN A 127.0.0.1
{records}"""
_CONFIGURATION = """\
options {{
  directory "{folder}";
  pid-file "{folder}/named.pid";
  session-keyfile "{folder}/session.key";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  recursion no;
  querylog {logged};
  dnssec-validation no;
  allow-new-zones no;
}};
controls {{ }};
{keys}
{zones}
"""
_ZONE = """\
zone "{zone}" {{
  type primary;
  file "{file}";
  allow-transfer {{ {transfer} }};
  update-policy {{ {denied}grant "{key}" zonesub ANY; }};
}};
"""
_STATISTICS = "statistics-channels {{ inet 127.0.0.1 port {port} allow {{ 127.0.0.1; }}; }};"


def key_of(algorithm: str = "hmac-sha256", name: str = KEY, secret: str = SECRET) -> str:
    """Return a key as the server's configuration has it."""
    return f'key "{name}" {{ algorithm {algorithm}; secret "{secret}"; }};'


def zone_file(zone: str, records: str) -> str:
    """Return a zone with the server's own records, and further lines."""
    return _ZONE_FILE.format(zone=zone, records=records)


def configure(  # noqa: PLR0913 - a server is made of these
    folder: Path,
    port: int,
    zones: Sequence[str],
    *,
    keys: str,
    transfer: str = f'key "{KEY}";',
    records: str = "",
    logged: bool = True,
    others: str = "",
    refused: str = "",
) -> list[str]:
    """Write a server's files into a folder, and return the command that runs it.

    keys: as `key_of` returns them. transfer: who may transfer a zone. records: further lines of each zone's file.
    logged: whether each query is logged. others: further statements of the configuration.
    refused: a name that the key may not update, "" for none.
    """
    parts = [others]
    denied = f'deny "{KEY}" name {refused}. ANY; ' if refused else ""
    for zone in zones:
        (folder / zone).write_text(zone_file(zone, records), encoding="utf-8")
        parts.append(_ZONE.format(zone=zone, file=folder / zone, transfer=transfer, key=KEY, denied=denied))
    said = "yes" if logged else "no"
    text = _CONFIGURATION.format(folder=folder, port=port, logged=said, keys=keys, zones="\n".join(parts))
    file = folder / "named.conf"
    file.write_text(text, encoding="utf-8")
    return [find("named") or "named", "-g", "-n", "1", "-c", str(file)]


@dataclass(frozen=True, slots=True)
class NameServer:
    """A BIND that runs. statistics: the port of its statistics."""

    port: int
    statistics: int
    service: Service

    @property
    def place(self) -> str:
        """HOST:PORT, UDP and TCP."""
        return f"{HOST}:{self.port}"

    def ask(self, name: str) -> Answer:
        """Ask for the address of a name."""
        return ask(self.place, name)

    def transferred(self, zone: str) -> dns.zone.Zone:
        """Return a whole zone, by a transfer."""
        key = dns.tsig.Key(KEY, SECRET, "hmac-sha256")
        found = dns.zone.Zone(zone, relativize=False)
        query, _ = dns.xfr.make_query(found, keyring={key.name: key})
        dns.query.inbound_xfr(HOST, found, query, port=self.port, lifetime=PATIENCE)
        return found

    def counted(self) -> dict[str, Any]:
        """Return the statistics of the server: `opcodes`, `qtypes`, `nsstats` and others."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"http://{HOST}:{self.statistics}/json/v1/server", timeout=PATIENCE)
            answer.raise_for_status()
            told: dict[str, Any] = answer.json()
            return told


@contextmanager
def bind(folder: Path, *zones: str, logged: bool = True) -> Iterator[NameServer]:
    """Run a BIND with these zones, empty but for the server itself, while the context lasts."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with reserved() as port, reserved() as statistics, group(folder) as services:
        channel = _STATISTICS.format(port=statistics)
        command = configure(folder, port, zones, keys=key_of(), logged=logged, others=channel)
        service = services.add("named", command)
        made = NameServer(port, statistics, service)
        service.start(lambda: READY in service.log.read_text(errors="replace"), START_DEADLINE)
        yield made
