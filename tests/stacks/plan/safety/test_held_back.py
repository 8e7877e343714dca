from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.campaigns.paper import carried_out
from components.records.record import Record
from stacks.model.observation import Observation
from stacks.plan.changes import Action, Change, changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.held_back import held_back
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import ZONE, a_record, make_observation, make_settings

HERE, ELSEWHERE, FOREIGN = "203.0.113.7", "203.0.113.8", "198.51.100.66"
TEN = tuple(f"n{number}" for number in range(10))


def world(chosen: Settings, ipv4: str = HERE, **edits: Record | None) -> Observation:
    """The world in which these settings were carried out and some was edited since; None: deleted."""
    snapshot, registry = carried_out(make_plan(chosen, make_observation()))
    live = [one for one in snapshot.records if edits.get(one.id.split(".")[0], one) is not None or one.id[-1] == "k"]
    live = [
        replace(one, record=edit) if one.id[-1] == "A" and (edit := edits.get(one.id.split(".")[0])) else one
        for one in live
    ]
    return replace(make_observation(ipv4=ipv4, live=live), registry=registry)


def rest(chosen: Settings, observation: Observation) -> tuple[Change, ...]:
    """What is done beside that which is refused, which is something."""
    plan = make_plan(chosen, observation)
    found = refusals(chosen, plan, changes(plan, observation), observation)
    assert found
    plan = held_back(plan, found, observation)
    left = changes(plan, observation)
    assert refusals(chosen, plan, left, observation) == ()
    return left


def test_what_would_be_deleted_stays() -> None:
    assert rest(make_settings(*TEN[:5]), world(make_settings(*TEN))) == ()


def test_what_would_get_another_ttl_keeps_its_own_and_follows_the_address() -> None:
    left = rest(make_settings(*TEN, ttl=300), world(make_settings(*TEN), ELSEWHERE))
    assert {one.action for one in left} == {Action.UPDATE}
    assert {(one.after.content, one.after.ttl) for one in left if one.after} == {(ELSEWHERE, 1)}
    assert len(left) == len(TEN)


def test_what_was_edited_behind_our_back_stays_edited() -> None:
    edits = {name: a_record(name, HERE, ttl=60) for name in TEN}
    assert rest(make_settings(*TEN), world(make_settings(*TEN), HERE, **edits)) == ()


def test_what_was_deleted_behind_our_back_is_neither_made_again_nor_forgotten() -> None:
    fixed = make_settings(*({"name": name, "targets": ["192.0.2.1"]} for name in TEN))
    assert rest(fixed, world(fixed, HERE, **dict.fromkeys(TEN))) == ()


def test_other_fixed_targets_wait() -> None:
    moved = make_settings(*({"name": name, "targets": [FOREIGN]} for name in TEN))
    assert rest(moved, world(make_settings(*TEN))) == ()


def test_aliases_wait_for_what_stands_in_their_way() -> None:
    chosen = make_settings(*TEN, targets="cname")
    observation = world(make_settings(*TEN))
    plan = make_plan(chosen, observation)
    assert plan.deferred
    found = refusals(chosen, plan, changes(plan, observation), observation)
    held = held_back(plan, found, observation)
    assert held.deferred == ()
    assert {one.resource.name for one in changes(held, observation)} == {f"truenorth.{ZONE}"}


def test_aliases_that_stay_keep_the_name_that_they_point_at() -> None:
    assert rest(make_settings(*TEN), world(make_settings(*TEN, targets="cname"))) == ()


@given(data=st.data())
@settings(max_examples=100)
def test_whatever_the_settings_become_the_rest_is_never_refused_and_every_name_that_is_kept_follows(
    data: st.DataObject,
) -> None:
    entry = st.fixed_dictionaries({}, optional={"ttl": st.just(300), "targets": st.sampled_from([[FOREIGN], [HERE]])})
    names = data.draw(st.lists(st.sampled_from(TEN), unique=True))
    chosen = make_settings(*({"name": name, **data.draw(entry)} for name in names), guard={"from_records": 1})
    observation = world(make_settings(*TEN), data.draw(st.sampled_from([HERE, ELSEWHERE])))
    plan = make_plan(chosen, observation)
    found = refusals(chosen, plan, changes(plan, observation), observation)
    held = held_back(plan, found, observation)
    left = changes(held, observation)
    assert refusals(chosen, held, left, observation) == ()
    refused = {one.logical_name for refusal in found for one in refusal.changes}
    following = {one.logical_name for one in left if one.after and one.after.content == ELSEWHERE}
    wanted = {f"{entry.name}.{ZONE}/A" for entry in chosen.names if not entry.targets}
    moves = str(observation.addresses[0].addresses).find(ELSEWHERE) >= 0
    assert following >= (wanted if moves else set())
    assert not {one.logical_name for one in left if one.action is Action.DELETE} & refused
