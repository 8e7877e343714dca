from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.selectors import LONGEST_SELECTOR, over_annotations, over_labels, selects

TEXTS = {"team": "shop", "stage": "live", "empty": "", "weight": "10", "example.com/dns": "public"}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("", True),
        (" ", True),
        ("team=shop", True),
        ("team==shop", True),
        (" team = shop ", True),
        ("team=bank", False),
        ("team!=bank", True),
        ("team!=shop", False),
        ("zone!=a", True),  # one that is missing is in no set
        ("team", True),
        ("zone", False),
        ("!zone", True),
        ("! team", False),
        ("stage in (test, live)", True),
        ("stage in (test)", False),
        ("zone in (a)", False),
        ("stage notin (test)", True),
        ("stage notin (live,test)", False),
        ("zone notin (a)", True),
        ("empty=", True),
        ("team=", False),
        ("empty in (,a)", True),
        ("weight>9", True),
        ("weight<9", False),
        ("team>9", False),
        ("zone>9", False),
        ("example.com/dns=public,team=shop", True),
        ("example.com/dns=public,team=bank", False),
        ("in=a", False),
        ("notin in (in)", False),
    ],
)
def test_a_selector_says_what_it_says_to_kubectl(selector: str, matches: bool) -> None:  # noqa: FBT001 - parameters
    assert selects(over_labels(selector), TEXTS) is matches
    assert selects(over_annotations(selector), TEXTS) is matches


@pytest.mark.parametrize("value", ["https://a.example.com/x", "a:b", "ümlaut", "x" * 200])
def test_an_annotation_may_hold_what_no_label_can(value: str) -> None:
    assert selects(over_annotations(f"site={value}"), {"site": value})
    with pytest.raises(ValueError, match="is no value of a label"):
        over_labels(f"site={value}")


@pytest.mark.parametrize(
    "text",
    [
        *("=", "a=b=c", "a b", "a=b c", "a in", "a in b", "a in (b", "a in (b))", "a in (b c)", "a in ()", "(a)", ","),
        *("a,", "!a=b", "!!a", "a>x", "a<", "a/b/c=d", "/a", "Ä=b", "a" * 64, "A.B/c", "a notin x"),
    ],
)
def test_a_text_that_is_none_says_which_part(text: str) -> None:
    with pytest.raises(ValueError, match="is no requirement of a selector"):
        over_annotations(text)


def test_a_text_has_a_bound() -> None:
    with pytest.raises(ValueError, match="at most"):
        over_annotations("a," * LONGEST_SELECTOR)


@given(st.text(alphabet=string.ascii_lowercase + " =!(),<>/.in", max_size=30), st.dictionaries(st.text(), st.text()))
def test_every_text_is_a_selector_or_refused(text: str, texts: dict[str, str]) -> None:
    try:
        selector = over_annotations(text)
    except ValueError:
        return
    assert selects(selector, texts) == all(one.holds(texts) for one in selector)
