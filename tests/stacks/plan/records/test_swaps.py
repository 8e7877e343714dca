"""Records of one type that take the place of those of another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.campaigns.paper import carried_out as on_paper
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.held_back import held_back
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import make_observation, make_settings

AT_ONCE = frozenset({"cloudflare"})
ALIAS = {"name": "www", "type": "CNAME", "content": "lb.example.org"}
OLD = make_settings(records=[ALIAS])
NEW = make_settings({"name": "www", "targets": ["192.0.2.1"]})


def world(settings: Settings) -> Observation:
    observation = make_observation()
    return carried_out(make_plan(settings, observation), observation)


def done(plan: Plan, observation: Observation) -> set[tuple[str, Action]]:
    found = changes(plan, observation)
    return {(one.logical_name, one.action) for one in found if not one.resource.is_mark}


@pytest.mark.parametrize(("before", "after"), [(OLD, NEW), (NEW, OLD)])
def test_are_made_in_the_run_that_deletes_the_others_where_it_does_both_at_once(
    before: Settings, after: Settings
) -> None:
    there = world(before)
    plan = make_plan(after, there, at_once=AT_ONCE)
    assert plan.deferred == ()
    assert {action for _, action in done(plan, there)} == {Action.CREATE, Action.DELETE}
    assert refusals(after, plan, changes(plan, there), there) == ()


def test_are_made_by_the_next_run_elsewhere() -> None:
    there = world(OLD)
    plan = make_plan(NEW, there)
    assert [(one.name, one.type) for one in plan.deferred] == [("www.example.com", "A")]
    assert {action for _, action in done(plan, there)} == {Action.DELETE}


def test_are_made_by_the_next_run_where_an_alias_leads_to_a_name_that_is_yet_to_be_made() -> None:
    names = ("www", "api")
    there = world(make_settings(*names))
    plan = make_plan(make_settings(*names, targets="cname"), there, at_once=AT_ONCE)
    assert {one.name for one in plan.deferred} == {"www.example.com", "api.example.com"}


def test_wait_where_the_guard_holds_the_others_back() -> None:
    names = tuple(f"n{number}" for number in range(12))
    before = make_settings(records=[ALIAS | {"name": name} for name in names])
    after = make_settings(*({"name": name, "targets": ["192.0.2.1"]} for name in names))
    snapshot, registry = on_paper(make_plan(before, make_observation()))
    there = replace(make_observation(live=snapshot.records), registry=registry)
    plan = make_plan(after, there, at_once=AT_ONCE)
    found = refusals(after, plan, changes(plan, there), there)
    assert found
    assert changes(held_back(plan, found, there), there) == ()


@given(kinds=st.lists(st.sampled_from(["A", "CNAME", "AAAA", ""]), min_size=1, max_size=6))
def test_no_plan_has_an_alias_beside_others_and_each_run_leaves_what_was_asked_for(kinds: list[str]) -> None:
    there = make_observation()
    of_type = {"A": "192.0.2.1", "AAAA": "2001:db8::1", "CNAME": "lb.example.org"}
    for kind in kinds:
        records = [{"name": "www", "type": kind, "content": of_type[kind]}] if kind else []
        there = carried_out(make_plan(make_settings(records=records), there, at_once=AT_ONCE), there)
        (zone,) = there.zones
        found = {one.record.type for one in getattr(zone, "records", ()) if one.record.name == "www.example.com"}
        assert found == ({kind} if kind else set())
