from __future__ import annotations

import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from lab.dns.lookup import Reply, look_up
from lab.dns.record import ZoneRecord
from lab.dns.zone import Zone

A = "203.0.113.7"


def look(question: str, *records: ZoneRecord, zone: str = "example.com") -> Reply:
    """Ask `NAME TYPE` of one zone."""
    name, record_type = question.split()
    zones = {zone: Zone(zone, records, 3)}
    return look_up(zones, dns.name.from_text(name), dns.rdatatype.from_text(record_type))


def lines(reply: Reply) -> list[str]:
    assert reply.rcode == dns.rcode.NOERROR
    return [line for rrset in reply.answer for line in rrset.to_text().splitlines()]


def is_nodata(reply: Reply) -> bool:
    return reply.rcode == dns.rcode.NOERROR and not reply.answer and _has_soa(reply)


def is_nxdomain(reply: Reply) -> bool:
    return reply.rcode == dns.rcode.NXDOMAIN and not reply.answer and _has_soa(reply)


def _has_soa(reply: Reply) -> bool:
    return [rrset.rdtype for rrset in reply.authority] == [dns.rdatatype.SOA]


class TestRecords:
    def test_addresses_of_a_name(self) -> None:
        reply = look("www.example.com A", ZoneRecord("www.example.com", "A", A, 60))
        assert lines(reply) == [f"www.example.com. 60 IN A {A}"]
        assert reply.authoritative

    def test_names_are_compared_without_case(self) -> None:
        reply = look("WWW.example.COM A", ZoneRecord("www.Example.com.", "A", A, 60))
        assert lines(reply) == [f"WWW.example.COM. 60 IN A {A}"]

    def test_an_automatic_ttl_is_five_minutes(self) -> None:
        assert lines(look("a.example.com A", ZoneRecord("a.example.com", "A", A))) == [f"a.example.com. 300 IN A {A}"]

    @pytest.mark.parametrize(
        ("record", "text"),
        [
            (ZoneRecord("a.example.com", "AAAA", "2001:DB8:0::7", 60), "2001:db8::7"),
            (ZoneRecord("a.example.com", "MX", "mail.example.com", 60, priority=10), "10 mail.example.com."),
            (ZoneRecord("a.example.com", "SRV", "1 2 443 b.example.com", 60), "1 2 443 b.example.com."),
            (ZoneRecord("a.example.com", "CAA", '0 issue "ca.example.net"', 60), '0 issue "ca.example.net"'),
            (ZoneRecord("a.example.com", "TXT", '"one" "two"', 60), '"one" "two"'),
            (ZoneRecord("a.example.com", "TXT", 'bare; text "here"', 60), r'"bare; text \"here\""'),
        ],
    )
    def test_each_type_in_its_form(self, record: ZoneRecord, text: str) -> None:
        assert lines(look(f"a.example.com {record.type}", record)) == [f"a.example.com. 60 IN {record.type} {text}"]

    def test_content_that_is_none_of_its_type_is_a_failure_of_the_server(self) -> None:
        reply = look("a.example.com A", ZoneRecord("a.example.com", "A", "somewhere"))
        assert reply == Reply(dns.rcode.SERVFAIL, authoritative=False)

    def test_international_names_are_found_in_their_ascii_form(self) -> None:
        assert lines(look("bücher.example.com A", ZoneRecord("bücher.example.com", "A", A, 60)))


class TestAbsence:
    def test_a_name_that_does_not_exist(self) -> None:
        assert is_nxdomain(look("a.example.com A"))

    def test_a_name_without_records_of_the_type(self) -> None:
        assert is_nodata(look("a.example.com AAAA", ZoneRecord("a.example.com", "A", A)))

    def test_a_name_between_others_exists(self) -> None:
        assert is_nodata(look("b.example.com A", ZoneRecord("a.b.example.com", "A", A)))

    def test_another_zone_is_refused(self) -> None:
        assert look("www.example.net A") == Reply(dns.rcode.REFUSED, authoritative=False)

    def test_a_name_that_only_ends_alike_is_refused(self) -> None:
        assert look("www.notexample.com A") == Reply(dns.rcode.REFUSED, authoritative=False)

    def test_a_zone_transfer_is_refused(self) -> None:
        assert look("example.com AXFR") == Reply(dns.rcode.REFUSED, authoritative=False)


class TestApex:
    def test_soa_and_name_servers_are_made_up(self) -> None:
        assert lines(look("example.com SOA"))[0].split()[6] == "3"
        assert [line.split()[-1] for line in lines(look("example.com NS"))] == ["ns1.lab.test.", "ns2.lab.test."]

    def test_an_alias_at_the_apex_is_flattened(self) -> None:
        records = ZoneRecord("example.com", "CNAME", "www.example.com"), ZoneRecord("www.example.com", "A", A, 60)
        assert lines(look("example.com A", *records)) == [f"example.com. 60 IN A {A}"]
        assert is_nodata(look("example.com AAAA", *records))
        assert is_nodata(look("example.com CNAME", *records))
        assert len(lines(look("example.com NS", *records))) == 2

    @pytest.mark.parametrize("target", ["www.example.net", "example.com"])
    def test_an_alias_at_the_apex_to_where_we_cannot_look(self, target: str) -> None:
        reply = look("example.com A", ZoneRecord("example.com", "CNAME", target))
        assert reply == Reply(dns.rcode.SERVFAIL, authoritative=False)


class TestAliases:
    def test_an_alias_is_followed_within_the_zone(self) -> None:
        records = ZoneRecord("a.example.com", "CNAME", "b.example.com", 60), ZoneRecord("b.example.com", "A", A, 60)
        assert lines(look("a.example.com A", *records)) == [
            "a.example.com. 60 IN CNAME b.example.com.",
            f"b.example.com. 60 IN A {A}",
        ]

    def test_the_alias_itself_is_not_followed(self) -> None:
        records = ZoneRecord("a.example.com", "CNAME", "b.example.com", 60), ZoneRecord("b.example.com", "A", A, 60)
        assert lines(look("a.example.com CNAME", *records)) == ["a.example.com. 60 IN CNAME b.example.com."]

    def test_an_alias_out_of_the_zone_is_all_that_is_known(self) -> None:
        reply = look("a.example.com A", ZoneRecord("a.example.com", "CNAME", "b.example.net", 60))
        assert lines(reply) == ["a.example.com. 60 IN CNAME b.example.net."]

    def test_an_alias_to_nothing_is_nxdomain_with_the_alias(self) -> None:
        reply = look("a.example.com A", ZoneRecord("a.example.com", "CNAME", "b.example.com", 60))
        assert reply.rcode == dns.rcode.NXDOMAIN
        assert [rrset.rdtype for rrset in reply.answer] == [dns.rdatatype.CNAME]

    def test_a_circle_of_aliases_ends(self) -> None:
        records = (
            ZoneRecord("a.example.com", "CNAME", "b.example.com"),
            ZoneRecord("b.example.com", "CNAME", "a.example.com"),
        )
        assert len(lines(look("a.example.com A", *records))) == 2


class TestWildcards:
    WILD = ZoneRecord("*.example.com", "A", A, 60)

    def test_a_wildcard_covers_names_that_do_not_exist_however_deep(self) -> None:
        assert lines(look("a.example.com A", self.WILD)) == [f"a.example.com. 60 IN A {A}"]
        assert lines(look("a.b.c.example.com A", self.WILD)) == [f"a.b.c.example.com. 60 IN A {A}"]

    def test_a_wildcard_is_a_name_too(self) -> None:
        assert lines(look("*.example.com A", self.WILD)) == [f"*.example.com. 60 IN A {A}"]

    def test_a_name_that_exists_is_not_covered_whatever_its_type(self) -> None:
        assert is_nodata(look("a.example.com A", self.WILD, ZoneRecord("a.example.com", "TXT", "x")))

    def test_names_below_one_that_exists_are_not_covered(self) -> None:
        assert is_nxdomain(look("x.a.example.com A", self.WILD, ZoneRecord("a.example.com", "TXT", "x")))

    def test_the_wildcard_of_the_closest_encloser_counts(self) -> None:
        closer = ZoneRecord("*.a.example.com", "A", "203.0.113.8", 60)
        assert lines(look("x.a.example.com A", self.WILD, closer)) == ["x.a.example.com. 60 IN A 203.0.113.8"]
        assert is_nodata(look("a.example.com A", self.WILD, closer))

    def test_a_wildcard_alias_is_followed(self) -> None:
        records = ZoneRecord("*.example.com", "CNAME", "b.example.com", 60), ZoneRecord("b.example.com", "A", A, 60)
        assert len(lines(look("x.example.com A", *records))) == 2


class TestProxied:
    def test_the_edge_answers_in_both_families_whatever_the_content(self) -> None:
        record = ZoneRecord("a.example.com", "A", A, 60, proxied=True)
        assert "a.example.com. 300 IN A 198.51.100.200" in lines(look("a.example.com A", record))
        assert "a.example.com. 300 IN AAAA 2001:db8:ed9e::200" in lines(look("a.example.com AAAA", record))

    def test_a_proxied_alias_is_not_shown(self) -> None:
        record = ZoneRecord("a.example.com", "CNAME", "b.example.net", proxied=True)
        assert len(lines(look("a.example.com A", record))) == 2
        assert is_nodata(look("a.example.com CNAME", record))

    def test_other_types_are_as_they_are(self) -> None:
        records = ZoneRecord("a.example.com", "A", A, proxied=True), ZoneRecord("a.example.com", "TXT", "x", 60)
        assert lines(look("a.example.com TXT", *records)) == ['a.example.com. 60 IN TXT "x"']


class TestDelegation:
    def test_names_below_a_cut_are_referred_without_authority(self) -> None:
        reply = look("www.sub.example.com A", ZoneRecord("sub.example.com", "NS", "ns.example.net"))
        assert (reply.rcode, reply.authoritative, reply.answer) == (dns.rcode.NOERROR, False, [])
        assert reply.authority[0].to_text() == "sub.example.com. 300 IN NS ns.example.net."

    def test_name_servers_below_it_come_with_their_addresses(self) -> None:
        cut, glue = (
            ZoneRecord("sub.example.com", "NS", "ns.sub.example.com"),
            ZoneRecord("ns.sub.example.com", "A", A),
        )
        reply = look("sub.example.com NS", cut, glue)
        assert [one.to_text() for one in reply.additional] == [f"ns.sub.example.com. 300 IN A {A}"]

    def test_of_the_key_of_a_delegated_name_the_parent_knows(self) -> None:
        cut = ZoneRecord("sub.example.com", "NS", "ns.example.net")
        key = ZoneRecord("sub.example.com", "DS", f"1 13 2 {'AB' * 32}")
        reply = look("sub.example.com DS", cut, key)
        assert reply.authoritative
        assert lines(reply) == [f"sub.example.com. 300 IN DS 1 13 2 {'ab' * 32}"]


def test_a_question_for_any_type_is_answered_as_rfc_8482_has_it() -> None:
    reply = look("a.example.com ANY", ZoneRecord("a.example.com", "A", A))
    assert lines(reply) == ['a.example.com. 300 IN HINFO "RFC8482" ""']
