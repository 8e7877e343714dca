"""Runs that leave nothing of a zone or of a source."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from bench.campaigns.trust.stack import CONFIRMED, Stack
from stacks.model.claims import ObjectKey
from stacks.model.memory import HOUR, GuardMemory, Spent
from stacks.model.values import LiveRecord
from stacks.observe.cluster.sources import sources_of
from stacks.plan.changes import changes
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.holders import Holder, holder
from stacks.settings.cluster import ClusterSettings, SourceName
from tests.stacks.plan.safety.test_guard import found
from tests.stacks.plan.shared_world import World, asks, source
from tests.stacks.plan.worlds import a_record, make_settings

Records = tuple[LiveRecord, ...]
WANTED = "all that the HTTPRoute objects have asked for would be deleted"
GONE = "there any more, or taken by its controller"


def stack(number: int, *, tells_uid: bool = False) -> Stack:
    made = Stack("attic", "home", "aaaaaaaa", "203.0.113.7", tells_uid=tells_uid)
    made.objects = {("shop", f"web{one}"): (f"n{one}.example.com",) for one in range(number)}
    return made


def refused(one: Stack, records: Records, now: float = 1.0) -> list[str]:
    """What a turn refuses; nothing is deleted then."""
    after, seen = one.turn("z1", records, now)
    assert not seen.refusals or after == records
    return [refusal.what for refusal in seen.refusals]


@pytest.mark.parametrize("number", [1, 2, 9])
def test_all_of_a_zone_is_not_deleted_unasked_however_small_it_is(number: int) -> None:
    (only,) = found(make_settings(*(f"n{one}" for one in range(number))), make_settings())
    assert only.what.startswith("all that is ours in example.com would be deleted")
    assert only.allowable
    assert "guard.emptying" in only.do


def test_names_that_make_room_for_others_may_go() -> None:
    assert found(make_settings("www"), make_settings("api")) == ()


def test_what_gives_way_to_another_type_at_its_name_may_go() -> None:
    alias = make_settings(records=[{"name": "www", "type": "CNAME", "content": "a.example.edu"}])
    assert found(make_settings("www"), alias) == ()


def test_the_setting_lets_it_pass() -> None:
    assert found(make_settings("www"), make_settings(guard={"emptying": True})) == ()


@pytest.mark.parametrize(("number", "count"), [(1, "1 record"), (5, "5 records"), (12, "12 records")])
def test_all_of_a_source_is_not_deleted_unasked_although_the_settings_have_a_name(number: int, count: str) -> None:
    one = stack(number)
    records, _ = one.turn("z1", (), 0.0)
    one.objects = {}
    after, seen = one.turn("z1", records, 1.0)
    assert after == records
    assert seen.is_held_back
    assert [refusal.what for refusal in seen.refusals] == [f"{WANTED}: {count}; none of the objects is {GONE}"]
    after, seen = one.turn("z1", records, 2.0, permission=CONFIRMED)
    assert [record.record.name for record in after if record.record.type == "A"] == ["attic.example.com"]


def test_a_name_that_somebody_else_has_is_nothing_that_is_left() -> None:
    one = stack(1)
    theirs = LiveRecord("theirs", a_record("taken", "198.51.100.1"))
    records, _ = one.turn("z1", (theirs,), 0.0)
    one.objects = {("shop", "web0"): ("taken.example.com",)}
    assert refused(one, records)[0].startswith(WANTED)


def test_some_of_a_source_may_go() -> None:
    one = stack(2)
    records, _ = one.turn("z1", (), 0.0)
    del one.objects["shop", "web0"]
    after, seen = one.turn("z1", records, 1.0)
    assert seen.refusals == ()
    assert len(after) == len(records) - 2


class TestTheLastObject:
    def test_may_go_where_the_cluster_and_the_settings_are_as_they_were(self) -> None:
        one = stack(1, tells_uid=True)
        records, _ = one.turn("z1", (), 0.0)
        one.objects = {}
        after, seen = one.turn("z1", records, 1.0)
        assert seen.refusals == ()
        assert [live.record.name for live in after if live.record.type == "A"] == ["attic.example.com"]

    def test_may_go_although_it_is_the_last_of_the_zone_too(self) -> None:
        one = stack(1, tells_uid=True)
        one.name = "n0"
        records, _ = one.turn("z1", (), 0.0)
        one.objects = {}
        assert refused(one, records) == []

    def test_is_held_back_beside_another_of_its_source(self) -> None:
        one = stack(2, tells_uid=True)
        records, _ = one.turn("z1", (), 0.0)
        one.objects = {}
        assert refused(one, records) == [f"{WANTED}: 2 records; none of the objects is {GONE}"]

    def test_is_held_back_where_others_went_within_the_hour(self) -> None:
        one = stack(3, tells_uid=True)
        records, _ = one.turn("z1", (), 0.0)
        for number, now in ((0, 10.0), (1, 20.0)):
            del one.objects["shop", f"web{number}"]
            records, _ = one.turn("z1", records, now)
        one.objects = {}
        assert refused(one, records, 30.0) == [f"{WANTED}: 1 record; none of the objects is {GONE}"]
        assert refused(one, records, 20.0 + HOUR) == []

    def test_is_held_back_where_the_cluster_is_another(self) -> None:
        one = stack(1, tells_uid=True)
        records, _ = one.turn("z1", (), 0.0)
        one.objects, one.uid = {}, "2"
        assert "is not the one that it was" in refused(one, records)[0]

    def test_is_held_back_where_the_settings_choose_others_now(self) -> None:
        one = stack(1, tells_uid=True)
        records, _ = one.turn("z1", (), 0.0)
        one.objects, one.filters = {}, (("labels", "team=web"),)
        (told,) = refused(one, records)
        assert told == f"{WANTED}: 1 record; none of the objects matches cluster.labels: team=web (before: not set)"

    def test_is_held_back_where_it_is_not_known_with_which_settings_it_was_read(self) -> None:
        one = stack(1, tells_uid=True)
        records, _ = one.turn("z1", (), 0.0)
        one.registry = replace(one.registry, memory=replace(one.registry.memory, filters=()))
        one.objects = {}
        assert refused(one, records)[0].startswith(WANTED)

    def test_is_held_back_while_it_is_there_and_asks_for_what_it_cannot_have(self) -> None:
        one = stack(1, tells_uid=True)
        records, _ = one.turn("z1", (), 0.0)
        one.objects = {("shop", "web0"): ("_dmarc.example.com",)}
        assert refused(one, records)[0].startswith(WANTED)


class TestASettingThatChoosesObjects:
    def test_is_named_with_its_value_before_and_now(self) -> None:
        one = stack(5)
        one.filters = (("labels", "team=web"), ("namespaces", "shop"))
        records, _ = one.turn("z1", (), 0.0)
        one.objects, one.filters = {}, (("labels", "team=api"), ("namespaces", "shop"))
        (told,) = refused(one, records)
        assert told.endswith("none of the objects matches cluster.labels: team=api (before: team=web)")
        assert refused(one, records) == [told], "what was refused is refused again until somebody decides"

    def test_is_named_where_state_does_not_say_what_it_was(self) -> None:
        one = stack(5)
        records, _ = one.turn("z1", (), 0.0)
        one.registry = replace(one.registry, memory=GuardMemory())
        one.objects, one.filters = {}, (("context", "barn"), ("labels", "team=api"))
        assert refused(one, records)[0].endswith("none of the objects is left that matches cluster.labels: team=api")

    def test_may_not_put_other_names_in_the_place_of_all(self) -> None:
        one = stack(2)
        records, _ = one.turn("z1", (), 0.0)
        one.objects, one.filters = {("shop", "web9"): ("n9.example.com",)}, (("labels", "team=api"),)
        after, seen = one.turn("z1", records, 1.0)
        assert [refusal.what.partition(":")[0] for refusal in seen.refusals] == [WANTED]
        assert {live.record.name for live in after if live.record.type == "A"} == {
            "attic.example.com",
            *(f"n{number}.example.com" for number in (0, 1, 9)),
        }

    def test_may_leave_some(self) -> None:
        one = stack(3)
        records, _ = one.turn("z1", (), 0.0)
        one.filters = (("labels", "team=api"),)
        del one.objects["shop", "web0"], one.objects["shop", "web1"]
        assert refused(one, records) == []

    def test_is_remembered_only_once_the_objects_were_read_with_it(self) -> None:
        one = stack(1, tells_uid=True)
        records, _ = one.turn("z1", (), 0.0)
        one.filters, one.is_readable = (("labels", "team=api"),), False
        records, _ = one.turn("z1", records, 1.0)
        one.objects, one.is_readable = {}, True
        assert "(before: not set)" in refused(one, records, 2.0)[0]


def test_a_source_that_the_settings_name_no_more_is_not_emptied_unasked() -> None:
    one = stack(2)
    records, _ = one.turn("z1", (), 0.0)
    one.source = ("ingress", "Ingress")
    one.objects = {}
    told = (
        "all that the objects of the source gateway-httproute have asked for would be deleted: 2 records; "
        "the settings do not name the source gateway-httproute any more"
    )
    assert refused(one, records) == [told]


def test_objects_that_are_there_and_do_not_get_their_names_are_told_apart_from_those_that_are_gone() -> None:
    made = World()
    made.settle(source("home", asks("192.0.2.1")))
    made.settings = make_settings(external_dns=[{"prefix": "www."}])
    seen = source("home", asks("192.0.2.1"))
    observation, plan = made.observation([seen]), made.plan(seen)
    told = refusals(made.settings, plan, changes(plan, observation), observation)
    assert [one.what.rpartition("; ")[2] for one in told] == ["its objects ask for these names, and do not get them"]


class TestAClusterWithAnotherName:
    def told(self, *hosts: str) -> list[str]:
        """What is refused where the objects of a cluster are those of another name now, with these hosts."""
        made = World()
        made.settle(source("home", *(asks("192.0.2.1", host=f"n{n}.example.com", name=f"web{n}") for n in range(2))))
        seen = source("barn", *(asks("192.0.2.1", cluster="barn", host=host) for host in hosts))
        observation, plan = made.observation([seen]), made.plan(seen)
        return [one.what for one in refusals(made.settings, plan, changes(plan, observation), observation)]

    def test_may_lose_a_name_as_any_other(self) -> None:
        assert self.told("n0.example.com") == []

    def test_may_not_lose_all_of_them(self) -> None:
        (only,) = self.told("other.example.com")
        assert only.endswith("would be deleted: 2 records; the settings do not name the cluster home any more")


def test_the_deletions_of_an_hour_may_all_be_forgotten_again() -> None:
    memory = GuardMemory((Spent("home", "z1", 0, 3, deleted=1),))
    assert memory.within_the_hour(HOUR) == ()


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("httproute/shop/web", Holder("", "httproute")),
        ("home/httproute/shop/web", Holder("home", "httproute")),
        ("a/b/ingress/shop/web", Holder("a/b", "ingress")),
        ("httproute/service/node", Holder("", "httproute")),
        ("node/pi", Holder("", "node")),
        ("home/node/pi", Holder("home", "node")),
        ("settings/www", None),
        ("", None),
        ("geo/x", None),
        (f"{'c' * 63}/service/{'n' * 40}-0123abcd", Holder("c" * 63, "service")),
        ("dnsendpoint/shop/web", Holder("", "dnsendpoint")),
        ("site/shop/web", Holder("", "site")),
        ("home/site/shop/web", Holder("home", "site")),
        ("settings/names/www", None),
        ("settings/records/www/TXT", None),
    ],
)
def test_the_source_of_a_set_is_read_from_its_mark(resource: str, expected: Holder | None) -> None:
    assert holder(resource) == expected


@pytest.mark.parametrize("name", get_args(SourceName))
def test_of_every_source_all_is_not_deleted_unasked(name: SourceName) -> None:
    kind = next(iter(sources_of(ClusterSettings(sources=(name,)))[name].resources())).kind
    found = holder(ObjectKey("", kind, "shop", "web").resource)
    assert found == Holder("", kind.lower())
    assert found.source == name
