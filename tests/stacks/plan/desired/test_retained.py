"""What stays although the wish has changed, because what is to take its place cannot be known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacks.model.observation import Observation
from stacks.model.values import Unknown, UnreadZone
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from tests.stacks.plan.worlds import ZONE, ZONE_ID, applied, make_observation, make_settings

DOWN = Unknown("no source answered")


def test_aliases_stay_with_what_they_lead_to_while_the_address_that_takes_their_place_is_unknown() -> None:
    live, owned = applied(make_plan(make_settings("www", "api", targets="cname"), make_observation()))
    world = make_observation(ipv4=DOWN, live=live, owned=owned)
    plan = make_plan(make_settings("www", "api"), world)
    assert changes(plan, world) == ()
    assert plan.deferred == ()
    assert len({(one.name, one.type) for one in plan.record_sets}) == len(plan.record_sets) == 3


def test_an_alias_that_is_wanted_no_more_goes_all_the_same() -> None:
    live, owned = applied(make_plan(make_settings("www", "api", targets="cname"), make_observation()))
    world = make_observation(ipv4=DOWN, live=live, owned=owned)
    found = changes(make_plan(make_settings("www"), world), world)
    assert {change.logical_name for change in found} == {"api.example.com/CNAME", "api.example.com/CNAME/mark"}


@pytest.mark.parametrize("zone_ids", [((ZONE, ZONE_ID),), ()], ids=["its id is known", "a first run was cut off"])
def test_a_zone_that_cannot_be_listed_keeps_all_that_is_ours(zone_ids: tuple[tuple[str, str], ...]) -> None:
    live, owned = applied(make_plan(make_settings("www", "api"), make_observation()))
    world = make_observation(live=live, owned=owned)
    unread = Observation(world.addresses, (UnreadZone(ZONE, "it is down"),), replace(world.registry, zone_ids=zone_ids))
    plan = make_plan(make_settings("www"), unread)
    assert changes(plan, unread) == ()
    assert {one.reason for one in plan.frozen} == {"it is down"}


def test_names_do_not_tell_where_a_record_is_that_state_has_in_another_zone() -> None:
    live, owned = applied(make_plan(make_settings("www"), make_observation()))
    world = make_observation(live=live, owned=owned)
    registry = replace(world.registry, zone_ids=(("other.example", ZONE_ID),))
    unread = Observation(world.addresses, (UnreadZone(ZONE, "it is down"),), registry)
    assert make_plan(make_settings("www"), unread).record_sets == ()
