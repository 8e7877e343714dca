"""Zones that are found by the token, through the real engine: which count, and what a listing may never cost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.engine.install.find import Engine
from lab import remote
from lab.world import FIRST_IPV4, GANDI_ZONE, Places, running
from tests.cli.clusters import up
from tests.cli.conftest import Inside, fresh
from tests.cli.daemon.watching import ended, told, watching

COM, ORG, DEV, PENDING = "example.com", "example.org", "dev.example.com", "pending.example"
TOKEN = "lab-token-of-several-zones-0123456789abcd"
LISTING = "/zones$"
NAMES = ("www.example.com", "www.example.org", "api.dev.example.com")


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """A lab with further zones at Cloudflare, one of them inside of another, one not active yet."""
    with running() as places:
        for name in (ORG, DEV):
            remote.add_zone(places, name)
        remote.add_zone(places, PENDING, status="pending")
        yield places


@pytest.fixture
def inside(places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:
    """A token that sees the three active zones, all of them empty."""
    sees(places, COM, ORG, DEV)
    found = fresh(places, engine, plugin_folder, tmp_path, ORG, DEV)
    return replace(found, environment={**found.environment, "CLOUDFLARE_API_TOKEN": TOKEN})


def sees(places: Places, *zones: str, permissions: list[str] | None = None) -> None:
    """The zones that the token sees from now on."""
    remote.add_token(places, TOKEN, zones, permissions)


def settings(inside: Inside, *names: object, zones: object = "auto", **others: Any) -> None:  # noqa: ANN401 - settings
    inside.settings(*names, zones=zones, **others)
    document = yaml.safe_load(inside.settings_file.read_text())
    del document["config"]["truenorth:zone"]
    inside.settings_file.write_text(yaml.safe_dump(document))


def addresses(inside: Inside) -> dict[str, dict[str, str]]:
    """The address of each name, by zone."""
    return {
        zone: {one["name"]: one["content"] for one in remote.records(inside.places, zone) if one["type"] == "A"}
        for zone in (COM, ORG, DEV)
    }


def everything(inside: Inside) -> list[dict[str, Any]]:
    return [one for zone in (COM, ORG, DEV) for one in remote.records(inside.places, zone)]


MADE = {
    COM: {"www.example.com": FIRST_IPV4},
    ORG: {"www.example.org": FIRST_IPV4},
    DEV: {"api.dev.example.com": FIRST_IPV4},
}


@pytest.fixture
def made(inside: Inside) -> Inside:
    """A stack with a name in each of the three zones."""
    settings(inside, *NAMES)
    up(inside)
    assert addresses(inside) == MADE
    return inside


class TestFoundZones:
    def test_get_each_name_in_the_zone_with_the_longest_suffix_and_cost_one_call_a_run(self, made: Inside) -> None:
        remote.forget_requests(made.places)
        assert up(made) == {}
        calls = [call.path.partition("?")[0].rsplit("/", 1)[-1] for call in remote.api_requests(made.places)]
        assert sorted(calls) == ["dns_records"] * 3 + ["zones"]

    def test_are_followed_and_shown_by_the_other_commands(self, made: Inside) -> None:
        shown = made.result("status")
        assert {record["name"] for record in shown["records"]} >= set(NAMES)
        remote.set_address(made.places, "203.0.113.8")
        assert len(made.result("preview")["changes"]) == len(NAMES)
        assert set(up(made).values()) == {"update"}
        found = made.run("doctor", "--json").stdout
        assert "3 zones, 3 names" in found

    def test_are_named_by_the_api_server_s_policy(self, inside: Inside, tmp_path: Path) -> None:
        rules = {"domains": [{"names": ["*.shop.example.com"]}]}
        settings(inside, *NAMES, sources=["ingress"], cluster=rules, deploy={"credentials_secret": "dns"})
        done = inside.run("deploy", "--render", str(tmp_path / "made"))
        assert done.returncode == 0, done.stderr
        policy = (tmp_path / "made/validatingadmissionpolicy-truenorth.yaml").read_text()
        variables = {one["name"]: one["expression"] for one in yaml.safe_load(policy)["spec"]["variables"]}
        assert variables["zones"] == '["dev.example.com","example.com","example.org"]'
        assert variables["taken"] == '["api.dev.example.com","www.example.com","www.example.org"]'

    def test_have_load_balancers_that_are_shown(self, inside: Inside) -> None:
        geo = {"cluster": "one", "location": "eu", "hostname": f"app.{ORG}", "addresses": ["203.0.113.9"]}
        settings(inside, geo=geo)
        assert up(inside) == {}
        (shown,) = inside.result("geo", "status")["load_balancers"]
        assert shown["hostname"] == f"app.{ORG}"

    def test_are_those_of_a_plain_pulumi_up(self, made: Inside) -> None:
        file = ("--config-file", str(made.settings_file))
        made.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)
        remote.set_address(made.places, "203.0.113.8")
        made.pulumi("up", "--yes", "--skip-preview", *file)
        assert {address for zone in addresses(made).values() for address in zone.values()} == {"203.0.113.8"}
        assert up(made) == {}

    def test_go_with_the_stack(self, made: Inside) -> None:
        assert made.run("destroy", "--yes").returncode == 0
        assert everything(made) == []

    def test_may_be_spread_over_a_stack_each(self, inside: Inside) -> None:
        settings(inside, *NAMES, shards="zone")
        up(inside)
        assert addresses(inside) == MADE
        assert up(inside) == {}
        sees(inside.places, COM, DEV)
        assert inside.run("up").returncode == 1
        assert addresses(inside) == MADE

    @pytest.mark.parametrize(
        "auto",
        [
            {"include": ["example.com", "*.org"]},
            {"include": ["**.example.com", "**.com", "example.org"], "exclude": ["dev.*.com"]},
            {"regex": r"^example\.(com|org)$"},
            {"regex": "example", "regex_exclude": "^dev[.]"},
        ],
    )
    def test_are_chosen_by_patterns_and_expressions(self, inside: Inside, auto: dict[str, Any]) -> None:
        settings(inside, *NAMES, zones={"auto": auto, "ttl": 300})
        up(inside)
        assert addresses(inside)[DEV] == {}
        assert {one["ttl"] for one in everything(inside) if one["type"] == "A"} == {300}
        assert set(addresses(inside)[COM]) == {"www.example.com", "api.dev.example.com"}

    def test_stand_beside_others(self, inside: Inside) -> None:
        gandi = {"zone": GANDI_ZONE, "provider": "gandi"}
        settings(inside, "www.example.org", "www.example.net", zones=[gandi, {"auto": {"exclude": [COM, DEV]}}])
        up(inside)
        assert addresses(inside)[ORG] == MADE[ORG]
        assert ("www", "A") in remote.gandi_records(inside.places)

    def test_of_two_providers_stand_side_by_side(self, inside: Inside) -> None:
        zones = [{"auto": {}}, {"auto": {}, "provider": "gandi"}]
        settings(inside, *NAMES, "www.example.net", zones=zones)
        up(inside)
        assert addresses(inside) == MADE
        assert ("www", "A") in remote.gandi_records(inside.places)


class TestAListing:
    def test_with_a_further_zone_has_it_taken_from_the_next_run_on(self, inside: Inside) -> None:
        sees(inside.places, COM)
        settings(inside, "www.example.com", "api.dev.example.com")
        up(inside)
        assert set(addresses(inside)[COM]) == {"www.example.com", "api.dev.example.com"}
        sees(inside.places, COM, DEV)
        assert set(up(inside)) == {"api.dev.example.com/A", "api.dev.example.com/A/mark"}
        assert addresses(inside) == {**MADE, ORG: {}}

    def test_that_lacks_a_zone_of_ours_costs_it_nothing_and_is_told_until_it_is_left_out(self, made: Inside) -> None:
        sees(made.places, COM, ORG)
        remote.set_address(made.places, "203.0.113.8")
        done = made.run("up")
        assert done.returncode == 1
        assert "the zone dev.example.com stays as it is" in done.stderr
        assert addresses(made) == {
            COM: {"www.example.com": "203.0.113.8"},
            ORG: {"www.example.org": "203.0.113.8"},
            DEV: MADE[DEV],
        }
        sees(made.places, COM, ORG, DEV)
        assert up(made) == {"api.dev.example.com/A": "update"}

    @pytest.mark.parametrize("status", [500, 403])
    def test_that_fails_takes_nothing_away_and_is_told(self, made: Inside, status: int) -> None:
        before = everything(made)
        remote.set_faults(made.places, [{"effect": "server_error", "status": status, "path": LISTING}])
        done = made.run("up")
        assert done.returncode == 1
        assert "no further zone of the token is taken" in done.stderr
        assert everything(made) == before
        remote.set_address(made.places, "203.0.113.8")
        assert made.run("up").returncode == 1
        assert {one for zone in addresses(made).values() for one in zone.values()} == {"203.0.113.8"}
        remote.set_faults(made.places, [])
        assert up(made) == {}

    def test_that_fails_before_anything_is_known_ends_the_run(self, inside: Inside) -> None:
        settings(inside, *NAMES)
        remote.set_faults(inside.places, [{"effect": "server_error", "status": 500, "path": LISTING}])
        done = inside.run("up")
        assert done.returncode == 1
        assert "Cloudflare answered 500" in done.stderr
        assert everything(inside) == []

    def test_without_a_zone_is_told_and_leaves_all_as_it_is(self, made: Inside) -> None:
        sees(made.places)
        before = everything(made)
        done = made.run("up")
        assert done.returncode == 2
        assert everything(made) == before

    def test_without_a_zone_is_an_error_where_there_is_none_to_keep(self, inside: Inside) -> None:
        sees(inside.places)
        settings(inside)
        done = inside.run("up")
        assert done.returncode == 2
        assert "the token sees no zone" in done.stderr

    def test_with_zones_that_answer_nobody_or_are_read_only_leaves_those_out_and_says_so(self, inside: Inside) -> None:
        sees(inside.places, COM, PENDING)
        settings(inside, "www.example.com", "www.pending.example")
        done = inside.run("up")
        assert done.returncode == 2
        assert "'www.pending.example' lies in none of the zones: example.com" in done.stderr
        assert "it is pending, and answers nobody yet" in done.stderr
        settings(inside, "www.example.com")
        done = inside.run("up")
        assert done.returncode == 0
        assert "pending.example is left out" in done.stdout
        assert "pending.example is left out" in inside.run("doctor").stdout
        sees(inside.places, COM, permissions=["#zone:read", "#dns_records:read"])
        assert up(inside) == {}

    def test_in_a_plain_pulumi_up_costs_a_zone_of_ours_nothing_either(self, made: Inside) -> None:
        before = everything(made)
        file = ("--config-file", str(made.settings_file))
        sees(made.places, COM, ORG)
        made.pulumi("up", "--yes", "--skip-preview", "--refresh=false", "--expect-no-changes", *file)
        remote.set_faults(made.places, [{"effect": "server_error", "status": 500, "path": LISTING}])
        told = made.pulumi("up", "--yes", "--skip-preview", "--refresh=false", "--expect-no-changes", *file)
        assert "no further zone of the token is taken" in told.stdout + told.stderr
        remote.set_faults(made.places, [])
        assert everything(made) == before


class TestAWatch:
    def test_takes_a_further_zone_and_keeps_all_where_a_listing_fails(self, inside: Inside) -> None:
        sees(inside.places, COM)
        settings(inside, "www.example.com", "api.dev.example.com")
        with watching(inside) as watcher:
            told(watcher, "result")
            remote.set_faults(inside.places, [{"effect": "server_error", "status": 500, "path": LISTING}])
            watcher.send_signal(signal.SIGHUP)
            assert "Cloudflare answered 500" in told(watcher, "reloaded")["problem"]
            remote.set_faults(inside.places, [])
            sees(inside.places, COM, DEV)
            watcher.send_signal(signal.SIGHUP)
            assert told(watcher, "reloaded")["problem"] == ""
            while addresses(inside)[DEV] != MADE[DEV]:
                told(watcher, "result")
            sees(inside.places, COM)
            remote.set_address(inside.places, "203.0.113.8")
            while set(addresses(inside)[COM].values()) != {"203.0.113.8"}:
                told(watcher, "result")
            assert addresses(inside)[DEV] == MADE[DEV]
            assert ended(watcher) == 0
        assert addresses(inside)[DEV] == MADE[DEV]
