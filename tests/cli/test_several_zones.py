"""Zones at two providers in one stack, some with a token of their own, through the real engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.engine.install.find import Engine
from lab import remote
from lab.world import FIRST_IPV4, GANDI_TOKEN, GANDI_ZONE, Places, running
from tests.cli.conftest import Inside, fresh

SECOND = "example.org"
COM, ORG = "lab-token-of-example-com-0123456789abcde", "lab-token-of-example-org-0123456789abcde"
TOKENS = {"COM_TOKEN": COM, "ORG_TOKEN": ORG, "NET_TOKEN": GANDI_TOKEN}
USUAL = ("CLOUDFLARE_API_TOKEN", "GANDI_PERSONAL_ACCESS_TOKEN")
DOWN = [{"effect": "server_error", "status": 503}]


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """A lab with a second zone at Cloudflare, and a token for each of the two."""
    with running() as places:
        remote.add_zone(places, SECOND)
        remote.add_token(places, COM, places.zone)
        remote.add_token(places, ORG, SECOND)
        yield places


@pytest.fixture
def inside(places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:
    return fresh(places, engine, plugin_folder, tmp_path, SECOND)


def at_gandi(*names: object, **others: object) -> dict[str, object]:
    return {"zone": GANDI_ZONE, "provider": "gandi", "names": [*names], **others}


def at_cloudflare(*names: object, **others: object) -> dict[str, object]:
    return {"zone": SECOND, "names": [*names], **others}


def addresses(inside: Inside) -> dict[str, str]:
    """The address of each name in the three zones."""
    listed = [*remote.records(inside.places), *remote.records(inside.places, SECOND)]
    found = {one["name"]: one["content"] for one in listed if one["type"] == "A"}
    sets = remote.gandi_records(inside.places).items()
    return found | {f"{name}.{GANDI_ZONE}": one["rrset_values"][0] for (name, kind), one in sets if kind == "A"}


def up(inside: Inside, without: tuple[str, ...] = (), /, *arguments: str, **changes: str) -> dict[str, str]:
    """Run `up`, which must succeed; what it did, by resource."""
    done = inside.run("up", "--json", *arguments, without=without, **changes)
    assert done.returncode == 0, done.stderr + done.stdout
    return done_by(done.stdout)


def done_by(output: str) -> dict[str, str]:
    return {change["resource"]: change["action"] for change in result(output)["changes"]}


def result(output: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return document


def state(inside: Inside) -> str:
    return inside.pulumi("stack", "export").stdout


class TestTwoProviders:
    def test_are_made_and_followed_in_one_run_each(self, inside: Inside) -> None:
        inside.settings("www", zones=[at_gandi("www", "api")])
        up(inside)
        names = ("www.example.com", "www.example.net", "api.example.net")
        assert addresses(inside) == dict.fromkeys(names, FIRST_IPV4)
        remote.set_address(inside.places, "203.0.113.8")
        assert up(inside) == {f"{name}/A": "update" for name in names}
        remote.forget_requests(inside.places)
        remote.gandi_forget_requests(inside.places)
        assert up(inside) == {}
        calls = [*remote.api_requests(inside.places), *remote.gandi_requests(inside.places)]
        assert [call.method for call in calls] == ["GET", "GET"]

    def test_may_change_places(self, inside: Inside) -> None:
        inside.settings("www", zones=[at_gandi("www")])
        up(inside)
        inside.settings(zone=GANDI_ZONE, provider="gandi", zones=[{"zone": "example.com", "provider": "cloudflare"}])
        assert set(up(inside).values()) == {"delete"}
        assert addresses(inside) == {}


class TestTokensOfTheirOwn:
    @pytest.fixture
    def three_zones(self, inside: Inside) -> Inside:
        zones = [at_cloudflare("www", token="ORG_TOKEN"), at_gandi("www", token="NET_TOKEN")]
        inside.settings("www", token="COM_TOKEN", zones=zones)
        up(inside, USUAL, **TOKENS)
        return inside

    def test_open_each_zone_and_nothing_else(self, three_zones: Inside) -> None:
        zones = ("example.com", SECOND, GANDI_ZONE)
        assert addresses(three_zones) == {f"www.{zone}": FIRST_IPV4 for zone in zones}
        statuses = {call.status for call in remote.api_requests(three_zones.places)}
        assert statuses == {200}
        remote.set_address(three_zones.places, "203.0.113.8")
        assert up(three_zones, USUAL, **TOKENS) == {f"www.{zone}/A": "update" for zone in zones}
        assert up(three_zones, USUAL, **TOKENS) == {}

    def test_are_preferred_to_the_usual_ones(self, three_zones: Inside) -> None:
        remote.set_address(three_zones.places, "203.0.113.8")
        wrong = "lab-token-that-opens-nothing-0123456789ab"
        done = up(three_zones, **TOKENS, CLOUDFLARE_API_TOKEN=wrong, GANDI_PERSONAL_ACCESS_TOKEN=wrong)
        assert set(done.values()) == {"update"}

    def test_are_in_no_state(self, three_zones: Inside) -> None:
        exported = state(three_zones)
        assert not [token for token in TOKENS.values() if token in exported]
        files = [file for file in three_zones.state.rglob("*") if file.is_file()]
        assert files
        assert not [file for file in files for token in TOKENS.values() if token.encode() in file.read_bytes()]

    def test_that_are_missing_are_all_told_at_once_before_anything_is_done(self, three_zones: Inside) -> None:
        done = three_zones.run("up", without=USUAL, NET_TOKEN=GANDI_TOKEN)
        assert done.returncode == 2
        assert all(f"{name} is not set" in done.stderr for name in ("COM_TOKEN", "ORG_TOKEN"))

    def test_may_move_to_another_variable_and_to_the_usual_one_without_a_write(self, three_zones: Inside) -> None:
        """The engine must not replace, that is delete and make again, what another provider resource looks after."""
        before = records(three_zones)
        zones = [at_cloudflare("www", token="RENAMED"), at_gandi("www")]
        three_zones.settings("www", zones=zones)
        assert up(three_zones, (), "--always", CLOUDFLARE_API_TOKEN=COM, RENAMED=ORG) == {}
        assert records(three_zones) == before
        remote.set_address(three_zones.places, "203.0.113.8")
        assert set(up(three_zones, CLOUDFLARE_API_TOKEN=COM, RENAMED=ORG).values()) == {"update"}

    def test_of_a_zone_that_is_dropped_still_delete_its_records(self, three_zones: Inside) -> None:
        three_zones.settings("www", token="COM_TOKEN", zones=[at_gandi("www", token="NET_TOKEN")])
        assert set(up(three_zones, USUAL, **TOKENS).values()) == {"delete"}
        assert addresses(three_zones).keys() == {"www.example.com", "www.example.net"}

    def test_serve_a_plain_pulumi_up_too(self, three_zones: Inside) -> None:
        environment = {key: value for key, value in three_zones.environment.items() if key not in USUAL} | TOKENS
        plain = Inside(three_zones.places, environment, three_zones.settings_file, three_zones.state)
        file = ("--config-file", str(three_zones.settings_file))
        plain.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)


def records(inside: Inside) -> list[Mapping[str, Any]]:
    """All that the three zones have, ids included."""
    return [
        *remote.records(inside.places),
        *remote.records(inside.places, SECOND),
        *remote.gandi_records(inside.places).values(),
    ]


class TestAZoneThatCannotBeRead:
    """All else is done, and the run says that it is not all."""

    def test_stays_as_it_is_while_the_others_are_followed(self, inside: Inside) -> None:
        inside.settings("www", zones=[at_gandi("www", "dropped")])
        up(inside)
        inside.settings("www", zones=[at_gandi("www")])
        remote.set_address(inside.places, "203.0.113.8")
        remote.gandi_faults(inside.places, DOWN)
        done = inside.run("up", "--json")
        assert done.returncode == 1
        assert "the zone example.net stays as it is: Gandi answered 503" in done.stderr
        assert result(done.stdout)["unread"][0]["zone"] == "example.net"
        assert done_by(done.stdout) == {"www.example.com/A": "update"}
        stays = {"www.example.net": FIRST_IPV4, "dropped.example.net": FIRST_IPV4}
        assert addresses(inside) == {"www.example.com": "203.0.113.8", **stays}
        remote.gandi_faults(inside.places, [])
        up(inside)
        assert addresses(inside) == dict.fromkeys(("www.example.com", "www.example.net"), "203.0.113.8")

    def test_is_told_even_where_nothing_in_it_is_ours_yet(self, inside: Inside) -> None:
        inside.settings("www", zones=[at_gandi("www")])
        remote.set_faults(inside.places, DOWN)
        for command in ("status", "preview", "up"):
            done = inside.run(command)
            assert done.returncode == 1
            assert "the zone example.com stays as it is: Cloudflare answered 503" in done.stderr
        assert addresses(inside) == {"www.example.net": FIRST_IPV4}
        remote.set_faults(inside.places, [])
        assert set(up(inside).values()) == {"create"}
        assert addresses(inside).keys() == {"www.example.com", "www.example.net"}

    def test_changes_nothing_where_the_others_cannot_be_read_either(self, inside: Inside) -> None:
        inside.settings("www", zones=[at_gandi("www")])
        remote.set_faults(inside.places, DOWN)
        remote.gandi_faults(inside.places, DOWN)
        assert inside.run("up").returncode == 1
        assert addresses(inside) == {}
