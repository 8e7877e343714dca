from __future__ import annotations

from dataclasses import replace

from stacks.model.values import LiveRecord, UnreadZone, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.simulate import carried_out
from tests.stacks.plan.worlds import ZONE, ZONE_ID, a_record, make_observation, make_settings, owned_www


def test_after_a_run_there_is_nothing_left_to_do_and_others_are_where_they_were() -> None:
    foreign = LiveRecord("x", a_record("mail", "198.51.100.80"))
    live, owned = owned_www("203.0.113.1")
    observation = make_observation(live=[*live, foreign], owned=owned)
    settings = make_settings("www", "api")
    after = carried_out(make_plan(settings, observation), observation)
    assert changes(make_plan(settings, after), after) == ()
    (zone,) = after.zones
    assert isinstance(zone, ZoneSnapshot)
    assert foreign in zone.records
    assert sum(one.record.name == "www.example.com" for one in zone.records) == 1


def test_what_is_taken_over_and_not_wanted_is_what_the_next_run_deletes() -> None:
    live, _ = owned_www()
    observation = make_observation(live=live)
    settings = make_settings()
    after = carried_out(make_plan(settings, observation, Takeover("truenorth")), observation)
    found = changes(make_plan(settings, after), after)
    assert {(one.action.value, one.logical_name) for one in found} == {
        ("delete", "www.example.com/A"),
        ("delete", "www.example.com/A/mark"),
    }


def test_a_zone_that_could_not_be_read_stays_unread_and_its_records_in_state() -> None:
    _, owned = owned_www()
    observation = make_observation(owned=owned)
    known = replace(observation.registry, zone_ids=((ZONE, ZONE_ID),))
    unread = replace(observation, zones=(UnreadZone(ZONE, "down"),), registry=known)
    after = carried_out(make_plan(make_settings(), unread), unread)
    assert (after.zones, {one.id for one in after.registry.records}) == (unread.zones, {"r1", "m1"})


def test_a_record_of_a_zone_that_the_settings_have_dropped_is_looked_at_before_it_is_deleted() -> None:
    """Nobody has listed the zone: what is gone from it already would fail the deletion, at every run."""
    _, owned = owned_www()
    observation = replace(make_observation(owned=owned), zones=())
    found = changes(make_plan(make_settings(), observation), observation)
    assert [(one.action.value, one.needs_refresh, one.is_drift) for one in found] == [("delete", True, False)] * 2
