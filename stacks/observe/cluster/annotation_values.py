"""The values that annotations may have, and what is said where they have another. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address

from components.records import canonical
from stacks.observe.cluster.kinds.hostnames import hostname, is_address
from stacks.settings.zone import LONGEST_COMMENT

GATEWAY_ADDRESS = "gateway-address"
DDNS = "ddns"
LONGEST_TTL = 2**31 - 1
"""RFC 2181, section 8. What a zone's provider allows is less."""

_DURATION = re.compile(r"(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+")
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_BOOLEANS = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}
_TYPES = {"A": ("A",), "AAAA": ("AAAA",), "A/AAAA": ("A", "AAAA")}
_LINK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

CONTENT_MODES = f"{GATEWAY_ADDRESS} or {DDNS}"
TYPES = "A, AAAA or A/AAAA"
TTL = f"seconds from 1 to {LONGEST_TTL}, a duration such as 10m, or auto"
BOOLEAN = "true or false"
HOSTNAMES = "DNS names, separated by commas"
TARGETS = "IP addresses, or one host name"
COMMENT = f"one line of at most {LONGEST_COMMENT} characters"
LINKS = "names of links, separated by commas"
HOSTNAME_SOURCES = "defined-hosts-only or annotation-only"
ACCESS = "public or private"
TAGS = "texts, separated by commas"


def content_mode(text: str) -> str:
    """The mode. Raises ValueError, as all here do."""
    return _one_of(text.lower(), (GATEWAY_ADDRESS, DDNS))


def types(text: str) -> tuple[str, ...]:
    """The record types; the names of types have no case."""
    return _TYPES[_one_of(text.upper(), tuple(_TYPES))]


def hostname_source(text: str) -> str:
    """Which names of an object count."""
    return _one_of(text.lower(), ("defined-hosts-only", "annotation-only"))


def access(text: str) -> str:
    """Which addresses of nodes count."""
    return _one_of(text.lower(), ("public", "private"))


def ttl(text: str) -> int:
    """Seconds, or 1 for automatic. Fractions of a second are cut, as external-dns does it."""
    if text.lower() == "auto":
        return canonical.AUTOMATIC_TTL
    if re.fullmatch(r"\d{1,12}", text, re.ASCII):
        seconds = int(text)
    elif _DURATION.fullmatch(text):
        seconds = int(sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)))
    else:
        raise ValueError
    if not 1 <= seconds <= LONGEST_TTL:
        raise ValueError
    return seconds


def boolean(text: str) -> bool:
    """True or false, in the spellings that external-dns takes (Go's `ParseBool`)."""
    return _BOOLEANS[_one_of(text.lower(), tuple(_BOOLEANS))]


def items(text: str) -> tuple[str, ...]:
    """What stands between the commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def hostnames(text: str) -> tuple[str, ...]:
    """DNS names."""
    found = tuple(dict.fromkeys(hostname(part) for part in items(text)))
    if not found:
        raise ValueError
    return found


def targets(text: str) -> tuple[str, ...]:
    """Addresses, or one name: a CNAME stands alone (RFC 1034, 3.6.2)."""
    found = tuple(dict.fromkeys(target(part) for part in items(text)))
    names = [one for one in found if not is_address(one)]
    if not found or (names and len(found) > 1) or any(name.startswith("*") for name in names):
        raise ValueError
    return found


def target(text: str) -> str:
    """An address or a name in its canonical form."""
    return str(ip_address(text)) if is_address(text) and "%" not in text else hostname(text)


def comment(text: str) -> str:
    """One line."""
    if "\n" in text or len(text) > LONGEST_COMMENT:
        raise ValueError
    return text


def links(text: str) -> tuple[str, ...]:
    """Names of links; whether there are such is not known here."""
    found = items(text)
    if not found or not all(_LINK.fullmatch(one) for one in found):
        raise ValueError
    return tuple(sorted(set(found)))


def tags(text: str) -> tuple[str, ...]:
    """Tags, sorted."""
    return tuple(sorted(set(items(text))))


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise ValueError
    return text
