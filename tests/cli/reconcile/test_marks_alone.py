"""A pass whose refused records leave marks alone is followed by one that takes them away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.reconcile.apply import Carried
from cli.reconcile.converge import _leaves_marks
from cli.reconcile.result import Convergence
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import RecordSet
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.rejected import rejected
from tests.stacks.plan.worlds import make_observation, make_settings, owned_www


def seen(observation: Observation, provider: str = "cloudflare") -> Convergence:
    plan = make_plan(make_settings("www"), observation)
    sets: tuple[RecordSet, ...] = tuple(replace(one, provider=provider) for one in plan.record_sets)
    plan = replace(plan, record_sets=sets)
    return Convergence(observation, plan, changes(plan, observation), (), 0.0, (), "")


def refused(found: Convergence, plan: Plan) -> Carried:
    """All records but marks are refused."""
    return Carried(rejected=tuple(rejected(one, plan, "no") for one in found.changes if one.resource.is_record))


@pytest.mark.parametrize(("provider", "leaves"), [("cloudflare", False), ("gandi", True)])
def test_a_mark_that_was_made_apart_from_its_record_is_left(provider: str, leaves: bool) -> None:  # noqa: FBT001 - a case
    found = seen(make_observation(), provider)
    assert _leaves_marks(found, refused(found, found.plan)) == leaves
    assert not _leaves_marks(found, Carried())


def test_a_mark_that_state_has_is_left_whoever_the_provider_is() -> None:
    live, owned = owned_www()
    found = seen(make_observation(live=live[1:], owned=owned))
    assert _leaves_marks(found, refused(found, found.plan))


def test_the_mark_of_a_set_that_keeps_a_record_is_not() -> None:
    live, owned = owned_www("203.0.113.1")
    found = seen(make_observation(live=live, owned=owned))
    assert not _leaves_marks(found, refused(found, found.plan))
