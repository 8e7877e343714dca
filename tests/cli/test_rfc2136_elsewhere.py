"""A zone at a real Knot DNS and at a real PowerDNS, through the real engine and our own plugin."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from lab import remote
from lab.world import FIRST_IPV4
from tests.bind import SECRET, ZONE, Bind
from tests.cli.clusters import up
from tests.cli.conftest import Inside
from tests.cli.test_rfc2136 import AS_FOREIGN, FOREIGN, held, wish
from tests.other_name_servers import knot, powerdns

Running = Callable[[Path, str], AbstractContextManager[Bind]]
SERVERS: dict[str, Running] = {"knot": knot, "powerdns": powerdns}


@pytest.mark.parametrize("name", SERVERS)
def test_a_zone_is_kept_from_the_first_run_to_the_last(inside: Inside, tmp_path: Path, name: str) -> None:
    with SERVERS[name](tmp_path / name, AS_FOREIGN) as server:
        asked = {"TRUENORTH_NAME_SERVERS": json.dumps([server.server])}  # in place of the lab's, which refuses the zone
        environment = {**inside.environment, **asked, "RFC2136_TSIG_SECRET": SECRET}
        house = Inside(inside.places, environment, inside.settings_file, inside.state)
        wish(house, server, "www", "foreign")
        done = house.result("up")
        assert [one["name"] for one in done["conflicts"]] == [f"foreign.{ZONE}"]
        assert done["confirmation"] == {"confirmed": 1, "unconfirmed": []}
        assert held(server) == {"www/A": [FIRST_IPV4]}
        assert house.result("up")["engine_runs"] == 0
        remote.set_address(house.places, "203.0.113.8")
        assert up(house) == {f"www.{ZONE}/A": "update"}
        assert held(server) == {"www/A": ["203.0.113.8"]}
        assert house.run("destroy", "--yes").returncode == 0
        assert server.records() == FOREIGN
