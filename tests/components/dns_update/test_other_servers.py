"""The life of a record set at a real Knot DNS and at a real PowerDNS."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from components.dns_update.changes import Foreign, create, look, remove, replace
from components.dns_update.connection import Connection
from components.dns_update.server import DnsServer
from components.dns_update.transfer import listing
from components.zone_set import ZoneSet
from tests.bind import KEY, SECRET, ZONE, Bind
from tests.other_name_servers import knot, powerdns

RECORDS = "foreign 600 IN A 192.0.2.9\n* 300 IN A 192.0.2.7\n"
OTHERS = {"*/A": ["192.0.2.7"], "foreign/A": ["192.0.2.9"]}


@pytest.mark.parametrize("running", [knot, powerdns])
def test_a_set_is_made_changed_and_removed_and_foreign_ones_stay(
    tmp_path: Path, running: Callable[[Path, str], AbstractContextManager[Bind]]
) -> None:
    made = ZoneSet(ZONE, "www", "A", 300, ("192.0.2.1", "192.0.2.2"))
    changed = ZoneSet(ZONE, "www", "A", 600, ("192.0.2.3",))
    with running(tmp_path / "server", RECORDS) as other:
        server = DnsServer(Connection(other.server, KEY), SECRET)
        assert look(server, made) is None
        create(server, made)
        assert other.records() == {**OTHERS, "www/A": list(made.values)}
        replace(server, made, changed)
        assert [one.values for one in listing(server, ZONE) if one.name == f"www.{ZONE}"] == [changed.values]
        with pytest.raises(Foreign):
            replace(server, made, ZoneSet(ZONE, "www", "A", 600, ("192.0.2.4",)))
        for kind, value in (("A", "192.0.2.9"), ("CNAME", "host.example.")):
            with pytest.raises(Foreign):
                create(server, ZoneSet(ZONE, "foreign", kind, 600, (value,)))
        remove(server, changed)
        assert other.records() == OTHERS
