"""The record types that can be declared. A further one needs its canonical content and each provider's fields."""

from __future__ import annotations

RECORD_TYPES = (
    *("A", "AAAA", "CNAME", "TXT", "MX", "SRV", "CAA", "NS", "PTR"),
    *("HTTPS", "SVCB", "TLSA", "SSHFP", "DS", "NAPTR", "LOC", "URI"),
)
"""The types that settings and objects may ask for."""
MARKED_TYPES = (*RECORD_TYPES, "ALIAS")
"""The types of records that have ownership marks; a provider may have an alias at the apex in a CNAME's place."""
DELEGATING_TYPES = frozenset({"NS", "DS"})
"""The types at a zone cut: what they hand to other name servers is answered by these alone (RFC 1034, 4.2.1)."""
