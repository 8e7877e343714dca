"""favonia's expressions over names, held against Python's own evaluation of them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.settings.expressions.names import DEEPEST, LONGEST, expression
from tests.profiles import examples

NAMES = ("example.com", "www.example.com", "*.example.com", "a.b.example.com", "example.org", "notexample.com")
DOMAINS = st.lists(st.sampled_from(NAMES), max_size=3)


def _called(name: str, domains: list[str]) -> tuple[str, str]:
    text = f"{name}({', '.join(domains)})"
    is_true = "n in {}" if name == "is" else "any(n.endswith('.' + d) for d in {})"
    return text, f"({is_true.format(domains)})"


atoms = st.one_of(
    st.sampled_from([("true", "True"), ("0", "False"), ("F", "False"), ("1", "True")]),
    st.builds(_called, st.sampled_from(["is", "sub"]), DOMAINS),
)
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.map(lambda one: (f"! ({one[0]})", f"(not {one[1]})")),
        st.tuples(inner, inner).map(lambda two: (f"({two[0][0]}) && ({two[1][0]})", f"({two[0][1]} and {two[1][1]})")),
        st.tuples(inner, inner).map(lambda two: (f"({two[0][0]}) || ({two[1][0]})", f"({two[0][1]} or {two[1][1]})")),
    ),
    max_leaves=8,
)


@given(expressions)
@settings(max_examples=examples(500), deadline=None)
def test_an_expression_takes_the_names_that_it_says(made: tuple[str, str]) -> None:
    takes = expression(made[0])
    for name in NAMES:
        assert takes(name) is bool(eval(made[1], {"n": name}))  # noqa: S307 - made above


@given(st.text(alphabet="is(sub)!&|, .truefalse01", max_size=30))
@settings(max_examples=examples(500), deadline=None)
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    try:
        takes = expression(text)
    except ValueError:
        return
    assert takes("example.com") in (True, False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "at character 1: the end is none of is(...)"),
        ("is(", "at character 4: the end is no name of a domain"),
        ("is(a", "at character 5: the end stands where ')' should"),
        ("is a", "at character 4: 'a' stands where '(' should"),
        ("!", "at character 2: the end is none of"),
        ("is(a)  is(b)", "at character 8: 'is' does not belong there: && or || is missing before it"),
        ("true || yes", "at character 9: 'yes' is none of is(...), sub(...), true, false, ! and ("),
        ("is(a) & is(b)", "at character 7: '&' is single: write && or ||"),
        ("sub(a..b)", "at character 5: 'a..b' is no name of a domain"),
        ("(true", "at character 6: the end stands where ')' should"),
        ("true)", "at character 5: ')' does not belong there"),
        ("(" * 60 + "1" + ")" * 60, f"at character {DEEPEST + 2}: '(' is nested more than {DEEPEST} times"),
        ("!" * 60 + "1", f"is nested more than {DEEPEST} times"),
        ("1" * (LONGEST + 1), "it has 16,385 characters, and may have 16,384"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        expression(text)


def test_and_binds_more_closely_than_or() -> None:
    takes = expression("is(a) || is(b) && is(c)")
    assert [takes(name) for name in "abc"] == [True, False, False]


def test_names_may_be_in_unicode_in_capitals_and_with_a_dot_at_their_end() -> None:
    takes = expression("is(Bücher.Example.com.) || sub(*.example.org)")
    assert takes("xn--bcher-kva.example.com")
    assert not takes("www.example.org")


def test_a_long_list_of_domains_is_read_and_asked_in_a_moment() -> None:
    text = f"sub({','.join(f'd{number}.com' for number in range(1500))})"
    takes = expression(text)
    began = time.process_time()
    assert not any(takes(f"{'a.' * 100}{number}.org") for number in range(1000))
    assert time.process_time() - began < 5
