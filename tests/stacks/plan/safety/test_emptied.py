"""Runs that leave nothing of a zone or of a source."""

from __future__ import annotations

import pytest

from bench.campaigns.trust.stack import CONFIRMED, Stack
from stacks.model.values import LiveRecord
from tests.stacks.plan.safety.test_guard import found
from tests.stacks.plan.worlds import a_record, make_settings

Records = tuple[LiveRecord, ...]


def stack(number: int) -> Stack:
    made = Stack("attic", "home", "aaaaaaaa", "203.0.113.7", tells_uid=False)
    made.objects = {("shop", f"web{one}"): (f"n{one}.example.com",) for one in range(number)}
    return made


@pytest.mark.parametrize("number", [1, 2, 9])
def test_all_of_a_zone_is_not_deleted_unasked_however_small_it_is(number: int) -> None:
    (only,) = found(make_settings(*(f"n{one}" for one in range(number))), make_settings())
    assert only.what.startswith("all that is ours in example.com would be deleted")
    assert only.allowable
    assert "guard.emptying" in only.do


def test_names_that_make_room_for_others_may_go() -> None:
    assert found(make_settings("www"), make_settings("api")) == ()


def test_what_gives_way_to_another_type_at_its_name_may_go() -> None:
    alias = make_settings(records=[{"name": "www", "type": "CNAME", "content": "a.example.edu"}])
    assert found(make_settings("www"), alias) == ()


def test_the_setting_lets_it_pass() -> None:
    assert found(make_settings("www"), make_settings(guard={"emptying": True})) == ()


@pytest.mark.parametrize("number", [1, 5])
def test_all_of_a_source_is_not_deleted_unasked_although_the_settings_have_a_name(number: int) -> None:
    one = stack(number)
    records: Records = ()
    records, _ = one.turn("z1", records, 0.0)
    one.objects = {}
    after, seen = one.turn("z1", records, 1.0)
    assert after == records
    assert seen.is_held_back
    assert [refusal.what for refusal in seen.refusals] == [
        f"all that the HTTPRoute objects have asked for would be deleted: {number} record{'s' if number > 1 else ''}"
    ]
    after, seen = one.turn("z1", records, 2.0, permission=CONFIRMED)
    assert [record.record.name for record in after if record.record.type == "A"] == ["attic.example.com"]


def test_a_name_that_somebody_else_has_is_nothing_that_is_left() -> None:
    one = stack(1)
    theirs = LiveRecord("theirs", a_record("taken", "198.51.100.1"))
    records, _ = one.turn("z1", (theirs,), 0.0)
    one.objects = {("shop", "web0"): ("taken.example.com",)}
    after, seen = one.turn("z1", records, 1.0)
    assert after == records
    assert "all that the HTTPRoute objects have asked for would be deleted" in seen.refusals[0].what


def test_some_of_a_source_may_go() -> None:
    one = stack(2)
    records: Records = ()
    records, _ = one.turn("z1", records, 0.0)
    del one.objects["shop", "web0"]
    after, seen = one.turn("z1", records, 1.0)
    assert seen.refusals == ()
    assert len(after) == len(records) - 2
