from __future__ import annotations

from collections.abc import Iterator

import dns.message
import dns.query
import pytest

from lab.cloudflare.state import Cloudflare
from lab.dns.cloudflare import zones_of
from lab.dns.server import serve_dns


@pytest.fixture
def account() -> Cloudflare:
    cloudflare = Cloudflare()
    cloudflare.add_zone("example.com", "pro", "z1")
    return cloudflare


@pytest.fixture
def place(account: Cloudflare) -> Iterator[str]:
    with serve_dns(zones_of(account)) as place:
        yield place


def answers(place: str, name: str, record_type: str) -> list[str]:
    query = dns.message.make_query(name, record_type)
    response = dns.query.udp(query, "127.0.0.1", timeout=60, port=int(place.rpartition(":")[2]))
    return [line for rrset in response.answer for line in rrset.to_text().splitlines()]


def test_records_are_answered_from_their_creation_to_their_deletion(account: Cloudflare, place: str) -> None:
    record = account.add_record("z1", {"name": "www", "type": "A", "content": "203.0.113.7", "ttl": 1})
    assert answers(place, "www.example.com", "A") == ["www.example.com. 300 IN A 203.0.113.7"]
    account.change_record("z1", record.id, {"content": "203.0.113.8", "ttl": 120})
    assert answers(place, "www.example.com", "A") == ["www.example.com. 120 IN A 203.0.113.8"]
    account.remove_record("z1", record.id)
    assert answers(place, "www.example.com", "A") == []


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({"type": "MX", "content": "mail.example.com", "priority": 5}, "MX 5 mail.example.com."),
        (
            {"type": "SRV", "data": {"priority": 1, "weight": 2, "port": 443, "target": "b.example.com"}},
            "SRV 1 2 443 b.example.com.",
        ),
        (
            {"type": "CAA", "data": {"flags": 0, "tag": "issue", "value": "ca.example.net"}},
            'CAA 0 issue "ca.example.net"',
        ),
        ({"type": "TXT", "content": '"heritage=x" "y"'}, 'TXT "heritage=x" "y"'),
        ({"type": "CNAME", "content": "b.example.net"}, "CNAME b.example.net."),
    ],
)
def test_each_type_as_the_api_stores_it(account: Cloudflare, place: str, body: dict[str, object], line: str) -> None:
    account.add_record("z1", {"name": "a", "ttl": 60, **body})
    assert answers(place, "a.example.com", str(body["type"])) == [f"a.example.com. 60 IN {line}"]


def test_a_proxied_record_is_answered_with_the_edge(account: Cloudflare, place: str) -> None:
    account.add_record("z1", {"name": "a", "type": "A", "content": "203.0.113.7", "ttl": 1, "proxied": True})
    assert "a.example.com. 300 IN A 198.51.100.200" in answers(place, "a.example.com", "A")


def test_a_zone_that_has_not_changed_is_the_same_object(account: Cloudflare) -> None:
    zones = zones_of(account)
    assert zones()["example.com"] is zones()["example.com"]


def test_zones_that_are_added_later_are_served(account: Cloudflare, place: str) -> None:
    account.add_zone("example.net", zone_id="z2")
    assert len(answers(place, "example.net", "NS")) == 2
