"""Hosts in the contents of records, as people write them: as in a zone file (RFC 1035, 5.1), and in Unicode.

| in a content, in the zone example.com | is the host         | because                                                |
|---------------------------------------|---------------------|--------------------------------------------------------|
| `mail`                                | mail.example.com    | it has no dot: never a top-level name                  |
| `@`                                   | example.com         | the zone itself                                        |
| `mail.example.com`                    | mail.example.com    | it ends in the zone                                    |
| `mail.example.org`                    | mail.example.org    | it has a dot; a zone file would have one at its end    |
| `mail.`                               | mail                | the dot at its end says that it is complete            |
| `.`                                   | none                | null MX (RFC 7505), no service (RFC 2782)              |
| `s1._domainkey`                       | refused             | nothing ends so; the form to write is told             |
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from components.plain_text import quoted
from components.records import international

HOST_AT = {"ALIAS": 0, "CNAME": 0, "DNAME": 0, "NS": 0, "PTR": 0, "MX": 1, "HTTPS": 1, "SVCB": 1, "SRV": 3}
"""The position of the host in a content, by type."""
_TOP_LEVEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
"""Labels of top-level domains: letters alone, or Punycode (RFC 6912, section 4)."""


def written(record_type: str, text: str) -> str:
    """Return the host of a content as it is written; "" where the type has none, or the text is no such content."""
    position = HOST_AT.get(record_type)
    words = [] if position is None else text.split()
    return words[position] if position is not None and len(words) > position else ""


def in_ascii(record_type: str, text: str) -> str:
    """Return a content with its host in Punycode. Raises ValueError where that is no international name."""
    if text.isascii() or (host := written(record_type, text)).isascii():
        return text
    words = text.split()
    words[HOST_AT[record_type]] = international.to_ascii(host)
    return " ".join(words)


def completed(host: str, zone: str) -> str:
    """Return a host in full that was written without a dot at its end; "" stands for `@`.

    Raises ValueError, with the form to write, where it can be no host elsewhere and is not said to be in the zone.
    """
    if not host or host == zone or host.endswith(f".{zone}"):
        return host or zone
    if len(host) > international.LONGEST_NAME:
        raise ValueError(f"the host {quoted(host)} is longer than {international.LONGEST_NAME} characters")
    if _is_address(host):
        raise ValueError(f"{quoted(host)} is an IP address, which is no host name")
    inside = f"{host}.{zone}"
    _, dot, last = host.rpartition(".")
    if dot and not _TOP_LEVEL.fullmatch(last):
        raise ValueError(
            f"the host {quoted(host)} ends in {quoted(last)}, which is no top-level domain: write {inside} for the one "
            f"in the zone, or {host}. with a dot at its end"
        )
    return host if dot else inside


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
