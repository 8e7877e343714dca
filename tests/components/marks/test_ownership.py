from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import ownership
from components.marks.marked import MarkedSet
from components.marks.ownership import Mark, encode, mark_name, parse
from components.records import canonical

PLAIN = st.text(
    st.characters(codec="ascii", categories=("L", "N"), include_characters="-._/:"), min_size=1, max_size=60
)


@given(owner=PLAIN, resource=st.one_of(st.just(""), PLAIN))
def test_a_mark_reads_back_as_it_was_written(owner: str, resource: str) -> None:
    mark = Mark("truenorth", owner, resource)
    assert parse(encode(mark)) == mark


def test_a_mark_is_quoted_as_the_api_gives_it_back_with_its_keys_sorted() -> None:
    assert encode(Mark("truenorth", "home", "settings/names/www")) == (
        '"heritage=truenorth,truenorth/owner=home,truenorth/resource=settings/names/www"'
    )


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (
            '"heritage=external-dns,external-dns/owner=default,external-dns/resource=ingress/web/shop"',
            Mark("external-dns", "default", "ingress/web/shop"),
        ),
        ('"heritage=cloudflare-ddns,cloudflare-ddns/owner=pod-1"', Mark("cloudflare-ddns", "pod-1")),
        ("heritage=truenorth,truenorth/owner=a,truenorth/new=key", Mark("truenorth", "a")),
    ],
)
def test_marks_of_other_tools_are_read(text: str, mark: Mark) -> None:
    assert parse(text) == mark


@pytest.mark.parametrize("text", ["", '""', "203.0.113.7", '"v=spf1 include:_spf.example.com ~all"', '"heritage="'])
def test_other_texts_are_no_marks(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=200))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    found = parse(text)
    assert found is None or found.heritage


@pytest.mark.parametrize(
    ("name", "record_type", "expected"),
    [
        ("www.example.com", "A", "_truenorth-a.www.example.com"),
        ("www.example.com", "AAAA", "_truenorth-aaaa.www.example.com"),
        ("example.com", "A", "_truenorth-a.example.com"),
        ("*.example.com", "A", "_truenorth-a._wildcard.example.com"),
        ("*.dev.example.com", "A", "_truenorth-a._wildcard.dev.example.com"),
        ("dev.example.com", "NS", "_truenorth-ns-dev.example.com"),
        ("a.dev.example.com", "DS", "_truenorth-ds-a.dev.example.com"),
    ],
)
def test_a_mark_stands_inside_its_zone_beside_its_record(name: str, record_type: str, expected: str) -> None:
    assert mark_name(name, record_type) == expected
    assert ownership.marked(expected, (record_type,)) == (MarkedSet(name, record_type),)
    assert ownership.marked("www.example.com", (record_type,)) == ()
    canonical.check_name(expected)
