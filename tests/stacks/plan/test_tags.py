from __future__ import annotations

from dataclasses import replace

from stacks.model.values import ZoneSnapshot
from stacks.plan.changes import Action
from tests.stacks.plan.shared_world import World, asks, source
from tests.stacks.plan.worlds import make_settings

WITH_TAGS = {"tag_limit": 2}
MARKED = (("tags", "external-dns.kubernetes.io/cloudflare-tags"),)


def world() -> World:
    return World(make_settings(**WITH_TAGS))


def tagged(*tags: str) -> list[tuple[str, ...]]:
    """The tags of the records that are planned for an object that asks for these."""
    plan = world().plan(source("home", asks("192.0.2.1", tags=tags or None)))
    return [one.tags for one in plan.record_sets]


def test_a_record_gets_the_tags_that_its_object_asks_for() -> None:
    assert tagged("stage:live", "team:web") == [("stage:live", "team:web")]


def test_more_than_the_zones_plan_has_are_left_out_and_told() -> None:
    plan = world().plan(source("home", asks("192.0.2.1", tags=("a", "b", "c"), spelled=MARKED)))
    (complaint,) = plan.complaints
    assert (complaint.annotation, complaint.value) == (MARKED[0][1], "a,b,c")
    assert "2 tags, as the setting tag_limit" in complaint.text
    assert [(one.tags, one.slots[0].target) for one in plan.record_sets] == [((), "192.0.2.1")]


def test_other_tags_are_an_update_and_none_any_more_too() -> None:
    history = world()
    history.run(source("home", asks("192.0.2.1", tags=("a",))))
    for tags in (("b",), None):
        done = history.run(source("home", asks("192.0.2.1", tags=tags)))
        assert [(one.action, one.record.tags) for one in done] == [(Action.UPDATE, tags or ())]


def test_tags_that_somebody_gives_to_a_record_without_are_left_alone() -> None:
    history = world()
    wish = source("home", asks("192.0.2.1"))
    history.run(wish)
    zone = history.zone
    by_hand = tuple(replace(live, record=replace(live.record, tags=("by-hand",))) for live in zone.records)
    history.zone = ZoneSnapshot(zone.zone, zone.zone_id, by_hand)
    assert history.run(wish) == ()


def test_tags_of_ours_that_somebody_changes_are_put_back() -> None:
    history = world()
    wish = source("home", asks("192.0.2.1", tags=("a",)))
    history.run(wish)
    zone = history.zone
    changed = tuple(
        replace(live, record=replace(live.record, tags=("x",))) if live.record.type == "A" else live
        for live in zone.records
    )
    history.zone = ZoneSnapshot(zone.zone, zone.zone_id, changed)
    assert [one.action for one in history.run(wish)] == [Action.CORRECT]
