"""The zones of a Cloudflare account, for the DNS server."""

from __future__ import annotations

from lab.cloudflare.model import Record
from lab.cloudflare.state import Cloudflare
from lab.dns.record import ZoneRecord, Zones, ZoneSource

_PRIORITY_APART = frozenset({"MX", "URI"})
"""Types whose content does not begin with the priority already."""


def zones_of(cloudflare: Cloudflare) -> ZoneSource:
    """A source that follows the account's zones and records."""
    known: dict[str, tuple[tuple[Record, ...], tuple[ZoneRecord, ...]]] = {}

    def zones() -> Zones:
        found = {}
        with cloudflare.lock:
            # Of several zones of one name the name servers have the active one.
            for zone in sorted(cloudflare.zones.values(), key=lambda one: one.status == "active"):
                records = cloudflare.stores[zone.id].ordered()
                if zone.name not in known or known[zone.name][0] is not records:
                    known[zone.name] = records, tuple(map(_neutral, records))
                found[zone.name] = known[zone.name][1]
        return found

    return zones


def _neutral(record: Record) -> ZoneRecord:
    fields = record.fields
    priority = fields.priority if fields.type in _PRIORITY_APART else None
    return ZoneRecord(fields.name, fields.type, fields.content, fields.ttl, fields.proxied, priority)
