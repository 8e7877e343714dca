from __future__ import annotations

import pytest

from lab.plugin.diff import Kind, detailed_diff
from lab.plugin.properties import UNKNOWN, Value


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (None, None, {}),
        ("a", "a", {}),
        (None, "a", {"p": Kind.ADD}),
        ("a", None, {"p": Kind.DELETE}),
        ("a", "b", {"p": Kind.UPDATE}),
        ("a", UNKNOWN, {"p": Kind.UPDATE}),
        (None, UNKNOWN, {"p": Kind.ADD}),
        (1, "1", {"p": Kind.UPDATE}),
        ({}, {}, {}),
        (None, {"a": 1}, {"p": Kind.ADD}),
        ({"a": 1}, UNKNOWN, {"p": Kind.UPDATE}),
        ({"a": 1, "b": 2}, {"a": 1, "c": 3}, {"p.b": Kind.DELETE, "p.c": Kind.ADD}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"p.a.b": Kind.UPDATE}),
        ({"a-b": 1}, {"a-b": 2}, {'p["a-b"]': Kind.UPDATE}),
        (["a", "b"], ["a", "c", "d"], {"p[1]": Kind.UPDATE, "p[2]": Kind.ADD}),
        (["a", "b"], ["a"], {"p[1]": Kind.DELETE}),
        ([{"a": 1}], [{"a": 2}], {"p[0].a": Kind.UPDATE}),
        (["a"], {"a": 1}, {"p": Kind.UPDATE}),
    ],
)
def test_a_difference_is_at_the_innermost_path_that_changed(old: Value, new: Value, kinds: dict[str, Kind]) -> None:
    assert detailed_diff({"p": old}, {"p": new}, ()) == kinds


def test_a_change_of_a_name_that_replaces_is_a_replacement() -> None:
    old: dict[str, Value] = {"type": "A", "zoneId": None, "data": {"a": 1}, "ttl": 1}
    new: dict[str, Value] = {"type": "AAAA", "zoneId": "z", "data": {}, "ttl": 2}
    assert detailed_diff(old, new, ["type", "zoneId", "data"]) == {
        "type": Kind.UPDATE_REPLACE,
        "zoneId": Kind.ADD_REPLACE,
        "data.a": Kind.DELETE_REPLACE,
        "ttl": Kind.UPDATE,
    }


def test_the_bookkeeping_of_a_bridge_is_no_difference() -> None:
    assert detailed_diff({"__meta": "{}", "__pulumi_raw_state_delta": {}}, {}, ()) == {}
