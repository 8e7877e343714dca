"""The record types that can be declared. A further one needs its canonical content and each provider's fields."""

from __future__ import annotations

from typing import Literal, get_args

_Usual = Literal["A", "AAAA", "CNAME", "TXT", "MX", "SRV", "CAA", "NS", "PTR"]
RecordType = Literal[_Usual, "HTTPS", "SVCB", "TLSA", "SSHFP", "DS", "NAPTR", "LOC", "URI"]
RECORD_TYPES: tuple[RecordType, ...] = get_args(RecordType)
"""The types that settings and objects may ask for."""
MARKED_TYPES = (*RECORD_TYPES, "ALIAS")
"""The types of records that have ownership marks; a provider may have an alias at the apex in a CNAME's place."""
PROXIED_TYPES = frozenset({"A", "AAAA", "CNAME"})
"""The types of names that a provider's proxy can answer for."""
DELEGATING_TYPES = frozenset({"NS", "DS"})
"""The types at a zone cut: what they hand to other name servers is answered by these alone (RFC 1034, 4.2.1)."""


def why_not_at(record_type: str, name: str, zone: str) -> str:
    """Return why a zone has no records of a type at a name; "" where it may have them."""
    if record_type not in DELEGATING_TYPES or name != zone:
        return ""
    return f"{record_type} records of {zone} itself are no part of the zone: who serves it says so, or its parent"
