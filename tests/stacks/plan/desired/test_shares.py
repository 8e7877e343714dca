"""Names that several objects share, of which some cannot be seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stacks.model.claims import Detected, SourceSighting
from stacks.model.values import SharedSet, Unknown, UnreadZone
from stacks.observe.registry import parse_registry
from stacks.plan.planner import make_plan
from stacks.program import shared_output
from tests.stacks.plan.shared_world import DOWN, WWW, World, asks, deleted, source, unread
from tests.stacks.plan.worlds import ZONE, make_settings

A, A2, B, B2 = "192.0.2.1", "192.0.2.2", "198.51.100.1", "198.51.100.2"
MARKS = ["txt", "comment", "none"]


def world(marks: str = "txt", **more: Any) -> World:  # noqa: ANN401 - settings
    return World(make_settings(marks=marks, **more))


def shared(marks: str = "txt") -> World:
    """www is asked for by an object of each of two clusters."""
    made = world(marks)
    made.settle(source("home", asks(A)), source("away"))  # which has it first, and so is the one that the mark names
    made.settle(source("home", asks(A)), source("away", asks(B, cluster="away")))
    assert made.has() == {"A": sorted([A, B])}
    return made


class TestWhileAllCanBeSeen:
    def test_what_each_gives_is_remembered(self) -> None:
        assert shared().registry.shared == (
            SharedSet(WWW, "A", (("away/httproute/shop/web", (B,)), ("home/httproute/shop/web", (A,)))),
        )

    def test_of_what_one_alone_asks_for_nothing_is_remembered_because_the_mark_says_so(self) -> None:
        made = world()
        made.settle(source("home", asks(A)))
        assert made.registry.shared == ()

    @pytest.mark.parametrize("marks", ["comment", "none"])
    def test_of_what_one_alone_asks_for_it_is_remembered_where_no_mark_says_so(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home", asks(A)))
        assert made.registry.shared == (SharedSet(WWW, "A", (("home/httproute/shop/web", (A,)),)),)

    @pytest.mark.parametrize("marks", MARKS)
    def test_one_that_leaves_takes_its_own_along(self, marks: str) -> None:
        made = shared(marks)
        made.settle(source("home", asks(A)), source("away"))
        assert made.has() == {"A": [A]}
        made.settle(source("home"), source("away"))
        assert (made.has(), made.registry.shared) == ({}, ())

    @pytest.mark.parametrize("marks", MARKS)
    def test_a_target_that_both_give_stays_until_both_have_left(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home", asks(A)), source("away", asks(A, cluster="away")))
        made.settle(source("home"), source("away", asks(A, cluster="away")))
        assert made.has() == {"A": [A]}

    def test_an_object_that_asks_twice_gives_both(self) -> None:
        made = world()
        twice = (asks(A), asks(A2, created="2026-01-03T00:00:00Z"))
        made.settle(source("home", *twice), source("away", asks(B, cluster="away")))
        made.settle(source("home", *twice), unread("away"))
        assert made.has() == {"A": sorted([A, A2, B])}


UNREADABLE = [
    pytest.param((unread("away"),), id="its source"),
    pytest.param((source("away", asks(cluster="away", targets=Unknown("no addresses"))),), id="its targets"),
    pytest.param(
        (source("away", asks(cluster="away", targets=Unknown("bad annotation"), record_type=None)),),
        id="its targets and type",
    ),
]


@pytest.mark.parametrize("marks", MARKS)
class TestWhileAnObjectCannotBeSeen:
    @pytest.mark.parametrize("gone_dark", UNREADABLE)
    def test_its_targets_stay_and_the_others_are_followed(
        self, marks: str, gone_dark: tuple[SourceSighting, ...]
    ) -> None:
        made = shared(marks)
        made.settle(source("home", asks(A)), *gone_dark)
        assert made.has() == {"A": sorted([A, B])}
        assert deleted(made.run(source("home", asks(A2)), *gone_dark)) == []
        assert made.has() == {"A": sorted([A2, B])}
        made.settle(source("home", asks(A2)), source("away", asks(B2, cluster="away")))
        assert made.has() == {"A": sorted([A2, B2])}

    def test_nothing_goes_while_none_can_be(self, marks: str) -> None:
        made = shared(marks)
        made.settle(unread("home"), unread("away"))
        assert made.has() == {"A": sorted([A, B])}
        assert {one.reason for one in made.plan(unread("home"), unread("away")).frozen} == {DOWN.reason}

    def test_one_that_left_meanwhile_goes_once_all_can_be(self, marks: str) -> None:
        made = shared(marks)
        made.settle(unread("home"), unread("away"))
        made.settle(source("home"), source("away", asks(B, cluster="away")))
        assert made.has() == {"A": [B]}


class TestWhereStateHasForgottenWhoGaveWhat:
    @pytest.mark.parametrize("marks", ["comment", "none"])
    @pytest.mark.parametrize("gone_dark", UNREADABLE)
    def test_nothing_goes_without_a_mark_that_says_whose_it_is(
        self, marks: str, gone_dark: tuple[SourceSighting, ...]
    ) -> None:
        made = shared(marks)
        made.forget()
        assert deleted(made.run(source("home", asks(A2)), *gone_dark)) == []
        assert {A2, B} <= set(made.has()["A"])
        made.settle(source("home", asks(A2)), source("away", asks(B2, cluster="away")))
        assert made.has() == {"A": sorted([A2, B2])}

    def test_the_mark_says_whose_it_is(self) -> None:
        made = shared()
        made.forget()
        made.settle(unread("home"), source("away", asks(B2, cluster="away")))
        assert made.has() == {"A": sorted([A, B, B2])}

    @pytest.mark.parametrize("marks", MARKS)
    def test_it_remembers_again_when_all_can_be_seen(self, marks: str) -> None:
        made = shared(marks)
        before = made.registry.shared
        made.forget()
        made.settle(source("home", asks(A)), source("away", asks(B, cluster="away")))
        assert made.registry.shared == before


class TestJoiningAndLeavingWhileTheOtherCannotBeSeen:
    @pytest.mark.parametrize("marks", MARKS)
    def test_one_that_joins_is_added(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home"), source("away", asks(B, cluster="away")))
        made.settle(source("home", asks(A)), unread("away"))
        assert made.has() == {"A": sorted([A, B])}
        made.settle(source("home", asks(A)), source("away"))
        assert made.has() == {"A": [A]}

    @pytest.mark.parametrize("marks", MARKS)
    def test_one_that_leaves_takes_its_own_along(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home", asks(A), asks(A2, name="api")), source("away", asks(B, cluster="away")))
        made.settle(source("home", asks(A)), unread("away"))
        assert made.has() == {"A": sorted([A, B])}

    @pytest.mark.parametrize("marks", MARKS)
    def test_the_last_that_can_be_seen_leaves_what_the_other_gave(self, marks: str) -> None:
        made = shared(marks)
        made.settle(source("home"), unread("away"))
        assert B in made.has()["A"]
        made.settle(source("home", asks(A2)), unread("away"))
        assert {A2, B} <= set(made.has()["A"])
        made.settle(source("home", asks(A2)), source("away", asks(B, cluster="away")))
        assert made.has() == {"A": sorted([A2, B])}

    @pytest.mark.parametrize("marks", MARKS)
    def test_it_is_the_same_the_third_time(self, marks: str) -> None:
        made = shared(marks)
        for number in range(3, 6):
            address = f"192.0.2.{number}"
            made.settle(source("home", asks(address)), unread("away"))
            assert {address, B} <= set(made.has()["A"])
        made.settle(source("home", asks(A)), source("away", asks(B, cluster="away")))
        assert made.has() == {"A": sorted([A, B])}


class TestAClusterThatWasRenamed:
    def test_keeps_its_targets_while_it_cannot_be_seen(self) -> None:
        made = shared()
        made.settle(source("home", asks(A2)), unread("abroad"))
        assert made.has() == {"A": sorted([A2, B])}

    def test_goes_on_where_it_can_be(self) -> None:
        made = shared()
        found = made.run(source("home", asks(A)), source("abroad", asks(B, cluster="abroad")))
        assert (found, made.has()) == ((), {"A": sorted([A, B])})

    def test_and_of_which_the_settings_say_nothing_any_more_goes(self) -> None:
        made = shared()
        made.settle(source("home", asks(A)))
        assert made.has() == {"A": [A]}

    def test_or_not_is_known_only_when_all_can_be_seen(self) -> None:
        made = shared()
        made.settle(source("home", asks(A)), unread("other"))
        assert made.has() == {"A": sorted([A, B])}


@pytest.mark.parametrize("marks", MARKS)
class TestAKindThatTheClusterDoesNotHave:
    WAITING = replace(unread("home", "TLSRoute"), source="gateway-tlsroute", waiting=True)

    def test_holds_back_no_other_kinds_names(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home", asks(A)), self.WAITING)
        made.settle(source("home"), self.WAITING)
        assert made.has() == {}

    def test_holds_back_no_name_that_the_settings_leave(self, marks: str) -> None:
        made = world(marks, names=[{"name": "www", "targets": [A]}])
        made.settle(self.WAITING)
        made.settings = make_settings(marks=marks)
        made.settle(self.WAITING)
        assert made.has() == {}

    def test_any_more_keeps_what_was_made_for_it(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home", asks(A)))
        gone = replace(unread("home"), waiting=True)
        for _ in range(2):
            assert made.run(gone) == ()
        assert made.has() == {"A": [A]}


class TestANameThatChangesHands:
    @pytest.mark.parametrize("marks", MARKS)
    def test_keeps_what_the_one_gave_that_cannot_be_seen(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home", asks(A)), source("away"))
        found = made.run(unread("home"), source("away", asks(B, cluster="away")))
        assert (deleted(found), made.has()) == ([], {"A": sorted([A, B])})
        made.settle(source("home"), source("away", asks(B, cluster="away")))
        assert made.has() == {"A": [B]}

    @pytest.mark.parametrize("marks", MARKS)
    def test_keeps_it_beside_detected_addresses(self, marks: str) -> None:
        made = world(marks)
        detected = source("away", asks(cluster="away", targets=Detected()))
        made.settle(source("home", asks(A)), source("away"))
        for address in ("203.0.113.7", "203.0.113.8"):
            made.address = address
            made.settle(unread("home"), detected)
            assert {A, address} <= set(made.has()["A"])
        made.settle(source("home"), detected)
        assert made.has() == {"A": ["203.0.113.8"]}

    def test_and_back_is_as_before(self) -> None:
        made = shared()
        made.settle(source("home"), source("away", asks(B, cluster="away")))
        made.settle(source("home", asks(A)), source("away"))
        assert (made.has(), made.registry.shared) == ({"A": [A]}, ())

    def test_to_the_settings_is_the_settings(self) -> None:
        made = shared()
        made.settings = make_settings({"name": "www", "targets": [A2]})
        made.settle(unread("home"), unread("away"))
        assert (made.has(), made.registry.shared) == ({"A": [A2]}, ())

    def test_of_the_settings_that_leave_it_is_nobodys(self) -> None:
        made = world(names=["www"])
        made.settle(source("home"))
        made.settings = make_settings()
        made.settle(unread("home"))
        assert made.has() == {}


class TestAnAliasWhereAnAddressStands:
    ALIAS = "a.example.edu"

    def alias(self) -> SourceSighting:
        return source("away", asks(self.ALIAS, cluster="away", record_type="CNAME"))

    @pytest.mark.parametrize("marks", MARKS)
    def test_waits_until_the_addresses_owner_can_be_seen(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home", asks(A)), source("away"))
        assert made.run(unread("home"), self.alias()) == ()
        assert made.has() == {"A": [A]}
        frozen = {(one.type, one.reason) for one in made.plan(unread("home"), self.alias()).frozen}
        assert frozen >= {("CNAME", DOWN.reason)}
        made.settle(source("home"), self.alias())
        assert made.has() == {"CNAME": [self.ALIAS]}

    @pytest.mark.parametrize("marks", MARKS)
    def test_waits_likewise_where_addresses_are_wanted_and_an_alias_stands(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home"), self.alias())
        assert made.run(source("home", asks(A)), unread("away")) == ()
        assert made.has() == {"CNAME": [self.ALIAS]}
        made.settle(source("home", asks(A)), source("away"))
        assert made.has() == {"A": [A]}

    @pytest.mark.parametrize("marks", MARKS)
    def test_of_another_object_waits_likewise_for_a_name_has_one_alias(self, marks: str) -> None:
        made = world(marks)
        made.settle(source("home"), self.alias())
        other = source("home", asks("b.example.edu", record_type="CNAME"))
        for _ in range(2):
            assert made.run(other, unread("away")) == ()
        assert made.has() == {"CNAME": [self.ALIAS]}
        made.settle(other, source("away"))
        assert made.has() == {"CNAME": ["b.example.edu"]}

    @pytest.mark.parametrize("marks", MARKS)
    def test_that_two_share_waits_for_the_one_that_cannot_be_seen(self, marks: str) -> None:
        made = world(marks)
        same = source("home", asks(self.ALIAS, record_type="CNAME"))
        made.settle(same, self.alias())
        for _ in range(2):
            assert made.run(source("home", asks(A)), unread("away")) == ()
        made.settle(source("home", asks(A)), source("away"))
        assert made.has() == {"A": [A]}


class TestDetectedAddresses:
    """Of objects that point at the address that is detected, one of which cannot be seen."""

    def detected(self, cluster: str) -> SourceSighting:
        return source(cluster, asks(cluster=cluster, targets=Detected()))

    def both(self, marks: str = "txt") -> World:
        made = world(marks)
        made.settle(self.detected("home"), self.detected("away"))
        assert made.has() == {"A": ["203.0.113.7"]}
        return made

    @pytest.mark.parametrize("marks", MARKS)
    @pytest.mark.parametrize("dark", ["home", "away"])
    def test_are_followed_for_the_other(self, marks: str, dark: str) -> None:
        made = self.both(marks)
        (light,) = {"home", "away"} - {dark}
        for address in ("203.0.113.8", "203.0.113.9"):
            made.address = address
            made.settle(unread(dark), self.detected(light))
        assert made.has() == {"A": ["203.0.113.9"]}

    @pytest.mark.parametrize("marks", MARKS)
    @pytest.mark.parametrize("dark", ["home", "away"])
    def test_stay_when_the_other_leaves(self, marks: str, dark: str) -> None:
        made = self.both(marks)
        (light,) = {"home", "away"} - {dark}
        for _ in range(2):
            assert made.run(unread(dark), source(light)) == ()
        made.settle(source(dark), source(light))
        assert made.has() == {}

    @pytest.mark.parametrize("dark", ["home", "away"])
    def test_stay_when_the_other_points_elsewhere(self, dark: str) -> None:
        made = self.both()
        (light,) = {"home", "away"} - {dark}
        made.settle(unread(dark), source(light, asks(A, cluster=light)))
        assert made.has() == {"A": sorted([A, "203.0.113.7"])}
        made.settle(source(dark), source(light, asks(A, cluster=light)))
        assert made.has() == {"A": [A]}

    def test_that_are_those_of_one_object_alone_need_no_memory(self) -> None:
        made = world()
        made.settle(self.detected("home"))
        assert made.registry.shared == ()


def test_a_zone_that_cannot_be_listed_keeps_the_memory_of_who_gave_what() -> None:
    made = shared()
    observation = made.observation([source("home", asks(A)), source("away", asks(B, cluster="away"))])
    plan = make_plan(made.settings, replace(observation, zones=(UnreadZone(ZONE, "503"),)))
    assert plan.shared == made.registry.shared


def test_what_was_made_for_the_settings_is_not_held_by_a_cluster_that_cannot_be_read() -> None:
    made = world(names=["api"])
    made.settle(source("home"))
    made.settings = make_settings()
    assert deleted(made.run(unread("home"))) == ["203.0.113.7"]


def test_what_state_remembers_is_read_back_as_it_was_written() -> None:
    made = shared()
    output = {f"{one.name}/{one.type}": shared_output(one) for one in made.registry.shared}
    stack = {
        "urn": "urn:pulumi:home::truenorth::pulumi:pulumi:Stack::truenorth-home",
        "type": "pulumi:pulumi:Stack",
        "outputs": {"shared": output},
    }
    read = parse_registry({"deployment": {"resources": [stack]}})
    assert read.shared == made.registry.shared
