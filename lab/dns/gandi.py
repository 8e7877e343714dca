"""The zones of a Gandi organisation, for the DNS server."""

from __future__ import annotations

from collections.abc import Iterator

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from lab.dns.record import ZoneRecord, Zones, ZoneSource
from lab.gandi.model import RecordSet
from lab.gandi.state import Gandi

_ALIAS = "ALIAS"
"""Gandi's own type, which no question can ask for: the name servers answer with the addresses of its target."""
_TEXTS = frozenset({"SPF", "TXT"})


def zones_of(gandi: Gandi) -> ZoneSource:
    """A source that follows the organisation's zones and record sets."""
    known: dict[str, tuple[tuple[RecordSet, ...], tuple[ZoneRecord, ...]]] = {}

    def zones() -> Zones:
        with gandi.lock:
            now = {name: tuple(held.values()) for name, held in gandi.zones.items()}
        for name, sets in now.items():
            if name not in known or known[name][0] != sets:
                known[name] = sets, tuple(_neutral(sets, name))
        return {name: known[name][1] for name in now}

    return zones


def _neutral(sets: tuple[RecordSet, ...], zone: str) -> Iterator[ZoneRecord]:
    for one in sets:
        name = zone if one.name == "@" else f"{one.name}.{zone}"
        record_type = "CNAME" if one.type == _ALIAS else one.type  # at the apex, where an alias is flattened
        for value in one.values:
            yield ZoneRecord(name, record_type, _absolute(value, record_type, zone), one.ttl)


def _absolute(value: str, record_type: str, zone: str) -> str:
    """A value with host names in full: without a final dot they are names in the zone (RFC 1035, 5.1)."""
    if record_type in _TEXTS:
        return value
    origin = dns.name.from_text(zone)
    kind = dns.rdatatype.from_text(record_type)
    return dns.rdata.from_text(dns.rdataclass.IN, kind, value, origin, relativize=False).to_text()
