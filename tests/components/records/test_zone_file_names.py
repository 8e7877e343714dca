from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records import canonical_content, zone_file_names

ZONE = "example.net"
LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
NAME = st.one_of(st.just(ZONE), HOST.map(lambda host: f"{host}.{ZONE}"), st.just(f"*.{ZONE}"))


@pytest.mark.parametrize(
    ("full", "relative"),
    [
        ("example.net", "@"),
        ("www.example.net", "www"),
        ("*.example.net", "*"),
        ("a.b.example.net", "a.b"),
        ("www.myexample.net.example.net", "www.myexample.net"),
        ("example.net.example.net", "example.net"),
    ],
)
def test_names_of_records_are_relative_to_the_zone(full: str, relative: str) -> None:
    assert zone_file_names.relative(full, ZONE) == relative
    assert zone_file_names.fqdn(relative, ZONE) == full


@given(NAME)
def test_a_name_that_is_stored_and_read_is_the_same(name: str) -> None:
    assert zone_file_names.fqdn(zone_file_names.relative(name, ZONE), ZONE) == name


@pytest.mark.parametrize(
    ("record_type", "text", "absolute"),
    [
        ("CNAME", "host", "host.example.net"),
        ("CNAME", "host.example.org", "host.example.org.example.net"),
        ("CNAME", "host.example.org.", "host.example.org."),
        ("CNAME", "@", "example.net"),
        ("NS", "ns1", "ns1.example.net"),
        ("MX", "10 mail", "10 mail.example.net"),
        ("MX", "10  mail.example.org.", "10 mail.example.org."),
        ("SRV", "1 2 443 sip", "1 2 443 sip.example.net"),
        ("SRV", "0 0 0 .", "0 0 0 ."),
        ("A", "203.0.113.7", "203.0.113.7"),
        ("TXT", '"10 mail"', '"10 mail"'),
        ("CAA", '0 issue "ca"', '0 issue "ca"'),
    ],
)
def test_a_host_name_without_a_final_dot_is_one_in_the_zone(record_type: str, text: str, absolute: str) -> None:
    assert zone_file_names.absolute(record_type, text, ZONE) == absolute


@pytest.mark.parametrize("text", ["mail", "10 20 mail", ""])
def test_what_is_no_content_of_its_type_is_left_as_it_is(text: str) -> None:
    assert zone_file_names.absolute("MX", text, ZONE) == text


@given(st.sampled_from(["CNAME {}", "NS {}", "PTR {}", "MX 10 {}", "SRV 1 2 443 {}"]), HOST)
def test_a_canonical_content_that_is_stored_and_read_is_the_same(form: str, host: str) -> None:
    record_type, _, pattern = form.partition(" ")
    content = canonical_content.content(record_type, pattern.format(host))
    stored = zone_file_names.stored(record_type, content)
    assert stored == f"{content}."
    read = canonical_content.lenient(record_type, zone_file_names.absolute(record_type, stored, ZONE))
    assert read == content


@pytest.mark.parametrize(("record_type", "content"), [("MX", "0 ."), ("SRV", "0 0 0 .")])
def test_no_host_stays_no_host(record_type: str, content: str) -> None:
    """RFC 7505 (null MX) and RFC 2782: the root stands for "none"."""
    stored = zone_file_names.stored(record_type, canonical_content.content(record_type, content))
    assert stored == content
    assert canonical_content.lenient(record_type, zone_file_names.absolute(record_type, stored, ZONE)) == content


def test_a_set_has_the_values_of_its_content_and_reads_back_as_it_was() -> None:
    content = canonical_content.joined(("10 mx.example.org", f"20 mail.{ZONE}"))
    values = zone_file_names.values("MX", content)
    assert sorted(values) == sorted(["10 mx.example.org.", f"20 mail.{ZONE}."])
    assert zone_file_names.content("MX", reversed(values), ZONE) == content
    assert zone_file_names.content("MX", ["20 mail", "10 mx.example.org."], ZONE) == content
