"""favonia's expressions over names, held against Python's own evaluation of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.setup.moving.tools.proxied import parsed
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
def test_an_expression_takes_the_names_that_it_says(expression: tuple[str, str]) -> None:
    takes = parsed(expression[0])
    for name in NAMES:
        assert takes(name) is bool(eval(expression[1], {"n": name}))  # noqa: S307 - made above


@given(st.text(alphabet="is(sub)!&|, .truefalse01", max_size=30))
@settings(max_examples=examples(500), deadline=None)
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    try:
        takes = parsed(text)
    except ValueError:
        return
    assert takes("example.com") in (True, False)


@pytest.mark.parametrize(
    "text", ["", "is(", "!", "is(a) is(b)", "yes", "(" * 60 + "1" + ")" * 60, "1" * 5000, "is(a) & is(b)"]
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"it|follows|missing|none"):
        parsed(text)


def test_and_binds_more_closely_than_or() -> None:
    takes = parsed("is(a) || is(b) && is(c)")
    assert [takes(name) for name in "abc"] == [True, False, False]
