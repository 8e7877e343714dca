from __future__ import annotations

import pytest

from components.records.record import Record
from stacks.model.values import RecordSet, RegisteredRecord, Slot
from stacks.plan.records.record_sets import as_registered, declared_records, mark_record, number

KEY = ("www.example.com", "A")
FIRST = Record(*KEY, "203.0.113.7", 300, proxied=True, comment="door", tags=("a:b",))
SECOND = Record(*KEY, "203.0.113.8", 300, proxied=True, comment="door", tags=("a:b",))
TEXT = mark_record("_truenorth-a.www.example.com", '"heritage=truenorth,truenorth/owner=home"', 120)
RECORDS = [
    RegisteredRecord("u2", "www.example.com/A/2", "r2", "z", SECOND),
    RegisteredRecord("u0", "www.example.com/A", "r0", "z", FIRST),
]
MARK = RegisteredRecord("um", "www.example.com/A/mark", "m", "z", TEXT)


def test_a_set_is_declared_as_state_has_it() -> None:
    kept = as_registered(KEY, "example.com", RECORDS, MARK)
    assert declared_records(kept) == {one.logical_name: one.record for one in (*RECORDS, MARK)}
    assert kept == RecordSet(
        zone="example.com",
        zone_id="z",
        name="www.example.com",
        type="A",
        slots=(Slot(0, "203.0.113.7"), Slot(2, "203.0.113.8")),
        ttl=300,
        proxied=True,
        comment="door",
        mark_name=TEXT.name,
        mark_content=TEXT.content,
        mark_ttl=120,
        untouched=True,
        provider="cloudflare",
        tags=("a:b",),
    )


def test_a_set_of_which_state_has_the_mark_alone_is_declared_with_it_alone() -> None:
    kept = as_registered(KEY, "example.com", [], MARK)
    assert (kept.zone_id, kept.slots, kept.mark_content, kept.mark_ttl) == ("z", (), TEXT.content, 120)


def test_a_set_of_which_state_has_no_mark_is_declared_without_one() -> None:
    kept = as_registered(KEY, "example.com", RECORDS, None)
    assert (kept.mark_name, kept.mark_content, kept.mark_ttl) == ("", "", 1)


def test_a_set_of_which_state_has_nothing_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="state has nothing of "):
        as_registered(KEY, "example.com", [], None)


def test_a_mark_has_no_slot() -> None:
    assert [number(one) for one in RECORDS] == [2, 0]
    with pytest.raises(ValueError, match=r"www\.example\.com/A/mark is a mark"):
        number(MARK)
