from __future__ import annotations

import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records import canonical_content, hosts

ZONE = "example.com"
HOST = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
BEFORE = {"MX": "10 ", "SRV": "10 5 5060 ", "HTTPS": "1 ", "SVCB": "1 ", "NAPTR": '100 10 "S" "a. b" "" '}
TYPES = sorted(set(hosts.HOST_AT) - {"ALIAS"})


@pytest.mark.parametrize("record_type", TYPES)
@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("mail", "mail.example.com"),
        ("MAIL", "mail.example.com"),
        ("@", "example.com"),
        ("mail.example.com", "mail.example.com"),
        ("mail.dev.example.com.", "mail.dev.example.com"),
        ("mail.example.org", "mail.example.org"),
        ("mail.example.org.", "mail.example.org"),
        ("mail.xn--p1ai", "mail.xn--p1ai"),
        ("Bücher", "xn--bcher-kva.example.com"),
        ("mail.bücher.example", "mail.xn--bcher-kva.example"),
        ("mail.", "mail"),
        (".", "."),
    ],
)
def test_a_host_is_completed_as_in_a_zone_file(record_type: str, written: str, stored: str) -> None:
    before = BEFORE.get(record_type, "")
    assert canonical_content.content(record_type, before + written, ZONE) == before + stored


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("s1._domainkey", "write s1._domainkey.example.com for the one in the zone"),
        ("db.k8s", "db.k8s. with a dot at its end"),
        ("203.0.113.7", "is an IP address"),
        ("2001:db8::7", "is an IP address"),
        ("bü\u202echer", "right-to-left override"),
    ],
)
def test_a_host_that_can_be_nowhere_is_answered_with_the_form_to_write(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        canonical_content.content("CNAME", written, ZONE)


@given(labels=st.lists(HOST, min_size=1, max_size=3), record_type=st.sampled_from(TYPES))
def test_no_host_without_a_dot_is_stored_as_a_top_level_name(labels: list[str], record_type: str) -> None:
    before, host = BEFORE.get(record_type, ""), ".".join(labels)
    try:
        found = canonical_content.content(record_type, before + host, ZONE)
    except ValueError:
        assert len(labels) > 1
        return
    assert "." in hosts.written(record_type, found)
    assert canonical_content.content(record_type, found, ZONE) == found


@pytest.mark.parametrize("record_type", TYPES)
def test_what_an_api_has_stored_is_in_full(record_type: str) -> None:
    before = BEFORE.get(record_type, "")
    assert canonical_content.lenient(record_type, f"{before}mail") == f"{before}mail"


def test_types_without_a_host_are_left_alone() -> None:
    assert canonical_content.content("TXT", "mail", ZONE) == '"mail"'
    assert canonical_content.content("CAA", '0 issue "ca"', ZONE) == '0 issue "ca"'
    assert hosts.written("TXT", "mail") == ""


def test_a_service_without_parameters_or_with_some_keeps_them() -> None:
    assert canonical_content.content("HTTPS", "1 svc alpn=h2", ZONE) == '1 svc.example.com alpn="h2"'
    assert canonical_content.content("HTTPS", "1 . alpn=h2", ZONE) == '1 . alpn="h2"'


def test_each_type_with_a_host_is_known_to_the_dns() -> None:
    assert all(dns.rdatatype.from_text(one) for one in TYPES)


@pytest.mark.parametrize(
    ("record_type", "text", "changed"),
    [
        ("HTTPS", '1 host alpn="h3,h2"', '1 HOST alpn="h3,h2"'),
        ("NAPTR", '100 10 "S" "a. b" "" host', '100 10 "S" "a. b" "" HOST'),
        ("MX", "10 host", "10 HOST"),
        ("MX", "10 host more", "10 host more"),
        ("CAA", '0 issue "ca."', '0 issue "ca."'),
        ("SRV", "1 2", "1 2"),
    ],
)
def test_the_host_alone_is_changed(record_type: str, text: str, changed: str) -> None:
    assert hosts.changed(record_type, text, str.upper) == changed
