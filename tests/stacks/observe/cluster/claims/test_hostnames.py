from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records.canonical import is_address
from stacks.observe.cluster.claims.hostnames import hostname, intersection

LABELS = st.sampled_from(["a", "b", "www"])
HOSTS = st.builds(
    lambda star, labels: star + ".".join([*labels, "example", "com"]),
    st.sampled_from(["", "*."]),
    st.lists(LABELS, max_size=3),
)
NAMES = HOSTS | st.just("")


def stands_for(pattern: str, name: str) -> bool:
    return not pattern or pattern == name or (pattern.startswith("*.") and name.endswith(pattern[1:]))


@pytest.mark.parametrize(
    ("listener", "route", "common"),
    [
        ("*.example.com", "a.example.com", "a.example.com"),
        ("*.example.com", "a.b.example.com", "a.b.example.com"),
        ("*.example.com", "example.com", None),
        ("*.example.com", "*.a.example.com", "*.a.example.com"),
        ("*.example.com", "*.example.com", "*.example.com"),
        ("*.a.example.com", "*.b.example.com", None),
        ("a.example.com", "*.example.com", "a.example.com"),
        ("a.example.com", "b.example.com", None),
        ("*.example.com", "aexample.com", None),
        ("example.com", "", "example.com"),
        ("", "example.com", "example.com"),
        ("", "", ""),
    ],
)
def test_the_more_specific_of_two_names_is_what_they_have_in_common(
    listener: str, route: str, common: str | None
) -> None:
    assert intersection(listener, route) == common
    assert intersection(route, listener) == common


def test_the_common_name_is_in_lower_case() -> None:
    assert intersection("*.Example.COM", "WWW.example.com") == "www.example.com"


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_an_address_is_no_host_name(address: str) -> None:
    assert intersection("", address) is None
    with pytest.raises(ValueError, match="is an IP address"):
        hostname(address)


@pytest.mark.parametrize("text", ["", "*", "a..b", "a b.example.com", "*.*.example.com", "x" * 64 + ".com"])
def test_what_dns_cannot_hold_is_no_host_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"wildcard|label"):
        hostname(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", True),
        ("2001:db8::1", True),
        ("web1", False),
        ("a:b", False),
        ("www.example.com", False),
        ("", False),
    ],
)
def test_only_an_address_is_an_address(text: str, address: bool) -> None:  # noqa: FBT001 - parameters
    assert is_address(text) is address


def test_the_dot_at_the_end_of_a_name_says_nothing() -> None:
    assert hostname("Www.Example.com.") == "www.example.com"


@given(NAMES, NAMES)
def test_the_order_of_the_two_plays_no_part(one: str, other: str) -> None:
    assert intersection(one, other) == intersection(other, one)


@given(NAMES, NAMES, st.lists(LABELS, max_size=4))
def test_a_host_is_of_the_common_name_where_it_is_of_both(one: str, other: str, labels: list[str]) -> None:
    host = ".".join([*labels, "example", "com"])
    common = intersection(one, other)
    of_both = stands_for(one, host) and stands_for(other, host)
    assert (common is not None and stands_for(common, host)) == of_both


@given(NAMES)
def test_a_name_has_itself_in_common_with_itself_and_with_any(name: str) -> None:
    assert intersection(name, name) == name
    assert intersection(name, "") == name
