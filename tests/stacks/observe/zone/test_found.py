"""The zones that stand for the entries `auto`: by what the API of the lab lists, and by what state holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from components.records.record import Record
from lab.api.faults import Effect, Fault
from lab.cloudflare.model import Permission
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from stacks.model.errors import ObservationError, UserError
from stacks.model.observation import Registry
from stacks.model.values import RegisteredRecord
from stacks.observe.zone import cloudflare, http
from stacks.observe.zone.found import find_zones, found_by_token, require_known_zones
from stacks.settings.credentials import credentials
from stacks.settings.stack import Settings, parse

TOKEN = "lab-token-0123456789abcdefghijklmnopqrst"
IDS = {"example.com": "0" * 32, "dev.example.com": "1" * 32, "example.org": "2" * 32}
GONE, GONE_ID = "example.net", "9" * 32


@pytest.fixture
def world() -> Cloudflare:
    world = Cloudflare(rate_limit=None)
    for name, zone_id in IDS.items():
        world.add_zone(name, "pro", zone_id)
    world.add_token(TOKEN)
    return world


@pytest.fixture
def environment(world: Cloudflare) -> Iterator[dict[str, str]]:
    with serve(world) as url:
        yield {"CLOUDFLARE_BASE_URL": url, "CLOUDFLARE_API_TOKEN": TOKEN}


def settings(zones: object = "auto", **others: object) -> Settings:
    return parse({"zones": zones, **others}, {}, stack="home", where="Pulumi.home.yaml")


def registry(*held: tuple[str, str], known: bool = True) -> Registry:
    """State with a record in each of these zones, by name and id."""
    records = [
        RegisteredRecord(
            f"urn:pulumi:home::truenorth::cloudflare:index/dnsRecord:DnsRecord::www.{name}/A",
            f"www.{name}/A",
            f"{number}" * 32,
            zone_id,
            Record(f"www.{name}", "A", "192.0.2.1", 1, proxied=False, comment=""),
        )
        for number, (name, zone_id) in enumerate(held)
    ]
    return Registry(tuple(records), zone_ids=tuple(held) if known else ())


def found(environment: dict[str, str], zones: object = "auto", state: Registry | None = None) -> Settings:
    chosen = settings(zones)
    return find_zones(chosen, credentials(chosen, environment), state or Registry())


def names(settings: Settings) -> list[str]:
    return [zone.zone for zone in settings.each_zone()]


def failing(world: Cloudflare, **fault: Any) -> None:  # noqa: ANN401 - fields of the fault
    world.faults.add(Fault(Effect.SERVER_ERROR, path="/zones$", **fault))


class TestAZoneCounts:
    def test_where_it_is_listed_and_selected_at_one_call(self, world: Cloudflare, environment: dict[str, str]) -> None:
        assert names(found(environment)) == sorted(IDS)
        assert len(world.requests) == 1
        assert names(found(environment, {"auto": {"include": ["*.org"]}})) == ["example.org"]

    def test_where_it_is_written_too_as_it_is_written(self, environment: dict[str, str]) -> None:
        both = found(environment, [{"zone": "example.org", "ttl": 600}, {"auto": {}, "ttl": 300}])
        assert {zone.zone: zone.ttl for zone in both.each_zone()} == dict.fromkeys(IDS, 300) | {"example.org": 600}

    def test_once_for_the_first_entry_that_selects_it(self, environment: dict[str, str]) -> None:
        two = found(environment, [{"auto": {"include": ["*.org"]}, "ttl": 600}, {"auto": {}, "ttl": 300}])
        assert {zone.zone: zone.ttl for zone in two.each_zone()} == dict.fromkeys(IDS, 300) | {"example.org": 600}

    def test_where_it_is_on_a_later_page(
        self, world: Cloudflare, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cloudflare, "ZONE_PAGE", 5)
        many = [f"z{number}.example" for number in range(9)]
        for one in many:
            world.add_zone(one, "pro")
        assert names(found(environment)) == sorted([*IDS, *many])

    def test_where_state_has_records_in_it_though_nobody_lists_it(self, environment: dict[str, str]) -> None:
        assert names(found(environment, state=registry((GONE, GONE_ID)))) == sorted([*IDS, GONE])

    def test_no_more_where_state_knows_it_without_a_record(self, environment: dict[str, str]) -> None:
        assert names(found(environment, state=Registry(zone_ids=((GONE, GONE_ID),)))) == sorted(IDS)

    def test_no_more_where_the_settings_leave_it_out(self, environment: dict[str, str]) -> None:
        chosen = found(environment, {"auto": {"exclude": [GONE]}}, registry((GONE, GONE_ID)))
        assert names(chosen) == sorted(IDS)
        require_known_zones(chosen, registry((GONE, GONE_ID)))


class TestAZoneIsLeftOutAndTold:
    @pytest.mark.parametrize(("status", "why"), [("pending", "it is pending"), ("moved", "is moved")])
    def test_where_it_answers_nobody(
        self, world: Cloudflare, environment: dict[str, str], status: str, why: str
    ) -> None:
        world.set_status(IDS["example.org"], status)
        chosen = found(environment)
        assert names(chosen) == ["dev.example.com", "example.com"]
        (told,) = chosen.found.left_out
        assert told.subject == "example.org"
        assert why in told.what

    def test_where_several_of_its_name_are_active(self, world: Cloudflare, environment: dict[str, str]) -> None:
        world.add_zone("example.org", "pro", "3" * 32, account=world.add_account("Second"))
        chosen = found(environment)
        assert names(chosen) == ["dev.example.com", "example.com"]
        assert "the token sees 2 zones example.org" in chosen.found.left_out[0].what
        assert names(found(environment, {"auto": {"ids": ["3" * 32]}})) == ["example.org"]

    def test_where_it_is_read_only(self, world: Cloudflare, environment: dict[str, str]) -> None:
        world.add_token(TOKEN, permissions=[Permission.ZONE_READ, Permission.DNS_READ])
        with pytest.raises(UserError, match="may read it, and not edit its records"):
            found(environment)

    @pytest.mark.parametrize("status", ["pending", "moved"])
    def test_but_not_where_state_has_records_in_it(
        self, world: Cloudflare, environment: dict[str, str], status: str
    ) -> None:
        world.set_status(IDS["example.org"], status)
        assert names(found(environment, state=registry(("example.org", IDS["example.org"])))) == sorted(IDS)


class TestAListingThatFails:
    @pytest.mark.parametrize("status", [500, 403])
    def test_leaves_the_zones_of_state_and_says_why(
        self, world: Cloudflare, environment: dict[str, str], status: int
    ) -> None:
        failing(world, status=status)
        state = registry(("example.com", IDS["example.com"]), (GONE, GONE_ID))
        chosen = found(environment, state=state)
        assert names(chosen) == ["example.com", GONE]
        assert f"{status}" in chosen.found.unlisted
        require_known_zones(chosen, state)

    def test_is_raised_where_state_has_none(self, world: Cloudflare, environment: dict[str, str]) -> None:
        failing(world, status=500)
        with pytest.raises(ObservationError, match="Cloudflare answered 500"):
            found(environment)
        with pytest.raises(ObservationError, match="Cloudflare answered 500"):
            found_by_token(settings(), environment)

    def test_is_one_that_refuses_the_token(self, environment: dict[str, str]) -> None:
        wrong = environment | {"CLOUDFLARE_API_TOKEN": TOKEN[::-1]}
        with pytest.raises(UserError, match="refuses the credentials"):
            found(wrong)
        assert names(found(wrong, state=registry((GONE, GONE_ID)))) == [GONE]

    @pytest.mark.parametrize(
        "cut",
        [
            {"result_info": {"total_pages": 1, "total_count": 4}},
            {"result_info": {"total_pages": 1, "total_count": 2}},
            {"result": None},
            {"result": []},
        ],
    )
    def test_is_one_that_is_cut_off(
        self, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, cut: dict[str, Any]
    ) -> None:
        whole = http.get

        def shortened(*arguments: Any) -> tuple[requests.Response, Any]:  # noqa: ANN401 - those of the real one
            response, body = whole(*arguments)
            return response, body | cut

        monkeypatch.setattr(http, "get", shortened)
        chosen = found(environment, state=registry(("example.com", IDS["example.com"])))
        assert names(chosen) == ["example.com"]
        assert "and counts" in chosen.found.unlisted

    def test_of_one_entry_takes_no_further_zone_of_the_others(
        self, world: Cloudflare, environment: dict[str, str]
    ) -> None:
        environment |= {"GANDI_URL": "http://127.0.0.1:9", "GANDI_PERSONAL_ACCESS_TOKEN": "x"}
        zones = [{"auto": {}, "provider": "gandi"}, {"auto": {}}]
        chosen = found(environment, zones, registry(("example.com", IDS["example.com"])))
        assert names(chosen) == ["example.com"]
        assert "Gandi could not be asked" in chosen.found.unlisted
        assert world.zones.keys() == set(IDS.values())


class TestRecordsInAZoneThatDoesNotCount:
    def test_end_the_run_where_the_zone_may_have_been_found_once(self, environment: dict[str, str]) -> None:
        with pytest.raises(ObservationError, match=r"records of ours in the zone example\.net"):
            require_known_zones(found(environment), registry((GONE, GONE_ID)))

    def test_end_the_run_where_nobody_knows_the_name_of_the_zone(self, environment: dict[str, str]) -> None:
        cut_off = registry((GONE, GONE_ID), known=False)
        chosen = found(environment, state=cut_off)
        assert names(chosen) == sorted(IDS)
        with pytest.raises(ObservationError, match=f"records of ours in the zone {GONE_ID}"):
            require_known_zones(chosen, cut_off)

    def test_are_those_of_a_zone_that_is_listed_where_a_first_run_was_cut_off(
        self, environment: dict[str, str]
    ) -> None:
        cut_off = registry(("example.com", IDS["example.com"]), known=False)
        require_known_zones(found(environment, state=cut_off), cut_off)

    def test_go_where_all_zones_are_written(self) -> None:
        require_known_zones(settings([{"zone": "example.com"}]), registry((GONE, GONE_ID)))


@pytest.mark.parametrize(
    ("zones", "reach", "what"),
    [
        ("auto", [], "the token sees no zone"),
        (
            {"auto": {"include": ["*.net"]}},
            [*IDS.values()],
            "of the zones that the token sees none counts (dev.example.com, example.com, example.org): none of them is",
        ),
    ],
)
def test_no_zone_at_all_is_an_error_that_names_those_that_there_are(
    world: Cloudflare, environment: dict[str, str], zones: object, reach: list[str], what: str
) -> None:
    world.add_token(TOKEN, reach)
    with pytest.raises(UserError) as raised:
        found(environment, zones)
    assert raised.value.problems[0].what.startswith(what)
