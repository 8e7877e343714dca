"""The listing of a zone by a transfer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.dns_update.connection import Connection
from components.dns_update.server import DnsServer, NotDone
from components.dns_update.transfer import listing
from tests.bind import KEY, SECRET, ZONE, running


def test_has_every_set_of_the_zone_whole_however_many_messages_it_takes(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(3000)]
    lines = "".join(f'{name} IN A 192.0.2.1\n{name} IN A 192.0.2.2\n{name} IN TXT "{"x" * 200}"\n' for name in names)
    with running(tmp_path, records=lines) as bind:
        found = {(one.name, one.type): one for one in listing(DnsServer(Connection(bind.server, KEY), SECRET), ZONE)}
    addresses = {name: one for (name, kind), one in found.items() if kind == "A"}
    assert addresses.keys() == {f"{name}.{ZONE}" for name in (*names, "ns1")}
    assert {max(one.values) for name, one in addresses.items() if name != f"ns1.{ZONE}"} == {"192.0.2.2"}
    assert {one.ttl for one in found.values()} == {3600}
    assert found[f"n7.{ZONE}", "TXT"].values == (f'"{"x" * 200}"',)


def test_takes_one_connection(tmp_path: Path) -> None:
    with running(tmp_path) as bind:
        before = len(bind.log)
        listing(DnsServer(Connection(bind.server, KEY), SECRET), ZONE)
        asked = re.findall(r"127\.0\.0\.1#(\d+)/key truenorth", bind.log[before:])
    assert len(asked) > 1
    assert len(set(asked)) == 1


def test_that_is_refused_is_told_in_words(tmp_path: Path) -> None:
    with running(tmp_path, transfer="none;") as bind, pytest.raises(NotDone, match=r"transfer \(AXFR\) .*REFUSED"):
        listing(DnsServer(Connection(bind.server, KEY), SECRET), ZONE)


def test_of_a_zone_with_a_fault_is_told_in_words(tmp_path: Path) -> None:
    broken = running(tmp_path, records="@ IN CNAME host.example.org.\n")
    with broken as bind, pytest.raises(NotDone, match="SERVFAIL: it has a fault of its own"):
        listing(DnsServer(Connection(bind.server, KEY), SECRET), ZONE)
