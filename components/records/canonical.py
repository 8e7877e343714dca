"""Canonical names, addresses and TTLs, as DNS APIs give them back, so that they compare equal."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from components.plain_text import check_plain, quoted
from components.records import international

AUTOMATIC_TTL = 1
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
MAXIMUM_NAME = 253
LONGEST_ADDRESS = 64
"""Characters; an IPv6 address with its zone has fewer."""
REMEMBERED = 16_384
"""Names that are not made canonical again: a plan asks for each of its names some ten times."""


@lru_cache(maxsize=REMEMBERED)
def fqdn(name: str, zone: str) -> str:
    """Return a full name as the DNS has it: `www`, `www.example.com` and `www.example.com.` are one, `@` is the apex.

    A name with dots must end in the zone: whether `api.dev` meant `api.dev.example.com` or a host elsewhere is not
    for us to guess. Raises ValueError, with a reason for the user, where the name is no DNS name or lies outside.
    """
    given = ascii_name(name)
    bare = given.rstrip(".")
    if bare in {"@", zone}:
        full = zone
    elif bare.endswith(f".{zone}"):
        full = bare
    elif "." in bare:
        is_told = not given.endswith(".") and len(bare) <= MAXIMUM_NAME
        inside = f"; {bare}.{zone} is the form of a name inside it" if is_told else ""
        raise ValueError(f"the name {quoted(name)} lies outside of the zone {zone}{inside}")
    else:
        full = f"{bare}.{zone}"
    check_name(full)
    return full


def fqdn_of_zone_file(name: str, zone: str) -> str:
    """Return the full name of one in a zone file: relative to the zone, unless it ends in it. Raises ValueError."""
    bare = ascii_name(name)
    if bare == zone or bare.endswith((".", f".{zone}")):
        return fqdn(bare, zone)
    check_name(f"{bare}.{zone}")
    return f"{bare}.{zone}"


def ascii_name(name: str) -> str:
    """Return a name as the DNS has it: in lower case, in Punycode, without spaces around it.

    Raises ValueError for hidden characters, and for what is no international name.
    """
    return international.to_ascii(name.strip(" "))


def check_name(name: str) -> None:
    """Raise ValueError where a name in lower case is no DNS name; a wildcard may only be the first label (RFC 4592)."""
    if len(name) > MAXIMUM_NAME:
        raise ValueError(f"the name {quoted(name)} is longer than {MAXIMUM_NAME} characters")
    labels = name.split(".")
    for label in labels[1:] if labels[0] == "*" else labels:
        if not LABEL.fullmatch(label):
            raise ValueError(
                f"the label {quoted(label)} in {quoted(name)} is no DNS label (letters, digits, - and _, 63 at most)"
            )


def address(text: str, record_type: str) -> str:
    """Return an address in canonical form. Raises ValueError where it is none, or not of the record type's family."""
    check_plain(text)
    try:
        parsed = ipaddress.ip_address(text.strip())
    except ValueError:
        part = " but a network, or the host part of an address" if "/" in text else ""
        raise ValueError(f"{quoted(text)} is no IP address{part}") from None
    if (parsed.version == 4) != (record_type == "A"):  # noqa: PLR2004 - IP version
        wanted = "IPv4" if record_type == "A" else "IPv6"
        raise ValueError(f"{quoted(text)} is no {wanted} address, which a record of type {record_type} needs")
    return str(parsed)


def is_address(text: str) -> bool:
    """Return whether the text is an IP address."""
    if len(text) > LONGEST_ADDRESS or (":" not in text and not text[-1:].isdigit()):
        return False  # most names end here: parsing each took a third of the time of a first look at a cluster
    return _parses(text)


@lru_cache(maxsize=4096)
def _parses(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def ttl(value: int, *, proxied: bool, automatic: int = AUTOMATIC_TTL) -> int:
    """Return the TTL that the API stores, in seconds. automatic: the value for proxied records and AUTOMATIC_TTL."""
    return automatic if proxied or value == AUTOMATIC_TTL else value
