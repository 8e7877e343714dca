from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.name_patterns import check_namespace, check_pattern, glob_matches, matches, reaches

MATCHING = [
    ("www.example.com", "www.example.com"),
    ("*.example.com", "www.example.com"),
    ("web-*.example.com", "web-1.example.com"),
    ("*-web.example.com", "a-web.example.com"),
    ("a*b*c.example.com", "aXbXc.example.com".lower()),
    ("**.example.com", "a.b.c.example.com"),
    ("**.example.com", "*.b.example.com"),
    ("**", "example.com"),
    ("_acme-challenge.*.example.com", "_acme-challenge.www.example.com"),
    ("_*.example.com", "_dmarc.example.com"),
]
OTHERS = [
    ("*.example.com", "example.com"),
    ("*.example.com", "a.b.example.com"),
    ("*.example.com", "*.example.com"),
    ("**.example.com", "example.com"),
    ("**.example.com", "wwwexample.com"),
    ("web-*.example.com", "web-.example.com"),
    ("a*a.example.com", "a.example.com"),
    ("*.example.com", "_dmarc.example.com"),
    ("**.example.com", "_acme-challenge.www.example.com"),
    ("**.example.com", "a._domainkey.example.com"),
    ("*x.example.com", "_x.example.com"),
    ("_acme-challenge.*.example.com", "_acme-challenge._x.example.com"),
    ("www.example.com", "www.example.com.evil.net"),
]


@pytest.mark.parametrize(("pattern", "name"), MATCHING)
def test_a_pattern_matches_these_names(pattern: str, name: str) -> None:
    assert matches(check_pattern(pattern), name)


@pytest.mark.parametrize(("pattern", "name"), OTHERS)
def test_a_pattern_does_not_match_others(pattern: str, name: str) -> None:
    assert not matches(check_pattern(pattern), name)


@pytest.mark.parametrize(
    ("pattern", "name", "reached"),
    [
        ("admin.shop.example.com", "*.shop.example.com", True),
        ("admin.shop.example.com", "*.example.com", True),
        ("*.shop.example.com", "*.x.shop.example.com", False),
        ("**.shop.example.com", "*.x.shop.example.com", True),
        ("**.shop.example.com", "*.example.com", True),
        ("admin.shop.example.com", "*.admin.shop.example.com", False),
        ("admin.shop.example.com", "shop.example.com", False),
    ],
)
def test_a_wildcard_is_reached_where_it_answers_for_a_name_of_the_pattern(
    pattern: str, name: str, *, reached: bool
) -> None:
    assert reaches(pattern, name) is reached


@pytest.mark.parametrize(
    "text", ["", "a..b", "a.**.b", "**a.example.com", "Www.example.com", "a b", "a.b\n", "(a+)+.b", "a" * 64]
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        check_pattern(text)


@pytest.mark.parametrize("text", ["", "Team", "a.b", "a**", "a_b", "a\n"])
def test_what_is_no_pattern_of_namespaces_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="namespaces"):
        check_namespace(text)


@given(st.text("ab*", max_size=8).filter(lambda text: "**" not in text), st.text("ab", max_size=12))
def test_a_star_is_one_character_or_more(pattern: str, text: str) -> None:
    expected = re.fullmatch(re.escape(pattern).replace(r"\*", ".+"), text) is not None
    assert glob_matches(pattern, text) is expected


def test_no_pattern_takes_long() -> None:
    began = time.process_time()
    assert not glob_matches("a*" * 30 + "b", "a" * 250_000)
    assert time.process_time() - began < 1
