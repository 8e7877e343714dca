from __future__ import annotations

import ipaddress

import dns.rdata
import pytest
from dns.rdtypes.ANY.TXT import TXT
from hypothesis import given
from hypothesis import strategies as st

from components.records import canonical_content
from lab.gandi import txt as gandi_txt

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=600)


@pytest.mark.parametrize(
    ("record_type", "written", "canonical"),
    [
        ("A", " 203.0.113.7 ", "203.0.113.7"),
        ("AAAA", "2001:0DB8::0007", "2001:db8::7"),
        ("CNAME", "Host.Example.ORG.", "host.example.org"),
        ("CNAME", "host", "host"),
        ("NS", "NS1.example.org.", "ns1.example.org"),
        ("MX", "10   Mail.Example.ORG.", "10 mail.example.org"),
        ("MX", "0 .", "0 ."),
        ("SRV", "010 5 5060 Sip.example.org.", "10 5 5060 sip.example.org"),
        ("CAA", "0 issue letsencrypt.org", '0 issue "letsencrypt.org"'),
        ("CAA", '128 issuewild ";"', '128 issuewild ";"'),
        ("CAA", '0 iodef "mailto:Abuse@Example.org"', '0 iodef "mailto:Abuse@Example.org"'),
        ("TXT", "v=spf1 -all", '"v=spf1 -all"'),
        ("TXT", '"v=spf1 -all"', '"v=spf1 -all"'),
        ("TXT", '"v=spf1" " -all"', '"v=spf1 -all"'),
        ("TXT", 'say "hi"', '"say \\"hi\\""'),
        ("TXT", "", '""'),
    ],
)
def test_each_way_to_write_a_content_has_one_form(record_type: str, written: str, canonical: str) -> None:
    assert canonical_content.content(record_type, written) == canonical
    assert canonical_content.content(record_type, canonical) == canonical


@pytest.mark.parametrize(
    ("record_type", "written", "why"),
    [
        ("A", "2001:db8::7", "is no IPv4 address"),
        ("A", "host.example.org", "is no IP address"),
        ("AAAA", "::1:2/64", "is no IP address but a network, or the host part of an address"),
        ("AAAA", "203.0.113.7", "is no IPv6 address"),
        ("MX", "mail.example.org", "is no content of a record of type MX"),
        ("MX", "70000 mail.example.org", "is no content of a record of type MX"),
        ("SRV", "1 2 sip.example.org", "e.g. 10 5 5060 sip.example.com"),
        ("CAA", "issue letsencrypt.org", "is no content of a record of type CAA"),
        ("CNAME", "a..b", "is no content of a record of type CNAME"),
        ("TXT", '"open', "what begins with a quote has to end with one"),
    ],
)
def test_what_is_no_content_of_its_type_is_refused_and_read_as_it_is(record_type: str, written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        canonical_content.content(record_type, written)
    assert canonical_content.lenient(record_type, written) == written


def test_a_type_that_is_none_is_read_as_it_is() -> None:
    assert canonical_content.lenient("ANAME", "Host.example.org.") == "Host.example.org."


def test_an_alias_of_a_providers_own_is_written_like_a_cname() -> None:
    assert canonical_content.content("ALIAS", "Host.example.org.") == "host.example.org"


def strings(text: str) -> tuple[bytes, ...]:
    """The character-strings that a text is stored as."""
    rdata = dns.rdata.from_text("IN", "TXT", canonical_content.content("TXT", text))
    assert isinstance(rdata, TXT)
    return rdata.strings


class TestTexts:
    @given(TEXT)
    def test_say_what_was_written(self, text: str) -> None:
        quoted = text if not text.strip().startswith('"') else "x" + text
        assert b"".join(strings(quoted)) == quoted.encode()

    @given(TEXT)
    def test_have_strings_of_at_most_255_bytes(self, text: str) -> None:
        assert all(len(string) <= 255 for string in strings("x" + text))

    @given(TEXT)
    def test_that_gandi_has_stored_are_the_same(self, text: str) -> None:
        content = canonical_content.content("TXT", "x" + text)
        assert canonical_content.lenient("TXT", gandi_txt.canonical(content)) == content


class TestWholeSets:
    @given(st.sets(st.ip_addresses(v=4).map(str), min_size=1, max_size=6))
    def test_are_one_content_in_whatever_order_the_values_come(self, values: set[str]) -> None:
        content = canonical_content.joined(tuple(values))
        assert content == canonical_content.joined(tuple(sorted(values, reverse=True)))
        assert set(canonical_content.split(content)) == values

    @given(st.lists(TEXT, min_size=1, max_size=4))
    def test_of_texts_come_apart_as_they_were_put_together(self, texts: list[str]) -> None:
        values = [canonical_content.content("TXT", "x" + text) for text in texts]
        assert canonical_content.split(canonical_content.joined(tuple(values))) == tuple(sorted(values))

    def test_of_one_value_are_that_value(self) -> None:
        assert canonical_content.joined(("203.0.113.7",)) == "203.0.113.7"


@given(st.ip_addresses())
def test_addresses_are_in_their_shortest_form(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    record_type = "A" if address.version == 4 else "AAAA"
    assert canonical_content.content(record_type, address.exploded) == str(address)
