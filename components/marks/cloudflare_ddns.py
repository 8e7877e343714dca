"""The ownership marks of cloudflare-ddns: one TXT record at the very name of its A and AAAA records.

`"heritage=cloudflare-ddns,cloudflare-ddns/owner=<owner-id>"`; the owner is the pod's name, or a UUID made at the start.
"""

from __future__ import annotations

from components.marks import labels
from components.marks.marked import MarkedSet

HERITAGE = "cloudflare-ddns"
MARKED_TYPES = ("A", "AAAA")


def marked(mark_name: str) -> tuple[MarkedSet, ...]:
    """Return the record sets that a mark of this name speaks of."""
    return tuple(MarkedSet(mark_name.lower(), record_type) for record_type in MARKED_TYPES)


def encode(owner: str) -> str:
    """Return the TXT content of an owner's mark. Raises ValueError where it could not be read back."""
    return labels.encode(HERITAGE, {"owner": owner})


def parse(content: str) -> str | None:
    """Return the owner in a TXT content, "" where it names none; None for any other text."""
    found = labels.parse(labels.unquoted(content), HERITAGE)
    return None if found is None else found.get("owner", "")
