"""A DNS record, as declared, read and registered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """A DNS record with canonical values: name an FQDN in lower case, ttl in seconds (1 = automatic).

    content: as a zone file has it (`canonical_content`). A provider whose records are whole sets (Gandi) has all
    values of a set in one record, sorted, one a line.
    """

    name: str
    type: str
    content: str
    ttl: int
    proxied: bool
    comment: str
    tags: tuple[str, ...] = ()
    """Sorted. Where there are none, tags that somebody has given to the record are left alone."""
