"""The share of a run in the guard's limits of the hour: each change counts once, what a person allowed does not."""

from __future__ import annotations

from stacks.model.memory import NO_MEMORY, Spent
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.spending import Ledger
from stacks.settings.stack import Settings
from tests.stacks.plan.shared_world import World
from tests.stacks.plan.worlds import ZONE_ID, make_observation, make_settings

THREE = ("n0", "n1", "n2")


def spent(before: Settings, after: Settings, *, ipv4: str = "203.0.113.7", is_allowed: bool = False) -> list[Spent]:
    """What the stack `home` notes after a run, where its settings became others."""
    world = World(before)
    world.run()
    world.address = ipv4
    observation = world.observation(())
    plan = make_plan(after, observation)
    ledger = Ledger.of(after.guard, plan, observation, is_allowed=is_allowed)
    return list(ledger.after(NO_MEMORY, "home", changes(plan, observation)).spent)


def noted(before: Settings, after: Settings, ipv4: str = "203.0.113.7") -> list[tuple[int, int, int]]:
    """How many records were owned, updated and deleted, in each entry."""
    return [(one.owned, one.updated, one.deleted) for one in spent(before, after, ipv4=ipv4)]


def test_each_update_and_each_deletion_counts_once() -> None:
    assert noted(make_settings(*THREE, ttl=300), make_settings(*THREE, ttl=600)) == [(3, 3, 0)]
    assert noted(make_settings(*THREE), make_settings("n0")) == [(3, 0, 2)]
    assert noted(make_settings(*THREE, ttl=300), make_settings("n0", "n1", ttl=600)) == [(3, 2, 1)]


def test_what_only_follows_an_address_counts_for_nothing() -> None:
    assert noted(make_settings(*THREE), make_settings(*THREE), "203.0.113.8") == []


def test_an_entry_says_whose_it_is_where_and_when() -> None:
    (one,) = spent(make_settings(*THREE), make_settings("n0"))
    assert (one.stack, one.zone_id, one.at) == ("home", ZONE_ID, int(make_observation().now))


def test_what_a_person_has_allowed_is_not_held_against_later_runs() -> None:
    assert spent(make_settings(*THREE), make_settings("n0"), is_allowed=True) == []


def test_a_zone_that_grows_is_noted_once_it_is_large_enough_for_the_guard() -> None:
    before = make_settings(*THREE)
    for size, expected in ((3, [(3, 0, 0)]), (4, [])):
        after = make_settings(*THREE, "more", guard={"from_records": size})
        assert noted(before, after) == expected
