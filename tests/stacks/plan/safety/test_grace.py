from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bench.campaigns.paper import carried_out
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.grace import withhold
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import make_observation, make_settings

GRACE = 60.0
WWW, API = ("www.example.com", "A"), ("api.example.com", "A")


def world(chosen: Settings, *, gone: tuple[str, ...] = ()) -> Observation:
    """The world in which these settings were carried out, without what was deleted by hand."""
    snapshot, registry = carried_out(make_plan(chosen, make_observation()))
    live = tuple(one for one in snapshot.records if one.id not in gone)
    return replace(make_observation(live=live), registry=registry)


def planned(
    chosen: Settings, observation: Observation, since: Mapping[tuple[str, str], float], now: float
) -> tuple[dict[str, Action], Plan, Mapping[tuple[str, str], float]]:
    """What a run would change."""
    plan, since = withhold(make_plan(chosen, observation), observation, since, now, GRACE)
    return {change.logical_name: change.action for change in changes(plan, observation)}, plan, since


def test_what_is_not_wanted_any_more_stays_as_it_is_with_its_mark() -> None:
    found, plan, since = planned(make_settings("www"), world(make_settings("www", "api")), {}, 100.0)
    assert found == {}
    assert [one.untouched for one in plan.record_sets if (one.name, one.type) == API] == [True]
    assert since == {API: 100.0}


def test_it_is_deleted_once_it_has_been_unwanted_for_the_grace() -> None:
    observation = world(make_settings("www", "api"))
    assert planned(make_settings("www"), observation, {API: 100.0}, 159.9)[0] == {}
    found, _, since = planned(make_settings("www"), observation, {API: 100.0}, 160.0)
    assert found == {"api.example.com/A": Action.DELETE, "api.example.com/A/mark": Action.DELETE}
    assert since == {API: 100.0}, "a run that fails does not start the time anew"


def test_what_is_wanted_again_in_time_was_never_deleted_and_its_time_starts_anew() -> None:
    observation = world(make_settings("www", "api"))
    _, _, since = planned(make_settings("www", "api"), observation, {API: 100.0}, 130.0)
    assert since == {}
    assert planned(make_settings("www"), observation, since, 170.0)[0] == {}


def test_what_is_deleted_is_forgotten() -> None:
    assert planned(make_settings("www"), world(make_settings("www")), {API: 100.0}, 200.0)[2] == {}


def test_what_is_gone_from_the_zone_is_not_kept() -> None:
    everything = ("api.example.com/A", "api.example.com/A/mark")
    found, _, since = planned(make_settings("www"), world(make_settings("www", "api"), gone=everything), {}, 0.0)
    assert found == dict.fromkeys(everything, Action.FORGET)
    assert since == {}


def test_a_mark_that_is_gone_from_the_zone_is_not_made_again() -> None:
    observation = world(make_settings("www", "api"), gone=("api.example.com/A/mark",))
    assert planned(make_settings("www"), observation, {}, 0.0)[0] == {"api.example.com/A/mark": Action.FORGET}


def test_nothing_is_kept_in_the_way_of_what_is_wanted() -> None:
    observation = world(make_settings("www", "api"))
    alias = make_settings("www", records=[{"name": "api", "type": "CNAME", "content": "host.example.net"}])
    found, _, since = planned(alias, observation, {}, 0.0)
    assert found["api.example.com/A"] is Action.DELETE
    assert since == {}


def test_an_address_that_a_name_loses_is_not_kept() -> None:
    two, one = ({"name": "www", "targets": ["192.0.2.1", "192.0.2.2"][:number]} for number in (2, 1))
    found, _, since = planned(make_settings(one), world(make_settings(two)), {}, 0.0)
    assert (found, since) == ({"www.example.com/A/1": Action.DELETE}, {})


@given(wishes=st.lists(st.tuples(st.floats(0, 100), st.sets(st.sampled_from(["www", "api", "shop"]))), max_size=12))
def test_no_name_is_deleted_before_it_was_unwanted_for_the_grace_without_a_break(
    wishes: list[tuple[float, set[str]]],
) -> None:
    everything = ("www", "api", "shop")
    observation, now = world(make_settings(*everything)), 0.0
    since: Mapping[tuple[str, str], float] = {}
    dropped = dict.fromkeys(everything, 0.0)
    for pause, wanted in wishes:
        now += pause
        dropped = {name: now if name in wanted else dropped[name] for name in everything}
        began = {name: since.get((f"{name}.example.com", "A"), now) for name in everything}
        found, _, since = planned(make_settings(*sorted(wanted)), observation, since, now)
        deleted = {name.split(".")[0] for name, action in found.items() if action is Action.DELETE}
        assert deleted == {name for name in everything if name not in wanted and now >= began[name] + GRACE}
        assert all(now - dropped[name] >= GRACE for name in deleted)
