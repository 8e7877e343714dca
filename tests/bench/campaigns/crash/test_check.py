"""The check of the campaign `crash`: it must be able to fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.campaigns.crash.balancing import add_others
from bench.campaigns.crash.check import left_behind, not_as_wished, others_touched, out_of_step
from bench.campaigns.crash.wish import Claim, Name
from bench.campaigns.crash.world import STACK, Gate, World
from components.marks.ownership import Mark, encode, mark_name
from lab.addresses.settable import Addresses
from lab.cloudflare.load_balancing import edits
from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare
from lab.world import FIRST_IPV4, ZONE
from stacks.model.shards import stack_of

WISH = Claim({"www": Name(), "api": Name(("198.18.0.1", "198.18.0.2"), 300)})
RECORD = "cloudflare:index/dnsRecord:DnsRecord"
NOBODY = frozenset[str]()


@pytest.fixture
def place(tmp_path: Path) -> World:
    """A zone and a state that are as wished, and a record of somebody else; nothing is served."""
    cloudflare = Cloudflare()
    zone = cloudflare.add_zone(ZONE, "pro")
    made = World(tmp_path, cloudflare, zone.id, Gate(application(cloudflare)), Addresses(), {})
    for label, content, ttl in (("www", FIRST_IPV4, 1), ("api", "198.18.0.1", 300), ("api", "198.18.0.2", 300)):
        add(made, f"{label}.{ZONE}", "A", content, ttl)
    for label in WISH.names:
        mark = encode(Mark("truenorth", STACK, f"settings/names/{label}"))
        add(made, mark_name(f"{label}.{ZONE}", "A"), "TXT", mark)
    write_state(made, {STACK: [one["id"] for one in made.records()]})
    made.add_foreign("www", "TXT", '"somebody else"')
    return made


def add(place: World, name: str, record_type: str, content: str, ttl: int = 1) -> str:
    body = {"name": name, "type": record_type, "content": content, "ttl": ttl}
    return place.cloudflare.add_record(place.zone_id, body).id


def write_state(place: World, held: dict[str, list[str]], *, pending: bool = False) -> None:
    folder = place.state / "stacks" / "truenorth"
    folder.mkdir(parents=True, exist_ok=True)
    for stack, ids in held.items():
        latest: dict[str, Any] = {"resources": [{"type": RECORD, "id": one, "urn": one} for one in ids]}
        if pending:
            latest["pending_operations"] = [{"resource": {"urn": "urn", "type": RECORD}, "type": "creating"}]
        (folder / f"{stack}.json").write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))


def ours(place: World) -> list[str]:
    return [one["id"] for one in place.records() if one["id"] not in place.foreign]


def the_a_record(place: World) -> str:
    return next(str(one["id"]) for one in place.records() if one["name"] == f"www.{ZONE}" and one["type"] == "A")


def test_what_is_as_wished_is_right(place: World) -> None:
    found = [others_touched(place), not_as_wished(place, WISH, "txt", NOBODY), out_of_step(place), left_behind(place)]
    assert found == ["", "", "", ""]


def test_a_name_that_somebody_else_has_may_be_missing(place: World) -> None:
    wish = Claim({**WISH.names, "shop": Name()})
    assert "shop" in not_as_wished(place, wish, "txt", NOBODY)
    assert not_as_wished(place, wish, "txt", frozenset({"shop"})) == ""


class TestTheZone:
    def test_misses_a_record(self, place: World) -> None:
        place.cloudflare.remove_record(place.zone_id, the_a_record(place))
        assert f"1 missing in the zone: [('www.{ZONE}'" in not_as_wished(place, WISH, "txt", NOBODY)

    def test_has_one_that_is_not_wished(self, place: World) -> None:
        add(place, f"old.{ZONE}", "A", "198.18.0.9")
        assert f"1 not wished, and in the zone: [('old.{ZONE}'" in not_as_wished(place, WISH, "txt", NOBODY)

    def test_has_another_ttl(self, place: World) -> None:
        place.cloudflare.change_record(place.zone_id, the_a_record(place), {"ttl": 300})
        assert "1 missing" in not_as_wished(place, WISH, "txt", NOBODY)

    def test_has_two_marks_of_one_name(self, place: World) -> None:
        mark = encode(Mark("truenorth", STACK, "settings/names/other"))
        add(place, mark_name(f"www.{ZONE}", "A"), "TXT", mark)
        assert "1 there twice" in not_as_wished(place, WISH, "txt", NOBODY)

    @pytest.mark.parametrize("does", ["deleted", "edited"])
    def test_has_a_record_of_somebody_else_that_was_touched(self, place: World, does: str) -> None:
        (theirs,) = place.foreign
        if does == "deleted":
            place.cloudflare.remove_record(place.zone_id, theirs)
        else:
            place.cloudflare.change_record(place.zone_id, theirs, {"content": '"ours now"'})
        assert f"1 records of others were touched: ['www.{ZONE} became" in others_touched(place)

    def test_has_load_balancing_of_somebody_else_that_was_touched(self, place: World) -> None:
        place.balancing_of_others = add_others(place.cloudflare, place.zone_id)
        assert others_touched(place) == ""
        edits.remove_load_balancer(place.cloudflare, next(iter(place.cloudflare.load_balancing.load_balancers)))
        assert others_touched(place) == "the load balancing of others was touched"


class TestTheState:
    def test_of_all_shards_counts(self, place: World) -> None:
        first, *others = ours(place)
        write_state(place, {STACK: [first], stack_of(STACK, "1"): others})
        assert out_of_step(place) == ""

    def wrong(self, place: World, held: Callable[[list[str]], list[str]], *, pending: bool = False) -> str:
        write_state(place, {STACK: held(ours(place))}, pending=pending)
        return out_of_step(place)

    def test_misses_a_record(self, place: World) -> None:
        assert "1 records of ours are not in state" in self.wrong(place, lambda ids: ids[1:])

    def test_has_one_that_the_zone_has_not(self, place: World) -> None:
        assert "1 records in state are not in the zone: ['gone']" in self.wrong(place, lambda ids: [*ids, "gone"])

    def test_has_one_of_somebody_else(self, place: World) -> None:
        assert "1 records in state are not" in self.wrong(place, lambda ids: [*ids, *place.foreign])

    def test_has_one_twice(self, place: World) -> None:
        first = ours(place)[0]
        write_state(place, {stack_of(STACK, "1"): [first]})
        assert f"1 records are in state twice: ['{first}']" in out_of_step(place)

    def test_has_something_pending(self, place: World) -> None:
        assert "1 operations are pending" in self.wrong(place, lambda ids: ids, pending=True)


@pytest.mark.parametrize("file", ["truenorth/crash.journal", "truenorth/crash.unfinished.json", "locks/a/b/1.json"])
def test_what_is_left_behind_is_told(place: World, file: str) -> None:
    (place.state / file).parent.mkdir(parents=True)
    (place.state / file).write_text("{}")
    assert left_behind(place) == f"left behind: ['{file}']"
