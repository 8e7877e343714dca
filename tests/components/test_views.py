from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records.logical_name import LogicalName
from components.views import OUTSIDE, VIEW, bare, qualified, several, view_of

NAMES = st.from_regex(r"[a-z0-9*_][a-z0-9_.-]{0,30}", fullmatch=True)
VIEWS = st.from_regex(VIEW, fullmatch=True).filter(lambda view: view != OUTSIDE)


@given(NAMES)
def test_a_name_of_everybodys_view_is_as_the_dns_has_it(name: str) -> None:
    assert qualified(name, OUTSIDE) == bare(name) == name
    assert view_of(name) == OUTSIDE


@given(NAMES, VIEWS)
def test_a_name_of_another_view_bears_the_view_and_loses_it_again(name: str, view: str) -> None:
    assert qualified(name, view) == f"{name}@{view}"
    assert (bare(qualified(name, view)), view_of(qualified(name, view))) == (name, view)


@given(NAMES, VIEWS)
def test_the_view_is_part_of_a_logical_name(name: str, view: str) -> None:
    found = LogicalName.parse(str(LogicalName(qualified(name, view), "A", 2)))
    assert found == LogicalName(f"{name}@{view}", "A", 2)


@pytest.mark.parametrize("text", ["example.com/@/MX", "a@b.example.com", "@", "a@"])
@given(VIEWS)
def test_an_at_that_no_view_stands_behind_stays(text: str, view: str) -> None:
    assert (bare(text), view_of(text)) == (text, OUTSIDE)
    assert (bare(qualified(text, view)), view_of(qualified(text, view))) == (text, view)


def test_nothing_has_no_view() -> None:
    assert qualified("", "inside") == ""


def test_the_views_of_zones_are_told_where_a_zone_has_several_that_of_everybody_first() -> None:
    assert several(["a.example@lan", "a.example", "b.example@vpn"]) == (OUTSIDE, "lan", "vpn")
    assert several(["a.example@lan", "a.example@vpn"]) == ("lan", "vpn")
    assert several(["a.example@lan", "b.example"]) == ()
    assert several(["a.example", "a.example"]) == ()
