from __future__ import annotations

import asyncio

import dns.asyncresolver
import pytest

from lab.dns.behaviour import DnsBehaviour
from lab.dns.record import ZoneRecord, Zones
from lab.dns.server import serve_dns
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.zone.name_servers import NameServer, name_servers

ZONES: Zones = {
    "example.com": (
        ZoneRecord("example.com", "NS", "ns1.example.net"),
        ZoneRecord("example.com", "NS", "ns2.example.net"),
    ),
    "example.net": (
        ZoneRecord("ns1.example.net", "A", "192.0.2.1"),
        ZoneRecord("ns1.example.net", "AAAA", "2001:db8::1"),
    ),
}


def resolver(place: str) -> dns.asyncresolver.Resolver:
    """A resolver that asks one server for everything."""
    made = dns.asyncresolver.Resolver(configure=False)
    host, _, port = place.rpartition(":")
    made.nameservers = [host]
    made.port = int(port)
    return made


def find(zone: str, behaviour: DnsBehaviour | None = None, seconds: float = 60) -> tuple[NameServer, ...]:
    with serve_dns(lambda: ZONES, behaviour=behaviour) as place:
        return asyncio.run(name_servers(zone, (), Deadline(seconds), resolver(place)))


def given(*servers: str) -> tuple[NameServer, ...]:
    return asyncio.run(name_servers("example.com", servers, Deadline(60)))


class TestOfAZone:
    def test_are_those_of_its_ns_records_with_ipv4_first(self) -> None:
        first, second = find("example.com")
        assert first == NameServer("ns1.example.net", ("192.0.2.1", "2001:db8::1"))
        assert (second.name, second.addresses) == ("ns2.example.net", ())
        assert second.problem.startswith("its address was not found: ")

    def test_a_zone_that_does_not_exist(self) -> None:
        with pytest.raises(NoAnswerError, match=r"the name servers of none\.example\.net were not found"):
            find("none.example.net")

    def test_a_resolver_that_does_not_answer_in_time(self) -> None:
        with pytest.raises(NoAnswerError, match=r"the name servers of example\.com were not found"):
            find("example.com", DnsBehaviour(silent=True), seconds=0.3)


class TestGiven:
    def test_are_asked_at_port_53_or_theirs(self) -> None:
        assert given("192.0.2.1", "[2001:db8::1]:5353") == (
            NameServer("192.0.2.1", ("192.0.2.1",), 53),
            NameServer("[2001:db8::1]:5353", ("2001:db8::1",), 5353),
        )

    def test_one_given_twice_is_one(self) -> None:
        assert len(given("192.0.2.1", "192.0.2.1")) == 1

    def test_a_server_that_is_none_says_why(self) -> None:
        (server,) = given("192.0.2.1:0")
        assert (server.addresses, server.problem) == ((), "'192.0.2.1:0': a port is a number from 1 to 65535")
