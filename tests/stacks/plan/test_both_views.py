"""Service bindings that only one view of a name has are told."""

from __future__ import annotations

from stacks.model.values import RecordSet, Slot
from stacks.plan.both_views import one_sided


def record_set(name: str, record_type: str, *, empty: bool = False) -> RecordSet:
    slots = () if empty else (Slot(0, "x"),)
    return RecordSet(
        name.removeprefix("www."),
        "z",
        name,
        record_type,
        slots,
        300,
        proxied=False,
        comment="",
        mark_name="",
        mark_content="",
    )


def told(*sets: RecordSet) -> list[tuple[str, str]]:
    return [(one.subject, one.what) for one in one_sided(sets)]


A, AAAA = record_set("www.example.com", "A"), record_set("www.example.com@inside", "AAAA")
BINDING, INNER = record_set("www.example.com", "HTTPS"), record_set("www.example.com@inside", "HTTPS")


def test_a_binding_outside_alone() -> None:
    what = "has no HTTPS record, and www.example.com has one"
    assert told(A, BINDING, AAAA) == [("www.example.com@inside", what)]


def test_a_binding_inside_alone() -> None:
    what = "has no HTTPS record, and www.example.com@inside has one"
    assert told(A, AAAA, INNER) == [("www.example.com", what)]


def test_nothing_where_both_views_have_one_or_neither() -> None:
    assert told(A, BINDING, AAAA, INNER) == []
    assert told(A, AAAA) == []


def test_nothing_where_a_name_is_in_one_view_or_is_only_being_deleted() -> None:
    assert told(A, BINDING) == []
    assert told(record_set("www.example.com@inside", "A"), INNER) == []
    assert told(A, BINDING, record_set("www.example.com@inside", "A", empty=True)) == []
