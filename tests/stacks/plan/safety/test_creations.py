"""Limits of what is made."""

from __future__ import annotations

from dataclasses import replace

from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.guard import refusals
from tests.stacks.plan.shared_world import World, asks, source
from tests.stacks.plan.worlds import make_observation, make_settings


def names(world: World) -> set[str]:
    return {one.record.name.split(".")[0] for one in world.zone.records if one.record.type == "A"}


class TestANamespace:
    def test_gets_no_more_names_than_the_limit_and_the_owners_are_told(self) -> None:
        world = World(make_settings(guard={"names_per_namespace": 3}))
        asked = [asks("192.0.2.1", name=f"web{one}", host=f"a{one}.example.com") for one in range(5)]
        plan = world.plan(source("home", *asked))
        assert [one.object.name for one in plan.complaints] == ["web3", "web4"]
        assert "1 of its names were not made" in plan.complaints[0].text
        for _ in range(3):
            world.run(source("home", *asked))
        assert names(world) == {"a0", "a1", "a2"}

    def test_keeps_what_it_has_where_the_limit_is_lowered(self) -> None:
        world = World(make_settings())
        asked = [asks("192.0.2.1", host=f"a{one}.example.com") for one in range(5)]
        world.run(source("home", *asked))
        world.settings = make_settings(guard={"names_per_namespace": 2})
        assert world.run(source("home", *asked)) == ()


def test_a_run_that_would_make_more_than_the_limit_is_refused() -> None:
    seen = make_observation()
    for limit, expected in ((3, 0), (2, 1)):
        chosen = make_settings("a", "b", "c", guard={"creations": limit})
        plan = make_plan(chosen, seen)
        found = refusals(chosen, plan, changes(plan, seen), seen)
        assert len(found) == expected
    assert found[0].what == "3 records would be made; a run may make 2 (guard.creations)"
    assert replace(found[0], changes=()).allowable
