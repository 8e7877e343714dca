"""The fields of the ESDDNS operator's `/raw`, for readers that know those (https://github.com/sqe/esddns).

Users have asked for them, so they stay; nothing else of the page depends on them. Its metrics are in
`cli.metrics.compatible`, its ConfigMap in `cli.address_cache`.
"""

from __future__ import annotations

from datetime import UTC

from cli.web.names import Row
from cli.web.status import AddressStatus, Status, timestamp
from stacks.model.values import WAN, Family, Known


def esddns_fields(status: Status, found: list[Row]) -> Row:
    """Return the fields: `current_ip`, `detected_at`, `timestamp`, `wan_ip_state`, `record_state`, `poll_date`."""
    ipv4, ipv6 = (status.addresses.get((WAN, family)) for family in Family)
    seen = next((one for one in (ipv4, ipv6) if one and _first(one)), None)
    address = _first(seen) if seen else None
    at = status.leader.done_at or status.started
    polled = max([at, *(one.at for one in status.addresses.values())])
    addressed = [row for row in found if row["type"] in {"A", "AAAA"} and row["contents"]]
    first = next((row for row in addressed if row["state"] == "ok"), addressed[0] if addressed else None)
    return {
        "current_ip": address,
        "detected_at": timestamp(seen.at) if seen else None,
        "timestamp": timestamp(polled),
        "wan_ip_state": {"usable": address is not None, "IP": address},
        "record_state": {
            "in_sync": all(row["state"] in {"ok", "leaving"} for row in found) if status.leader.done else None,
            "record_data": _record_data(first) if first else None,
        },
        "poll_date": f"{polled.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
    }


def _first(seen: AddressStatus) -> str | None:
    found = seen.sighting.addresses
    return str(found.value[0]) if isinstance(found, Known) and found.value else None


def _record_data(row: Row) -> Row:
    """A record set as Gandi's LiveDNS API names its fields (https://api.gandi.net/docs/livedns/)."""
    zone, name = row["zone"], row["name"]
    return {
        "rrset_name": "@" if name == zone else name.removesuffix(f".{zone}"),
        "rrset_type": row["type"],
        "rrset_ttl": row["ttl"],
        "rrset_values": row["contents"],
    }
