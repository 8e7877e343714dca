"""Regular expressions for names of zones: those of the library where both take them, and never long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.settings.finding.expressions import DEEPEST, LONGEST, is_found, parsed
from tests.profiles import examples

LONG = "a" * 63 + ".a" * 95


OF = ["a", "b", ".", r"\.", "[ab]", "[^a]", "[a-c.]", r"\d", r"\w", "-", "[.-]"]
SINGLE = st.builds(
    "{}{}".format, st.sampled_from(OF), st.sampled_from(["", "*", "+", "?", "{2}", "{1,2}", "{2,}", "{0,1}"])
)
FLAT = st.lists(SINGLE | st.sampled_from(["^", "$"]), max_size=3).map("".join)


def grouped(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    alternatives = st.lists(inside, min_size=1, max_size=3).map("|".join)
    return st.builds(
        "{}{}){}".format, st.sampled_from(["(", "(?:"]), alternatives, st.sampled_from(["", "*", "+", "?"])
    )


EXPRESSIONS = st.lists(FLAT | grouped(FLAT) | grouped(FLAT | grouped(FLAT)), max_size=3).map("".join)
"""Of all that is taken."""


@settings(max_examples=examples(1000), deadline=None)
@given(EXPRESSIONS, st.text("abc.-1", max_size=5))
def test_an_expression_is_found_where_the_library_finds_it(expression: str, name: str) -> None:
    assert is_found(expression, name) == bool(re.search(expression, name))


@pytest.mark.parametrize(
    ("expression", "inside", "outside"),
    [
        ("", ["example.com"], []),
        (r"^example\.(com|org)$", ["example.com", "example.org"], ["www.example.com", "example-com", "example.net"]),
        (r"\.example\.com$", ["dev.example.com"], ["example.com", "dev.example.com.org"]),
        ("^(?:dev|prod)-[0-9]{2,3}[.]", ["dev-01.example", "prod-123.example"], ["dev-1.example", "dev-1234.example"]),
        (r"^(.+\.)?shop\.", ["shop.example", "eu.shop.example"], ["ashop.example"]),
        (r"^\w+\.\w+$", ["example.com"], ["a.b.c"]),
    ],
)
def test_an_expression_selects_names_as_its_writer_means(
    expression: str, inside: list[str], outside: list[str]
) -> None:
    assert [one for one in [*inside, *outside] if is_found(expression, one)] == inside


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("a" * (LONGEST + 1), "it has 201 characters"),
        ("(?=a)", "cannot stand there"),
        (r"(a)\1", r"'\\\\1' cannot stand there"),
        ("(?i)a", "cannot stand there"),
        ("Example", "'Example' cannot stand there"),
        ("a**", "cannot stand there"),
        ("*a", "cannot stand there"),
        ("(a){2}", "cannot stand there"),
        ("a{3,2}", "bounds exchanged"),
        ("[z-a]", "bad character range"),
        ("(a", "a group is not closed"),
        ("a)", "cannot stand there"),
        ("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1), "groups within each other"),
        ("é", "cannot stand there"),
    ],
)
def test_what_is_no_expression_or_could_be_costly_is_refused_with_the_reason(expression: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parsed(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "(a|a)*(a|a)*(a|a)*b$",
        "(a*)*b",
        "((a+)+)+b",
        ".*.*.*.*.*.*.*.*.*.*b",
        "(((.*.)*.)*.)*b",
        "(a?)+" * 39 + "b",
        "(.|a|[ab])*" * 15 + "b",
        "[ab]{50,99}" * 15 + "b",
        "(((a*.*)+(.?a*)*)+((a|.)*)*)+b",
    ],
)
def test_no_expression_takes_long_on_the_longest_name(expression: str) -> None:
    parsed(expression)
    began = time.process_time()
    assert not is_found(expression, LONG)
    assert time.process_time() - began < 20.0, "the library's search would take years"
