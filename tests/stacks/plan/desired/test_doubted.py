"""Objects of which only a part is known: no names for a bad annotation, or one of several Gateways without address."""

from __future__ import annotations

import pytest

from stacks.model.claims import Claim, Complaint, SourceSighting
from stacks.model.values import Unknown
from tests.stacks.plan.shared_world import WWW, World, asks, deleted, source
from tests.stacks.plan.worlds import make_settings

A, A2, B = "192.0.2.1", "192.0.2.2", "198.51.100.1"
API = "api.example.com"
MARKS = ["txt", "comment", "none"]
NO_ADDRESS = Unknown("Gateway shop/edge has no addresses")


def complaint(of: Claim, annotation: str = "truenorth/hostname") -> Complaint:
    return Complaint(of.object, annotation, "a b", "names", f"{of.object}: the value 'a b' is bad")


@pytest.mark.parametrize("marks", MARKS)
class TestAnObjectWhoseAnnotationDoesNotEvenSayNames:
    WEB = asks(A)
    BAD = source("home", complaint(WEB))

    def made(self, marks: str, *more: Claim) -> World:
        world = World(make_settings(marks=marks))
        world.settle(source("home", self.WEB, *more))
        return world

    def test_keeps_its_records_and_says_why(self, marks: str) -> None:
        world = self.made(marks)
        for _ in range(2):
            assert world.run(self.BAD) == ()
        assert world.has() == {"A": [A]}
        assert [(one.name, one.type, one.kept) for one in world.plan(self.BAD).frozen] == [(WWW, "A", (A,))]

    def test_loses_those_that_it_does_not_ask_for_when_it_is_mended(self, marks: str) -> None:
        world = self.made(marks)
        world.settle(self.BAD)
        world.settle(source("home", asks(A, host=API)))
        assert (world.has(), world.has(API)) == ({}, {"A": [A]})

    def test_loses_them_when_it_is_deleted(self, marks: str) -> None:
        world = self.made(marks)
        world.settle(self.BAD)
        assert deleted(world.run(source("home"))) == [A]

    def test_keeps_what_it_gave_to_a_name_that_another_shares_and_that_is_followed(self, marks: str) -> None:
        other = asks(B, name="other", created="2026-01-02T00:00:00Z")
        world = self.made(marks, other)
        after = asks(A2, name="other", created="2026-01-02T00:00:00Z")
        world.settle(source("home", complaint(self.WEB), after))
        assert world.has() == {"A": sorted([A, A2])}
        world.settle(source("home", after))
        assert world.has() == {"A": [A2]}

    def test_holds_back_no_other_objects_names(self, marks: str) -> None:
        other = asks(B, name="other", host=API)
        world = self.made(marks, other)
        assert deleted(world.run(self.BAD)) == [B]
        assert (world.has(), world.has(API)) == ({"A": [A]}, {})


def test_what_is_complained_of_beside_annotations_holds_nothing_back() -> None:
    world = World()
    world.settle(source("home", asks(A)))
    assert deleted(world.run(source("home", complaint(asks(A), annotation="")))) == [A]


class TestARouteOnTwoGatewaysOfWhichOneHasNoAddress:
    def half(self, *addresses: str) -> SourceSighting:
        return source("home", asks(*addresses), asks(targets=NO_ADDRESS, record_type=None))

    @pytest.mark.parametrize("marks", MARKS)
    def test_gets_a_record_with_the_others_address(self, marks: str) -> None:
        world = World(make_settings(marks=marks))
        world.settle(self.half(A))
        assert world.has() == {"A": [A]}

    @pytest.mark.parametrize("marks", MARKS)
    def test_keeps_what_it_had_and_follows_the_other(self, marks: str) -> None:
        world = World(make_settings(marks=marks))
        world.settle(source("home", asks(A), asks(B)))
        assert world.has() == {"A": sorted([A, B])}
        world.settle(self.half(A))
        assert world.has() == {"A": sorted([A, B])}
        world.settle(self.half(A2))
        assert {A2, B} <= set(world.has()["A"])
        world.settle(source("home", asks(A2)))
        assert world.has() == {"A": [A2]}
