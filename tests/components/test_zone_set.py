"""What is a record set of a zone."""

from __future__ import annotations

import pytest

from components.zone_set import ZoneSet
from tests.bind import ZONE


def zone_set(name: str, kind: str = "A", *values: str, ttl: int = 300) -> ZoneSet:
    return ZoneSet(ZONE, name, kind, ttl, values or ("192.0.2.1", "192.0.2.2"))


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        (zone_set("www", "A", "host"), "values", "'host' is no value of type A"),
        (zone_set("www", "A", "192.0.2.1\nwww 1 IN A 192.0.2.2"), "values", "than a line"),
        (zone_set("www", "TXT", '"' + "x" * 10_000 + '"'), "values", "longer than 8192"),
        (zone_set("www", "CNAME", "a.example.", "b.example."), "values", "a CNAME has one"),
        (zone_set("www", "SOA", "a b 1 1 1 1 1"), "type", "are the server's own"),
        (zone_set("www", "NOTHING"), "type", "is no type of records"),
        (zone_set("www", ttl=-1), "ttl", "is not from 0"),
        (zone_set("x" * 64), "name", "is no name"),
        (ZoneSet("", "www", "A", 300, ("192.0.2.1",)), "zone", "it is empty"),
        (ZoneSet(ZONE, "www", "A", 300, ()), "values", "there are 0"),
    ],
)
def test_what_is_no_record_set_is_said_by_field(given: ZoneSet, field: str, reason: str) -> None:
    assert reason in given.faults()[field]


def test_values_in_another_order_or_spelling_are_the_same() -> None:
    first = zone_set("www", "AAAA", "2001:db8::1", "2001:DB8:0::2")
    assert first.same_values(zone_set("www", "AAAA", "2001:db8::2", "2001:db8:0:0::1").rdataset())
    assert not first.same_values(zone_set("www", "AAAA", "2001:db8::2").rdataset())
