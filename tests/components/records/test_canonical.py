from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records import canonical

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("www", "www.example.com"),
        ("WWW", "www.example.com"),
        ("www.example.com", "www.example.com"),
        ("www.example.com.", "www.example.com"),
        ("@", "example.com"),
        ("example.com", "example.com"),
        ("*", "*.example.com"),
        ("*.dev.example.com", "*.dev.example.com"),
        ("_service", "_service.example.com"),
        ("bücher", "xn--bcher-kva.example.com"),
        ("BÜCHER.example.com.", "xn--bcher-kva.example.com"),
        ("🐱。example。com", "xn--5o8h.example.com"),
        ("\uff0a", "*.example.com"),
    ],
)
def test_a_name_is_completed_with_its_zone(name: str, full: str) -> None:
    assert canonical.fqdn(name, "example.com") == full


@pytest.mark.parametrize("name", ["www.example.org", "api.dev", "notexample.com", "example.com.evil.org", "x.com."])
def test_a_name_with_dots_must_lie_in_the_zone(name: str) -> None:
    with pytest.raises(ValueError, match=r"outside of the zone example\.com"):
        canonical.fqdn(name, "example.com")


@pytest.mark.parametrize(
    ("name", "inside"),
    [("api.dev", "api.dev.example.com is the form"), ("bücher.dev", "xn--bcher-kva.dev.example.com is the form")],
)
def test_a_name_with_dots_is_answered_with_the_form_to_write(name: str, inside: str) -> None:
    with pytest.raises(ValueError, match=inside):
        canonical.fqdn(name, "example.com")


@pytest.mark.parametrize(
    "name", ["", "-www", "www-", "a b", "a..example.com", "www.*.example.com", "w" * 64, "www/../x", "."]
)
def test_what_is_no_dns_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"label|outside"):
        canonical.fqdn(name, "example.com")


def test_a_name_is_at_most_253_characters_long() -> None:
    long = ".".join(["a" * 60] * 4)
    canonical.fqdn(f"{long}.ex.com", "ex.com")
    with pytest.raises(ValueError, match="longer than 253"):
        canonical.fqdn(f"aaaaa.{long}.ex.com", "ex.com")


@given(labels=st.lists(LABEL, min_size=1, max_size=4))
def test_completing_a_complete_name_changes_nothing(labels: list[str]) -> None:
    once = canonical.fqdn(".".join([*labels, "example.com"]), "example.com")
    assert canonical.fqdn(once, "example.com") == once


@pytest.mark.parametrize(
    ("text", "record_type", "canonical_form"),
    [
        ("203.0.113.7", "A", "203.0.113.7"),
        (" 203.0.113.7 ", "A", "203.0.113.7"),
        ("2001:DB8:0:0::7", "AAAA", "2001:db8::7"),
    ],
)
def test_an_address_is_written_as_the_api_gives_it_back(text: str, record_type: str, canonical_form: str) -> None:
    assert canonical.address(text, record_type) == canonical_form


@pytest.mark.parametrize(
    ("text", "record_type", "reason"),
    [
        ("203.0.113", "A", "no IP address"),
        ("www", "A", "no IP address"),
        ("203.0.113.07", "A", "no IP address"),
        ("2001:db8::7", "A", "no IPv4 address"),
        ("203.0.113.7", "AAAA", "no IPv6 address"),
    ],
)
def test_what_is_no_address_of_the_type_is_refused(text: str, record_type: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        canonical.address(text, record_type)


@pytest.mark.parametrize(("proxied", "stored"), [(True, 1), (False, 300)])
def test_a_proxied_record_has_an_automatic_ttl(*, proxied: bool, stored: int) -> None:
    assert canonical.ttl(300, proxied=proxied) == stored
