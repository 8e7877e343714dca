from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import ownership
from stacks.model.claims import (
    LONGEST_RESOURCE,
    Claim,
    Complaint,
    Detected,
    ObjectKey,
    SourceSighting,
    links_asked,
    names_that_differ,
    origin,
)
from stacks.model.values import WAN, Known, Unknown

WEB = ObjectKey("home", "HTTPRoute", "shop", "web")
LONGEST_STRING = 255
"""Bytes of one string of a TXT record (RFC 1035, 3.3.14)."""
DOWN = Unknown("connection refused")


def wish(name: str, *, targets: Known[tuple[str, ...]] | Detected = Known(("192.0.2.1",)), ttl: int = 60) -> Claim:  # noqa: B008 - it is frozen
    return Claim(name, "A", targets, WEB, "2026-01-01T00:00:00Z", ttl=ttl)


def source(*found: Claim | Complaint, name: str = "gateway-httproute") -> SourceSighting:
    return SourceSighting("home", name, "HTTPRoute", Known(found))


def unread(name: str = "gateway-httproute") -> SourceSighting:
    return SourceSighting("home", name, "HTTPRoute", DOWN)


class TestWhatAMarkCallsAnObject:
    @pytest.mark.parametrize(
        ("key", "resource"),
        [
            (WEB, "home/httproute/shop/web"),
            (ObjectKey("", "HTTPRoute", "shop", "web"), "httproute/shop/web"),
            (ObjectKey("home", "Node", "", "one"), "home/node/one"),
            (ObjectKey("", "Node", "", "one"), "node/one"),
        ],
    )
    def test_is_cluster_kind_namespace_and_name_as_far_as_it_has_them(self, key: ObjectKey, resource: str) -> None:
        assert key.resource == resource
        assert resource.startswith(origin(key.cluster, key.kind))

    def test_is_cut_only_where_it_is_too_long(self) -> None:
        begin = len("home/httproute/shop/")
        fits = ObjectKey("home", "HTTPRoute", "shop", "a" * (LONGEST_RESOURCE - begin))
        assert fits.resource == f"home/httproute/shop/{fits.name}"
        one, other = (replace(fits, name=f"{fits.name}{end}").resource for end in "bc")
        assert {len(one), len(other)} == {LONGEST_RESOURCE}
        assert one[:-9] == other[:-9] == fits.resource[:-9]
        assert one != other

    @given(
        st.from_regex(r"[a-z0-9-]{1,63}", fullmatch=True),
        st.sampled_from(["HTTPRoute", "Ingress", "DNSEndpoint"]),
        st.from_regex(r"[a-z0-9-]{1,63}", fullmatch=True),
        st.from_regex(r"[a-z0-9.-]{1,253}", fullmatch=True),
    )
    def test_fits_into_a_mark_and_begins_with_its_origin(self, cluster: str, kind: str, space: str, name: str) -> None:
        found = ObjectKey(cluster, kind, space, name).resource
        assert found.startswith(origin(cluster, kind))
        mark = ownership.encode(ownership.Mark(ownership.HERITAGE, "o" * 63, found)).strip('"')
        assert len(mark) <= LONGEST_STRING


def test_the_links_that_objects_ask_for_are_each_told_once_in_their_order() -> None:
    sources = [
        source(wish("a.example.com", targets=Detected(("lte", "fibre"))), wish("b.example.com")),
        unread("ingress"),
        source(wish("c.example.com", targets=Detected(("fibre",))), wish("d.example.com", targets=Detected())),
    ]
    assert links_asked(sources) == ("lte", "fibre", WAN)
    assert links_asked([source(wish("b.example.com")), unread()]) == ()


class TestNamesThatDiffer:
    BOTH = (wish("a.example.com"), wish("b.example.com"))

    def test_are_none_where_the_same_is_wished_for_also_of_other_values(self) -> None:
        again = source(*(replace(one) for one in reversed(self.BOTH)))
        assert names_that_differ([source(*self.BOTH)], [source(*self.BOTH)]) == frozenset()
        assert names_that_differ([source(*self.BOTH)], [again]) == frozenset()

    @pytest.mark.parametrize(
        "after",
        [
            pytest.param((BOTH[0],), id="gone"),
            pytest.param((BOTH[0], wish("b.example.com", ttl=120)), id="changed"),
            pytest.param((*BOTH, wish("b.example.com", ttl=120)), id="one more for it"),
        ],
    )
    def test_are_those_of_which_one_says_what_the_other_does_not(self, after: Sequence[Claim]) -> None:
        assert names_that_differ([source(*self.BOTH)], [source(*after)]) == {"b.example.com"}
        assert names_that_differ([source(*after)], [source(*self.BOTH)]) == {"b.example.com"}

    def test_of_a_wish_that_changes_its_name_are_both(self) -> None:
        found = names_that_differ([source(wish("a.example.com"))], [source(wish("b.example.com"))])
        assert found == {"a.example.com", "b.example.com"}

    def test_of_a_source_that_cannot_be_read_are_all_that_it_said(self) -> None:
        assert names_that_differ([source(*self.BOTH)], [unread()]) == {"a.example.com", "b.example.com"}

    def test_are_none_where_only_complaints_differ(self) -> None:
        bad = Complaint(WEB, "truenorth/ttl", "soon", "seconds", "bad")
        assert names_that_differ([source(*self.BOTH)], [source(bad, *self.BOTH)]) == frozenset()
