"""Delegated names of a zone: what the API refuses at and below them.

A delegation may be made over records that are there already: they stay, shadowed. New addresses and aliases at its name
are refused (81056), and below it all that is no glue (89018), as clients have logged both since 2021. Since 2026 the
documentation says that records below may be taken without an error; this stand-in has the stricter one of the two.
https://developers.cloudflare.com/dns/manage-dns-records/reference/shadowed-records/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.errors import beneath_a_delegation, name_servers_exist

if TYPE_CHECKING:
    from lab.cloudflare.model import RecordFields, Zone
    from lab.cloudflare.store import RecordStore

_RESOLUTION = frozenset({"A", "AAAA", "CNAME"})
_GLUE = frozenset({"A", "AAAA"})


def check_delegations(zone: Zone, store: RecordStore, fields: RecordFields) -> None:
    """Refuse (ApiError) a new record for the NS records at its name or above, below the zone's own name."""
    if fields.name == zone.name or fields.type == "NS":
        return
    if fields.type in _RESOLUTION and _servers(store, fields.name):
        raise name_servers_exist()
    above = fields.name.partition(".")[2]
    while above and above != zone.name:
        if (servers := _servers(store, above)) and not (fields.type in _GLUE and fields.name in servers):
            raise beneath_a_delegation()
        above = above.partition(".")[2]


def _servers(store: RecordStore, name: str) -> set[str]:
    return {record.content.lower().rstrip(".") for record in store.named(name) if record.type == "NS"}
