"""A real Knot DNS and a real PowerDNS on loopback, with the zone and the key of the tests' BIND 9."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lab.kube.ports import free, reserved
from lab.name_servers.bind import zone_file
from tests.bind import KEY, SECRET, ZONE, Bind, program, started

KNOT = """\
server:
    listen: 127.0.0.1@{port}
    tcp-reuseport: on
    rundir: "{folder}"
log:
  - target: stderr
    any: info
database:
    storage: "{folder}"
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: own
    key: {key}
    action: [transfer, update]
zone:
  - domain: {zone}
    storage: "{folder}"
    file: "{zone}"
    acl: own
"""
POWERDNS = """\
launch=gsqlite3
gsqlite3-database={folder}/zones.sqlite3
gsqlite3-dnssec=yes
local-address=127.0.0.1
local-port={port}
socket-dir={folder}
dnsupdate=yes
guardian=no
loglevel=6
version-string=anonymous
"""
SCHEMA = Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql")


@contextmanager
def knot(folder: Path, records: str = "") -> Iterator[Bind]:
    """Run a Knot DNS. records: lines of the zone's file."""
    knotd = program("knotd")
    folder.mkdir()
    (folder / ZONE).write_text(zone_file(ZONE, records))
    with reserved() as port:
        (folder / "knot.conf").write_text(KNOT.format(folder=folder, port=port, key=KEY, secret=SECRET, zone=ZONE))
        with started(folder, port, knotd, "-c", str(folder / "knot.conf")) as made:
            yield made


@contextmanager
def powerdns(folder: Path, records: str = "") -> Iterator[Bind]:
    """Run a PowerDNS with its zone in SQLite. records: lines of the zone's file."""
    server = program("pdns_server")
    if not SCHEMA.exists():
        pytest.skip("PowerDNS has no SQLite: scripts/system-packages installs it")
    folder.mkdir()
    (folder / ZONE).write_text(zone_file(ZONE, records))
    with closing(sqlite3.connect(folder / "zones.sqlite3")) as database:
        database.executescript(SCHEMA.read_text())
    port = free()  # it listens without SO_REUSEPORT
    (folder / "pdns.conf").write_text(POWERDNS.format(folder=folder, port=port))
    _fill(folder)
    with started(folder, port, server, f"--config-dir={folder}") as made:
        yield made


def _fill(folder: Path) -> None:
    """Load the zone into the database of a PowerDNS, with the key that may change it."""
    for command in (
        ("load-zone", ZONE, str(folder / ZONE)),
        ("set-kind", ZONE, "primary"),
        ("import-tsig-key", KEY, "hmac-sha256", SECRET),
        ("activate-tsig-key", ZONE, KEY, "primary"),
        ("set-meta", ZONE, "TSIG-ALLOW-DNSUPDATE", KEY),
    ):
        done = subprocess.run(
            [shutil.which("pdnsutil") or "pdnsutil", f"--config-dir={folder}", *command],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
