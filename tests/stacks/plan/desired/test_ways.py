"""Objects with several parents, some of which cannot be heard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stacks.model.claims import Certainty, Claim, Detected, Targets
from stacks.model.values import Known, SharedSet, Unknown
from stacks.observe.registry import parse_registry
from stacks.program import shared_output, ways_output
from tests.stacks.plan.shared_world import WWW, World, asks, source
from tests.stacks.plan.worlds import make_settings

A, A2, B, B2, C = "192.0.2.1", "192.0.2.2", "198.51.100.1", "198.51.100.2", "198.51.100.3"
EDGE, FAR, NEW = "gateway/shop/edge", "gateway/shop/far", "tunnel/shop/new"
WEB = "home/httproute/shop/web"
MARKS = ["txt", "comment", "none"]


def gives(*addresses: str, through: str, parents: tuple[str, ...] = (EDGE, FAR), **more: Any) -> Claim:  # noqa: ANN401 - a claim's fields
    """What a parent gives that has been heard."""
    return asks(*addresses, through=through, parents=parents, **more)


def unheard(
    through: str,
    *would_be: str,
    certainty: Certainty = Certainty.TENTATIVE,
    parents: tuple[str, ...] = (EDGE, FAR),
    record_type: str | None = None,
) -> Claim:
    """What is known of a parent that has not been heard."""
    expected: tuple[tuple[str | None, Targets], ...] = (("A", Known(would_be)),) if would_be else ()
    targets = Unknown(f"nothing is said of {through}")
    more: dict[str, Any] = {"certainty": certainty, "would_be": expected}
    return asks(targets=targets, record_type=record_type, through=through, parents=parents, **more)


def both(marks: str = "txt", **settings: Any) -> World:  # noqa: ANN401 - settings
    """www is at the addresses of two parents of one object."""
    made = World(make_settings(marks=marks, **settings))
    made.settle(source("home", gives(A, through=EDGE), gives(B, through=FAR)))
    assert made.has() == {"A": sorted([A, B])}
    return made


class TestWhatIsRemembered:
    @pytest.mark.parametrize("marks", MARKS)
    def test_is_what_each_parent_gave(self, marks: str) -> None:
        ways = ((WEB, ((EDGE, (A,)), (FAR, (B,)))),)
        assert both(marks).registry.shared == (SharedSet(WWW, "A", ((WEB, tuple(sorted([A, B]))),), ways),)

    def test_is_nothing_of_an_object_with_one_parent(self) -> None:
        made = both()
        made.settle(source("home", asks(A)))
        assert (made.has(), made.registry.shared) == ({"A": [A]}, ())

    def test_is_read_back_as_it_was_written(self) -> None:
        made = both()
        shared = {f"{one.name}/{one.type}": shared_output(one) for one in made.registry.shared}
        ways = {f"{one.name}/{one.type}": ways_output(one) for one in made.registry.shared}
        stack = {
            "urn": "urn:pulumi:home::truenorth::pulumi:pulumi:Stack::truenorth-home",
            "type": "pulumi:pulumi:Stack",
            "outputs": {"shared": shared, "ways": ways},
        }
        assert parse_registry({"deployment": {"resources": [stack]}}).shared == made.registry.shared


UNHEARD = [
    pytest.param(unheard(FAR, B), id="silent"),
    pytest.param(unheard(FAR, B2), id="silent, and at another address"),
    pytest.param(unheard(FAR), id="silent, and without an address"),
    pytest.param(unheard(FAR, certainty=Certainty.CERTAIN), id="without an address"),
    pytest.param(unheard(FAR, certainty=Certainty.UNSEEN), id="unreadable"),
    pytest.param(unheard(FAR, B, record_type="A"), id="silent, with a type that an annotation asks for"),
]


@pytest.mark.parametrize("marks", MARKS)
class TestWhileAParentIsNotHeard:
    @pytest.mark.parametrize("other", UNHEARD)
    def test_its_targets_stay_and_nothing_is_written(self, marks: str, other: Claim) -> None:
        made = both(marks)
        before = made.registry.shared
        made.settle(source("home", gives(A, through=EDGE), other))
        assert (made.has(), made.registry.shared) == ({"A": sorted([A, B])}, before)

    @pytest.mark.parametrize("other", UNHEARD)
    def test_the_other_one_is_followed(self, marks: str, other: Claim) -> None:
        made = both(marks)
        made.settle(source("home", gives(A2, through=EDGE), other))
        assert made.has() == {"A": sorted([A2, B])}
        made.settle(source("home", gives(A2, through=EDGE), gives(B2, through=FAR)))
        assert made.has() == {"A": sorted([A2, B2])}

    def test_nothing_is_made_that_it_would_give(self, marks: str) -> None:
        made = World(make_settings(marks=marks))
        made.settle(source("home", unheard(FAR, B), unheard(EDGE, A)))
        assert made.has() == {}
        made.settle(source("home", gives(A, through=EDGE), unheard(FAR, B)))
        made.settle(source("home", gives(A2, through=EDGE), unheard(FAR, B)))
        assert made.has() == {"A": [A2]}

    def test_where_none_is_heard_all_stays(self, marks: str) -> None:
        made = both(marks)
        before = made.registry.shared
        made.settle(source("home", unheard(EDGE, A2), unheard(FAR, B)))
        assert (made.has(), made.registry.shared) == ({"A": sorted([A, B])}, before)


class TestWhatIsKnownToBeGone:
    def test_is_what_a_parent_gave_that_refuses_the_object(self) -> None:
        made = both()
        made.settle(source("home", gives(A, through=EDGE)))
        assert made.has() == {"A": [A]}

    @pytest.mark.parametrize("certainty", [Certainty.CERTAIN, Certainty.TENTATIVE])
    def test_is_so_too_while_the_other_one_is_not_heard(self, certainty: Certainty) -> None:
        made = both()
        made.settle(source("home", unheard(EDGE, A, certainty=certainty)))
        assert made.has() == {"A": [A]}

    def test_is_not_what_one_gave_that_has_left_while_another_cannot_be_seen(self) -> None:
        made = both()
        made.settle(source("home", unheard(EDGE, certainty=Certainty.UNSEEN, parents=(EDGE, NEW))))
        assert made.has() == {"A": sorted([A, B])}

    def test_is_the_name_when_the_object_is_gone(self) -> None:
        made = both()
        made.settle(source("home"))
        assert (made.has(), made.registry.shared) == ({}, ())


class TestAParentThatCannotBeSeen:
    """Of a kind that is not read, say: a route's reference was changed to it."""

    PARENTS = (EDGE, NEW)

    def test_keeps_what_the_parent_gave_in_whose_place_it_is(self) -> None:
        made = both()
        unseen = unheard(NEW, certainty=Certainty.UNSEEN, parents=self.PARENTS)
        made.settle(source("home", gives(A, through=EDGE, parents=self.PARENTS), unseen))
        assert made.has() == {"A": sorted([A, B])}
        made.settle(source("home", gives(A2, through=EDGE, parents=self.PARENTS), unseen))
        assert made.has() == {"A": sorted([A2, B])}
        made.settle(source("home", gives(A2, through=EDGE, parents=(EDGE,))))
        assert made.has() == {"A": [A2]}

    def test_keeps_nothing_of_a_parent_that_leaves_later(self) -> None:
        made = both()
        three = (EDGE, FAR, NEW)
        unseen = unheard(NEW, certainty=Certainty.UNSEEN, parents=three)
        made.settle(source("home", gives(A, through=EDGE, parents=three), gives(B, through=FAR, parents=three), unseen))
        later = replace(unseen, parents=self.PARENTS)
        made.settle(source("home", gives(A, through=EDGE, parents=self.PARENTS), later))
        assert made.has() == {"A": [A]}


@pytest.mark.parametrize("marks", MARKS)
class TestAStateThatDoesNotRememberParents:
    """One of an earlier release, or of a time when the object had one parent."""

    def forgetful(self, marks: str) -> World:
        made = both(marks)
        shared = () if marks == "txt" else tuple(replace(one, ways=()) for one in made.registry.shared)
        made.registry = replace(made.registry, shared=shared)
        return made

    def test_keeps_the_present_addresses_of_a_silent_parent_and_follows_the_other(self, marks: str) -> None:
        made = self.forgetful(marks)
        made.settle(source("home", gives(A2, through=EDGE), unheard(FAR, B)))
        assert made.has() == {"A": sorted([A2, B])}

    @pytest.mark.parametrize("certainty", [Certainty.CERTAIN, Certainty.UNSEEN])
    def test_keeps_all_that_the_other_does_not_explain_of_one_without_addresses(
        self, marks: str, certainty: Certainty
    ) -> None:
        made = self.forgetful(marks)
        made.settle(source("home", gives(A, through=EDGE), unheard(FAR, certainty=certainty)))
        assert made.has() == {"A": sorted([A, B])}
        made.settle(source("home", gives(A2, through=EDGE), unheard(FAR, certainty=certainty)))
        assert made.has() == {"A": sorted([A2, B])}

    def test_takes_nothing_of_another_object_for_what_a_parent_gave(self, marks: str) -> None:
        made = World(make_settings(marks=marks))
        other = asks(B, cluster="away")
        made.settle(source("home", asks(A)), source("away", other))
        made.settle(source("home", gives(A, through=EDGE), unheard(FAR, B)), source("away", other))
        assert made.has() == {"A": sorted([A, B])}
        made.settle(source("home", gives(A, through=EDGE), unheard(FAR, B)), source("away"))
        assert made.has() == {"A": [A]}


class TestDetectedAddresses:
    def test_stay_where_the_parent_with_the_annotation_is_not_heard(self) -> None:
        made = World()
        ddns: dict[str, Any] = {"targets": Detected(), "record_type": None}
        made.settle(source("home", gives(through=EDGE, **ddns), gives(through=FAR, **ddns)))
        assert made.has() == {"A": ["203.0.113.7"]}
        before = made.registry.shared
        made.settle(source("home", gives(through=EDGE, **ddns), unheard(FAR)))
        assert (made.has(), made.registry.shared) == ({"A": ["203.0.113.7"]}, before)


def test_another_object_of_the_name_is_followed_while_no_parent_of_the_first_is_heard() -> None:
    made = both()
    other = asks(C, cluster="away")
    made.settle(source("home", gives(A, through=EDGE), gives(B, through=FAR)), source("away", other))
    assert made.has() == {"A": sorted([A, B, C])}
    silent = (unheard(EDGE, A), unheard(FAR, B))
    before = made.registry.shared
    made.settle(source("home", *silent), source("away", other))
    assert (made.has(), made.registry.shared) == ({"A": sorted([A, B, C])}, before)
    made.settle(source("home", *silent), source("away", asks(A2, cluster="away")))
    assert made.has() == {"A": sorted([A, A2, B])}
