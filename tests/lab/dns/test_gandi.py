from __future__ import annotations

from collections.abc import Iterator

import dns.message
import dns.query
import pytest

from lab.cloudflare.state import Cloudflare
from lab.dns import cloudflare
from lab.dns.gandi import zones_of
from lab.dns.record import together
from lab.dns.server import serve_dns
from lab.gandi.state import Gandi

ZONE = "example.net"


@pytest.fixture
def organisation() -> Gandi:
    gandi = Gandi()
    gandi.add_zone(ZONE)
    return gandi


@pytest.fixture
def place(organisation: Gandi) -> Iterator[str]:
    with serve_dns(zones_of(organisation)) as place:
        yield place


def put(gandi: Gandi, name: str, record_type: str, *values: str) -> None:
    body = {"rrset_name": name, "rrset_type": record_type, "rrset_values": list(values), "rrset_ttl": 300}
    gandi.put_record(ZONE, body)


def answers(place: str, name: str, record_type: str) -> set[str]:
    query = dns.message.make_query(name, record_type)
    response = dns.query.udp(query, "127.0.0.1", timeout=60, port=int(place.rpartition(":")[2]))
    return {line for rrset in response.answer for line in rrset.to_text().splitlines()}


def test_record_sets_are_answered_from_their_creation_to_their_deletion(organisation: Gandi, place: str) -> None:
    put(organisation, "www", "A", "203.0.113.7", "203.0.113.8")
    assert answers(place, "www.example.net", "A") == {
        "www.example.net. 300 IN A 203.0.113.7",
        "www.example.net. 300 IN A 203.0.113.8",
    }
    put(organisation, "www", "A", "203.0.113.9")
    assert answers(place, "www.example.net", "A") == {"www.example.net. 300 IN A 203.0.113.9"}
    organisation.remove_record(ZONE, "www", "A")
    assert answers(place, "www.example.net", "A") == set()


@pytest.mark.parametrize(
    ("record_type", "value", "answer"),
    [
        ("CNAME", "b", "CNAME b.example.net."),
        ("CNAME", "b.example.org.", "CNAME b.example.org."),
        ("MX", "5 @", "MX 5 example.net."),
        ("SRV", "1 2 443 b", "SRV 1 2 443 b.example.net."),
        ("CAA", '0 issue "ca.example.org"', 'CAA 0 issue "ca.example.org"'),
        ("TXT", "heritage=x y", 'TXT "heritage=x y"'),
    ],
)
def test_host_names_are_answered_in_full(
    organisation: Gandi, place: str, record_type: str, value: str, answer: str
) -> None:
    put(organisation, "a", record_type, value)
    assert answers(place, "a.example.net", record_type) == {f"a.example.net. 300 IN {answer}"}


def test_the_apex_and_wildcards_have_their_records(organisation: Gandi, place: str) -> None:
    put(organisation, "@", "A", "203.0.113.7")
    put(organisation, "*", "A", "203.0.113.8")
    assert answers(place, "example.net", "A") == {"example.net. 300 IN A 203.0.113.7"}
    assert answers(place, "any.example.net", "A") == {"any.example.net. 300 IN A 203.0.113.8"}


def test_an_alias_of_gandis_own_type_answers_with_the_addresses_of_its_target(organisation: Gandi, place: str) -> None:
    put(organisation, "@", "ALIAS", "host.example.net.")
    put(organisation, "@", "MX", "10 mail.example.net.")
    put(organisation, "host", "A", "203.0.113.7")
    assert answers(place, "example.net", "A") == {"example.net. 300 IN A 203.0.113.7"}
    assert answers(place, "example.net", "MX") == {"example.net. 300 IN MX 10 mail.example.net."}
    assert answers(place, "example.net", "CNAME") == set()


def test_a_zone_that_has_not_changed_is_the_same_object(organisation: Gandi) -> None:
    zones = zones_of(organisation)
    put(organisation, "www", "A", "203.0.113.7")
    before = zones()[ZONE]
    assert zones()[ZONE] is before
    put(organisation, "www", "A", "203.0.113.7")
    assert zones()[ZONE] is before
    put(organisation, "www", "A", "203.0.113.8")
    assert zones()[ZONE] is not before


def test_zones_of_several_providers_are_served_together(organisation: Gandi) -> None:
    account = Cloudflare()
    account.add_zone("example.com")
    put(organisation, "www", "A", "203.0.113.7")
    zones = together(cloudflare.zones_of(account), zones_of(organisation))()
    assert {name: len(records) for name, records in zones.items()} == {"example.com": 0, ZONE: 1}
