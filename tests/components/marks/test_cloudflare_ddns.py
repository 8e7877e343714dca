from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import cloudflare_ddns
from components.marks.marked import MarkedSet, covers

OWNERS = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters=',"\\'), max_size=60)


@given(owner=OWNERS)
def test_a_mark_reads_back_as_it_was_written(owner: str) -> None:
    assert cloudflare_ddns.parse(cloudflare_ddns.encode(owner)) == owner


@pytest.mark.parametrize("owner", ["cloudflare-ddns-5d9c7b6f4-x2x7q", "3f0c1a52-7d2e-4d8a-9a63-3d2f0a3c9f11"])
def test_a_mark_is_written_as_cloudflare_ddns_writes_it(owner: str) -> None:
    assert cloudflare_ddns.encode(owner) == f'"heritage=cloudflare-ddns,cloudflare-ddns/owner={owner}"'


@pytest.mark.parametrize(
    ("content", "owner"),
    [
        ("heritage=cloudflare-ddns,cloudflare-ddns/owner=pod-1", "pod-1"),
        ('"cloudflare-ddns/owner=pod-1,heritage=cloudflare-ddns"', "pod-1"),
        ('"heritage=cloudflare-ddns"', ""),
        ('"heritage=external-dns,external-dns/owner=pod-1"', None),
        ('"heritage=cloudflare-ddns,heritage=external-dns"', None),
        ('"cloudflare-ddns/owner=pod-1"', None),
        ("", None),
    ],
)
def test_the_owner_is_read_from_its_marks_only(content: str, owner: str | None) -> None:
    assert cloudflare_ddns.parse(content) == owner


def test_a_mark_stands_at_the_very_name_and_speaks_of_both_families() -> None:
    keys = cloudflare_ddns.marked("WWW.example.com")
    assert keys == (MarkedSet("www.example.com", "A"), MarkedSet("www.example.com", "AAAA"))
    assert not covers(keys, "www.example.com", "CNAME")
    assert not covers(keys, "example.com", "A")


@given(st.text(max_size=200))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    assert cloudflare_ddns.parse(text) is None
