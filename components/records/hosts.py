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
from collections.abc import Callable

from components.plain_text import quoted
from components.records import canonical, international

HOST_AT = (
    dict.fromkeys(("ALIAS", "CNAME", "DNAME", "NS", "PTR"), 0)
    | dict.fromkeys(("MX", "HTTPS", "SVCB"), 1)
    | {"SRV": 3, "NAPTR": -1}
)
"""The position of the host among the words of a content, by type; -1: the last one."""
SERVICE_BINDINGS = frozenset({"HTTPS", "SVCB"})
"""The types with parameters behind the host (RFC 9460)."""
_TOP_LEVEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
"""Labels of top-level domains: letters alone, or Punycode (RFC 6912, section 4)."""


def written(record_type: str, text: str) -> str:
    """Return the host of a content as it is written; "" where the type has none, or the text is no such content."""
    return _parted(record_type, text)[1]


def changed(record_type: str, text: str, change: Callable[[str], str]) -> str:
    """Return a content with its host changed; as it is where it has none."""
    before, host, after = _parted(record_type, text)
    return " ".join(part for part in (before, change(host), after) if part) if host else text


def in_ascii(record_type: str, text: str) -> str:
    """Return a content with its host in Punycode. Raises ValueError where that is no international name."""
    if text.isascii() or written(record_type, text).isascii():
        return text
    return changed(record_type, text, international.to_ascii)


def _parted(record_type: str, text: str) -> tuple[str, str, str]:
    """Return a content in three parts: the text before its host, the host, the text behind."""
    position = HOST_AT.get(record_type)
    if position is None:
        return text, "", ""
    if position < 0:  # what stands before may be quoted, spaces and all
        start, _, last = text.rstrip().rpartition(" ")
        return start, last, ""
    words = text.split(maxsplit=position + 1)
    before, host, after = words[:position], words[position : position + 1], words[position + 1 :]
    if not host or (after and record_type not in SERVICE_BINDINGS):
        return text, "", ""
    return " ".join(before), host[0], " ".join(after)


def completed(host: str, zone: str) -> str:
    """Return a host in full that was written without a dot at its end; "" stands for `@`.

    Raises ValueError, with the form to write, where it can be no host elsewhere and is not said to be in the zone.
    """
    if not host or host == zone or host.endswith(f".{zone}"):
        return host or zone
    if len(host) > international.LONGEST_NAME:
        raise ValueError(f"the host {quoted(host)} is longer than {international.LONGEST_NAME} characters")
    if canonical.is_address(host):
        raise ValueError(f"{quoted(host)} is an IP address, which is no host name")
    inside = f"{host}.{zone}"
    _, dot, last = host.rpartition(".")
    if dot and not _TOP_LEVEL.fullmatch(last):
        raise ValueError(
            f"the host {quoted(host)} ends in {quoted(last)}, which is no top-level domain: write {inside} for the one "
            f"in the zone, or {host}. with a dot at its end"
        )
    return host if dot else inside
