"""What the DNS server answers from: records of any provider, in one neutral form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ZoneRecord:
    """One record as its provider holds it.

    name: an FQDN, with or without the final dot. content: in presentation form (RFC 1035, 5.1), host names absolute,
    with or without the final dot; a TXT content is quoted strings or a bare text. ttl: seconds, 1 for automatic.
    proxied: the provider answers with addresses of its own. priority: stands before the content (MX, URI).
    """

    name: str
    type: str
    content: str
    ttl: int = 1
    proxied: bool = False
    priority: int | None = None


Zones = Mapping[str, tuple[ZoneRecord, ...]]
"""The records of each zone, by the zone's name in lower case without the final dot."""

ZoneSource = Callable[[], Zones]
"""Gives the zones as they are now; the same tuple for as long as a zone has not changed. Called from any thread."""


def together(*sources: ZoneSource) -> ZoneSource:
    """One source of the zones of several providers."""

    def zones() -> Zones:
        return {name: records for source in sources for name, records in source().items()}

    return zones
