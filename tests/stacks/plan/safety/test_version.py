"""Versions are in the order of the packaging tools."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from stacks.plan.safety.version import is_newer

NUMBER = st.integers(0, 3)


@st.composite
def versions(draw: st.DrawFn) -> str:
    """A version in its normal form."""
    text = ".".join(str(draw(NUMBER)) for _ in range(draw(st.integers(1, 3))))
    text += draw(st.sampled_from(["", "a", "b", "rc"]).map(lambda phase: phase and f"{phase}{draw(NUMBER)}"))
    text += draw(st.sampled_from(["", ".post"]).map(lambda post: post and f"{post}{draw(NUMBER)}"))
    return text + draw(st.sampled_from(["", ".dev"]).map(lambda dev: dev and f"{dev}{draw(NUMBER)}"))


@given(first=versions(), second=versions())
def test_the_order_is_that_of_pep_440(first: str, second: str) -> None:
    assert is_newer(first, second) == (Version(first) > Version(second))


@pytest.mark.parametrize(
    ("text", "than", "newer"),
    [
        ("0.10.0", "0.9.9", True),
        ("0.2.0", "0.2", False),
        ("0.3.0.dev1", "0.2.0", True),
        ("0.2.0+local.1", "0.2.0", False),
        ("1!0.1", "9.0", True),
    ],
)
def test_what_a_reader_would_say(text: str, than: str, newer: bool) -> None:  # noqa: FBT001 - a parameter of a case
    assert is_newer(text, than) is newer


@pytest.mark.parametrize("text", ["v2", "0.3.0-final", "\u0661.0", "1" * 99, "{'version': 3}"])
def test_a_form_that_is_not_known_yet_is_newer(text: str) -> None:
    assert is_newer(text, "0.2.0")
