"""Names as Gandi's LiveDNS has them: relative to the zone in records, absolute with a final dot in their contents.

A name in a content without a final dot is one in the zone, as in a zone file.
"""

from __future__ import annotations

from collections.abc import Callable

APEX = "@"
HOST_AT = {"CNAME": 0, "NS": 0, "PTR": 0, "MX": 1, "SRV": 3}
"""The types whose contents end in a host name, and which word that is."""


def relative(name: str, zone: str) -> str:
    """The name of a record in its zone: `www` for www.example.com, `@` for the zone's own."""
    return APEX if name == zone else name.removesuffix(f".{zone}")


def fqdn(name: str, zone: str) -> str:
    """The full name, in lower case, of a record that the API calls so."""
    return zone if name == APEX else f"{name.lower()}.{zone}"


def absolute(record_type: str, text: str, zone: str) -> str:
    """A content of the API with its host name in full."""
    return _with_host(record_type, text, lambda host: host if host.endswith(".") else fqdn(host, zone))


def stored(record_type: str, text: str) -> str:
    """A canonical content as the API should store it: its host name with the final dot."""
    return _with_host(record_type, text, lambda host: host if host.endswith(".") else f"{host}.")


def _with_host(record_type: str, text: str, change: Callable[[str], str]) -> str:
    position = HOST_AT.get(record_type)
    words = text.split()
    if position is None or len(words) != position + 1:
        return text
    return " ".join([*words[:-1], change(words[-1])])
