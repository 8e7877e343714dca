"""Names as zone files and Gandi's LiveDNS have them: relative to the zone in records, absolute in their contents.

A name in a content without a final dot is one in the zone.
"""

from __future__ import annotations

from collections.abc import Iterable

from components.records import canonical_content, hosts, international

APEX = "@"


def relative(name: str, zone: str) -> str:
    """Return the name of a record in its zone: `www` for www.example.com, `@` for the zone's own."""
    return APEX if name == zone else name.removesuffix(f".{zone}")


def fqdn(name: str, zone: str) -> str:
    """Return the full name, in lower case, of a record by its name in the API."""
    return zone if name == APEX else f"{international.stored(name)}.{zone}"


def absolute(record_type: str, text: str, zone: str) -> str:
    """Return a content of the API with its host name in full."""
    return hosts.changed(record_type, text, lambda host: host if host.endswith(".") else fqdn(host, zone))


def stored(record_type: str, text: str) -> str:
    """Return a canonical content in the API's form: its host name with the final dot."""
    return hosts.changed(record_type, text, lambda host: host if host.endswith(".") else f"{host}.")


def values(record_type: str, content: str) -> list[str]:
    """Return the values in the canonical content of a whole set, each in the API's form."""
    return [stored(record_type, value) for value in canonical_content.split(content)]


def content(record_type: str, values: Iterable[str], zone: str) -> str:
    """Return the canonical content of a whole set from its values in the API's form."""
    absolutes = (absolute(record_type, text, zone) for text in values)
    return canonical_content.joined(tuple(canonical_content.lenient(record_type, text) for text in absolutes))
