"""The entries `auto` of `zones`: their short forms, what they select, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.model.errors import UserError
from stacks.settings.finding.selection import Selection
from stacks.settings.stack import Settings, parse

THERE = {"example.com": "1", "dev.example.com": "2", "example.org": "3", "xn--bcher-kva.example": "4"}


def parsed(zones: object, **others: object) -> Settings:
    return parse({"zones": zones, **others}, {}, stack="home", where="Pulumi.home.yaml")


@pytest.mark.parametrize(
    ("auto", "selected"),
    [
        ({}, ["1", "2", "3", "4"]),
        ({"include": ["example.com"]}, ["1"]),
        ({"include": ["example.com", "**.example.com"]}, ["1", "2"]),
        ({"include": ["*.com"]}, ["1"]),
        ({"include": ["Bücher.example"]}, ["4"]),
        ({"exclude": ["*.example.com", "example.org"]}, ["1", "4"]),
        ({"include": ["*.com", "*.org"], "exclude": ["example.com"]}, ["3"]),
        ({"regex": r"^example\."}, ["1", "3"]),
        ({"regex_exclude": "com$"}, ["3", "4"]),
        ({"regex": "example", "regex_exclude": "^(dev|xn--)"}, ["1", "3"]),
        ({"include": ["*.com", "*.org"], "regex": "org$"}, ["3"]),
        ({"ids": ["2", "9"]}, ["2"]),
        ({"ids": ["1", "2"], "exclude": ["example.com"]}, ["2"]),
    ],
)
def test_a_zone_is_selected_by_name_expression_and_id_and_all_of_these_count(
    auto: dict[str, Any], selected: list[str]
) -> None:
    selection = Selection.model_validate(auto)
    assert [zone_id for name, zone_id in THERE.items() if selection.selects(name, zone_id)] == selected


@pytest.mark.parametrize("zones", ["auto", {"auto": {}}, [{"auto": {}}]])
def test_the_word_auto_a_mapping_and_a_list_are_one(zones: object) -> None:
    (entry,) = parsed(zones, ttl=300, policy="upsert-only").finding
    assert (entry.auto, entry.ttl, entry.policy) == (Selection(), 300, "upsert-only")


def test_an_entry_sets_for_its_zones_what_it_would_for_one_and_the_stack_the_rest() -> None:
    first, second = parsed(
        [{"auto": {}, "ttl": 600}, {"auto": {"include": ["*.net"]}, "provider": "gandi", "token": "NET"}], ttl=300
    ).finding
    assert (first.ttl, second.ttl) == (600, 300)
    assert [one.key for one in (first, second)] == ["auto cloudflare ", "auto gandi NET"]
    assert first.of("example.com", "1")["zone_id"] == ""


def test_zones_chosen_by_their_ids_are_reached_by_these() -> None:
    (entry,) = parsed({"auto": {"ids": ["1"]}}).finding
    assert entry.of("example.com", "1")["zone_id"] == "1"


@pytest.mark.parametrize(
    ("zones", "what", "where"),
    [
        ({"auto": {"regex": "(a|b"}}, "the expression '(a|b' is refused: a group is not closed", "zones[0].auto.regex"),
        ({"auto": {"include": ["a**"]}}, "'a**' in 'a**' is no label of a pattern", "zones[0].auto.include[0]"),
        ({"auto": {"included": []}}, "there is no setting 'zones[0].auto.included'", "zones[0].auto.included"),
        ({"auto": {}, "zone": "example.com"}, "an entry has auto, and a zone or its id", "zones[0]"),
        ({"auto": {}, "zone_id": "1"}, "an entry has auto, and a zone or its id", "zones[0]"),
        ({"auto": {}, "ttl": 5}, "a ttl of 5 seconds is not possible", "zones[0].ttl"),
        ([{"ttl": 300}], "the setting 'zones[0].zone' is missing", "zones[0].zone"),
        ("all", "'all' is not possible here", "zones"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(zones: object, what: str, where: str) -> None:
    with pytest.raises(UserError) as raised:
        parsed(zones)
    assert raised.value.problems[0].what.startswith(what)
    assert raised.value.problems[0].where == f"truenorth:{where} in Pulumi.home.yaml"
