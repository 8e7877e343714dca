from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stacks.model.plan import Plan
from stacks.model.values import LiveRecord
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.records.only_adopted import adopted_sets, only_adopted
from stacks.plan.records.unmarked import Unmarked
from stacks.plan.simulate import carried_out
from tests.stacks.plan.worlds import a_record, applied, make_observation, make_settings, owned_www

OTHER = "198.51.100.80"
LABELS = ("a", "b", "c", "d")


def taking(*names: str) -> Takeover:
    return Takeover("truenorth", unmarked=Unmarked(names=frozenset(f"{name}.example.com" for name in names)))


def names(plan: Plan) -> list[str]:
    return sorted(f"{one.name.partition('.')[0]} {one.type}" for one in plan.record_sets)


def test_new_names_and_other_changes_wait() -> None:
    live, owned = owned_www(OTHER)
    there = LiveRecord("x", a_record("shop", OTHER))
    observation = make_observation(live=[*live, there], owned=owned)
    settings = make_settings("www", "shop", "new")
    whole = make_plan(settings, observation, taking("shop"))
    adopted = adopted_sets(changes(whole, observation))
    plan = only_adopted(whole, observation, adopted)
    assert names(plan) == ["shop A", "www A"]
    assert {one.resource.name for one in changes(plan, observation)} == {"shop.example.com"}


@given(
    wanted=st.sets(st.sampled_from(LABELS)),
    owned=st.sets(st.sampled_from(LABELS)),
    taken=st.sets(st.sampled_from(LABELS)),
)
def test_an_adoption_changes_the_adopted_sets_alone_and_up_does_the_rest(
    wanted: set[str], owned: set[str], taken: set[str]
) -> None:
    live, registered = applied(make_plan(make_settings(*sorted(owned)), make_observation(ipv4=OTHER)))
    foreign = [LiveRecord(f"x{name}", a_record(name, OTHER)) for name in sorted(taken - owned)]
    observation = make_observation(live=[*live, *foreign], owned=registered)
    settings = make_settings(*sorted(wanted))
    whole = make_plan(settings, observation, taking(*taken))
    adopted = adopted_sets(changes(whole, observation))
    plan = only_adopted(whole, observation, adopted)
    found = changes(plan, observation)
    assert {one.resource.record_set for one in found} == adopted
    assert {name for name, _ in adopted} == {f"{name}.example.com" for name in wanted & (taken - owned)}
    assert not any(one.action is Action.DELETE for one in found)
    after = carried_out(plan, observation)
    assert changes(only_adopted(make_plan(settings, after), after, adopted), after) == ()
    rest = {one.resource.name for one in changes(make_plan(settings, after), after)}
    assert rest == {f"{name}.example.com" for name in owned | (wanted - taken)}
