"""A zone at the real external-dns as a webhook server, through the real engine and our own plugin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.clusters import up
from tests.cli.conftest import Inside
from tests.cli.every_type import COMMON
from tests.external_dns import ZONE, Server, endpoint, in_memory

TWO = {"name": "two", "targets": ["203.0.113.1", "203.0.113.2"]}
FOREIGN = {f"foreign.{ZONE}/A": ["192.0.2.9"], f"shop.{ZONE}/A": [FIRST_IPV4]}
RECORDS = [
    *COMMON,
    {"name": "short", "type": "A", "content": "192.0.2.7", "ttl": 60},
]


@pytest.fixture
def server(external_dns: Path, tmp_path: Path) -> Iterator[Server]:
    with in_memory(external_dns, tmp_path / "external-dns") as made:
        made.ask(create=[endpoint(name.partition("/")[0], *targets) for name, targets in FOREIGN.items()])
        yield made


@pytest.fixture
def house(inside: Inside, server: Server) -> Inside:
    """A stack whose zone is at the server."""
    wish(inside, server, "www")
    return inside


def wish(inside: Inside, server: Server, *names: object, **others: object) -> None:
    own = {"zone": ZONE, "provider": "webhook", "webhook": {"url": server.url}, "confirm": 0}
    inside.settings(*names, **{**own, **others})


def held(server: Server) -> dict[str, list[str]]:
    """What the zone has beside what others have written and marks."""
    found = server.targets()
    assert {name: found.pop(name) for name in FOREIGN} == FOREIGN
    return {name.replace(f".{ZONE}", "").replace(ZONE, "@"): targets for name, targets in found.items()}


class TestARun:
    def test_makes_records_with_their_marks_and_is_quiet_the_second_time(self, house: Inside, server: Server) -> None:
        wish(house, server, "www", "@", "*", TWO, records=RECORDS)
        up(house)
        long = "x" * 300
        assert held(server) == {
            "@/A": [FIRST_IPV4],
            "*/A": [FIRST_IPV4],
            "www/A": [FIRST_IPV4],
            "two/A": ["203.0.113.1", "203.0.113.2"],
            "short/A": ["192.0.2.7"],
            "@/TXT": [f'"say \\"hi\\" \\\\ {long[:244]}" "{long[244:]}"', '"v=spf1 -all"'],
            "@/MX": [f"10 ns1.{ZONE}", "20 mx.example.org"],
            "@/CAA": ['0 issue "letsencrypt.org"'],
            "_sip._udp/SRV": [f"10 5 5060 sip.{ZONE}."],
            "blog/CNAME": ["host.example.org"],
        }
        assert server.endpoints()[f"short.{ZONE}/A"]["recordTTL"] == 60
        assert "recordTTL" not in server.endpoints()[f"www.{ZONE}/A"]
        assert house.result("up")["engine_runs"] == 0
        assert up(house, "--always") == {}
        file = ("--config-file", str(house.settings_file))
        house.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)

    def test_a_new_address_is_one_change_of_the_set(self, house: Inside, server: Server) -> None:
        wish(house, server, "www", TWO)
        up(house)
        remote.set_address(house.places, "203.0.113.8")
        assert up(house) == {f"www.{ZONE}/A": "update"}
        assert held(server) == {"www/A": ["203.0.113.8"], "two/A": TWO["targets"]}

    def test_a_name_that_is_not_wanted_any_more_goes_with_its_mark(self, house: Inside, server: Server) -> None:
        wish(house, server, "www", TWO)
        up(house)
        wish(house, server, "www")
        assert set(up(house).values()) == {"delete"}
        assert set(server.endpoints()) == {*FOREIGN, f"www.{ZONE}/A", f"_truenorth-a.www.{ZONE}/TXT"}

    def test_destroy_leaves_what_others_have_written(self, house: Inside, server: Server) -> None:
        up(house)
        assert house.run("destroy", "--yes").returncode == 0
        assert server.targets() == FOREIGN
        assert set(server.endpoints()) == set(FOREIGN)


class TestDrift:
    def test_is_put_right(self, house: Inside, server: Server) -> None:
        wish(house, server, "www", TWO)
        up(house)
        there = server.endpoints()
        www, two = there[f"www.{ZONE}/A"], there[f"two.{ZONE}/A"]
        server.ask(updateOld=[www], updateNew=[{**www, "targets": ["198.51.100.66"]}], delete=[two])
        assert up(house) == {f"www.{ZONE}/A": "correct", f"two.{ZONE}/A": "restore"}
        assert held(server) == {"www/A": [FIRST_IPV4], "two/A": TWO["targets"]}
        assert up(house) == {}


class TestSetsOfOthers:
    def test_are_a_conflict_and_stay_even_where_they_are_as_wished(self, house: Inside, server: Server) -> None:
        wish(house, server, "www", "shop", "foreign")
        conflicts = house.result("up")["conflicts"]
        assert sorted(one["name"] for one in conflicts) == [f"foreign.{ZONE}", f"shop.{ZONE}"]
        assert held(server) == {"www/A": [FIRST_IPV4]}

    def test_are_taken_over_where_the_settings_say_so(self, house: Inside, server: Server) -> None:
        wish(house, server, "foreign", adopt="all")
        assert up(house)[f"foreign.{ZONE}/A"] == "adopt"
        assert server.targets() == {**FOREIGN, f"foreign.{ZONE}/A": [FIRST_IPV4]}
        assert up(house) == {}

    def test_a_lost_state_is_rebuilt_from_the_marks(self, house: Inside, server: Server) -> None:
        wish(house, server, "www", TWO)
        up(house)
        before = server.endpoints()
        house.lose_state()
        assert set(up(house).values()) == {"adopt"}
        assert up(house, "--always") == {}
        assert server.endpoints() == before


class TestFaults:
    def test_a_server_that_is_gone_decides_nothing(self, house: Inside, server: Server) -> None:
        up(house)
        server.stop()
        done = house.run("up")
        assert done.returncode == 1
        assert f"the webhook {server.url} cannot be reached" in done.stderr

    def test_a_zone_without_a_url_is_refused(self, house: Inside) -> None:
        house.settings("www", zone=ZONE, provider="webhook")
        done = house.run("up")
        assert done.returncode == 2
        assert f"the zone {ZONE} has the provider webhook, and no URL" in done.stderr

    def test_a_zone_that_the_provider_does_not_keep_is_told(self, house: Inside, server: Server) -> None:
        wish(house, server, "www", zone="other.example")
        done = house.run("up")
        assert done.returncode == 1
        assert "or have no such zone" in done.stderr


def test_doctor_examines_the_zone_and_the_plugin(house: Inside) -> None:
    found: dict[str, Any] = json.loads(house.run("doctor", "--json").stdout.strip().splitlines()[-1])
    about = {one["about"]: one["level"] for one in found["findings"]}
    assert about[f"zone {ZONE}"] == "ok"
    assert about["plugin webhook"] == "ok"
