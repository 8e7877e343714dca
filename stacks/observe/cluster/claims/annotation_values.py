"""The values that annotations may have, each parsed from text of bounded length. Pure.

An object may carry 256 KiB of annotations (Kubernetes API, `TotalAnnotationSizeLimitB`): nothing is parsed before its
length is known, so that no object's owner can make the observation of all others wait. Every function here raises
ValueError for a text that is not allowed; the constants say in words what is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address

from components.plain_text import check_plain, quoted
from components.records import canonical
from components.records.canonical import is_address
from stacks.model.addresses import host_part
from stacks.model.addresses.host_part import HostPart
from stacks.observe.cluster.claims.hostnames import hostname

GATEWAY_ADDRESS = "gateway-address"
DDNS = "ddns"
LONGEST_TTL = 2**31 - 1
"""RFC 2181, section 8. What a zone's provider allows is less."""

LONGEST_SCALAR = 64
"""Characters of a value that is no list, and no comment or name."""
LONGEST_LIST = 8192
"""Characters of a list."""
MOST_ITEMS = 128
"""Items of a list."""

_WHOLE_SECONDS = re.compile(r"[0-9]{1,12}")
_NUMBER = r"[0-9]{1,64}+(?:\.[0-9]{0,64}+)?|\.[0-9]{1,64}+"
_UNIT = r"ns|us|µs|ms|s|m|h"
_DURATION = re.compile(rf"(?:(?:{_NUMBER})(?:{_UNIT}))+")
_PART = re.compile(rf"({_NUMBER})({_UNIT})")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_BOOLEANS = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}
_TYPES = {"A": ("A",), "AAAA": ("AAAA",), "A/AAAA": ("A", "AAAA")}
_LINK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

CONTENT_MODES = f"{GATEWAY_ADDRESS} or {DDNS}"
TYPES = "A, AAAA or A/AAAA"
TTL = "whole seconds, a duration such as 10m, or auto"
BOOLEAN = "true or false"
HOSTNAMES = "DNS names, separated by commas"
TARGETS = "IP addresses, or one host name"
COMMENT = "a text without hidden characters"
LINKS = "names of links, separated by commas"
HOST6 = f"{host_part.FORMS}; several are separated by commas"
HOSTNAME_SOURCES = "defined-hosts-only or annotation-only"
ACCESS = "public or private"
NODE_EXTERNAL_IP, HOST_IP = "NodeExternalIP", "HostIP"
ENDPOINTS_TYPES = f"{NODE_EXTERNAL_IP} or {HOST_IP}"
TAGS = "texts, separated by commas"


def content_mode(text: str) -> str:
    """Return the content mode: the source of the targets."""
    return _one_of(text, (GATEWAY_ADDRESS, DDNS))


def types(text: str) -> tuple[str, ...]:
    """Return the record types; upper and lower case are the same."""
    return _TYPES[_one_of(text, tuple(_TYPES))]


def hostname_source(text: str) -> str:
    """Return the mode that chooses among an object's names: its own, or those of its annotation."""
    return _one_of(text, ("defined-hosts-only", "annotation-only"))


def access(text: str) -> str:
    """Return the access that chooses among the addresses of nodes: public or private."""
    return _one_of(text, ("public", "private"))


def endpoints_type(text: str) -> str:
    """Return the type of the addresses of nodes that stand for the pods of a headless Service."""
    return _one_of(text, (NODE_EXTERNAL_IP, HOST_IP))


def ttl(text: str) -> int:
    """Return the TTL in seconds, 1 for automatic. Fractions of a second are cut, as in external-dns.

    One that no zone keeps is brought to what its zone does (`stacks.plan.desired.keeping`).
    """
    _check_scalar(text)
    if text.lower() == "auto":
        return canonical.AUTOMATIC_TTL
    if _WHOLE_SECONDS.fullmatch(text):
        seconds = int(text)
    elif _DURATION.fullmatch(text):
        seconds = int(sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)))
    else:
        raise ValueError
    return min(seconds, LONGEST_TTL)


def boolean(text: str) -> bool:
    """Return true or false, from the spellings of external-dns (Go's `ParseBool`)."""
    return _BOOLEANS[_one_of(text, tuple(_BOOLEANS))]


def items(text: str) -> tuple[str, ...]:
    """Return the texts between the commas, without the empty ones and without the spaces around them."""
    found = _parts(text)
    check_plain(text)
    return found


def hostnames(text: str) -> tuple[str, ...]:
    """Return the DNS names of a list, at least one, each once."""
    found = tuple(dict.fromkeys(hostname(part) for part in _parts(text)))
    if not found:
        raise ValueError
    return found


def each_hostname(text: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the DNS names of a list, each once, and what is none of one, with the reason."""
    found: dict[str, None] = {}
    wrong: dict[str, str] = {}
    for part in _parts(text):
        try:
            found[_in_full(hostname(part), part)] = None
        except ValueError as error:
            wrong[part] = str(error)
    if not found and not wrong:
        raise ValueError
    return tuple(found), wrong


def targets(text: str) -> tuple[str, ...]:
    """Return IP addresses, or one host name: a CNAME stands alone (RFC 1034, 3.6.2)."""
    found = tuple(dict.fromkeys(_target_in_full(part) for part in _parts(text)))
    names = [one for one in found if not is_address(one)]
    if not found or (names and len(found) > 1) or any(name.startswith("*") for name in names):
        raise ValueError
    return found


@lru_cache(maxsize=4096)
def target(text: str) -> str:
    """Return an IP address or a host name in its canonical form; thousands of objects share few."""
    return str(ip_address(text)) if is_address(text) and "%" not in text else hostname(text)


def comment(text: str) -> str:
    """Return a comment, as one line. The zone keeps as much of it as its plan has room for."""
    found = " ".join(text[:LONGEST_LIST].splitlines()).strip(" ")
    check_plain(found)
    return found


def links(text: str) -> tuple[str, ...]:
    """Return the names of links, sorted, at least one. The settings say later whether there are such links."""
    found = items(text)
    if not found or not all(_LINK.fullmatch(one) for one in found):
        raise ValueError
    return tuple(sorted(set(found)))


def hosts(text: str) -> tuple[HostPart, ...]:
    """Return the host parts of IPv6 addresses, sorted, at least one, each once."""
    found = host_part.each(_parts(text))
    if not found:
        raise ValueError
    return found


def tags(text: str) -> tuple[str, ...]:
    """Return the tags, sorted, each once. The zone keeps those that its provider takes, unless they are too many."""
    check_plain(text := text[:LONGEST_LIST])
    return tuple(sorted({part.strip(" ") for part in text.split(",")} - {""}))


def _parts(text: str) -> tuple[str, ...]:
    if len(text) > LONGEST_LIST:
        raise ValueError(f"it is longer than {LONGEST_LIST:,} characters")
    found = tuple(part.strip(" ") for part in text.split(",") if part.strip(" "))
    if len(found) > MOST_ITEMS:
        raise ValueError(f"it has {len(found):,} items, more than {MOST_ITEMS}")
    return found


def _target_in_full(text: str) -> str:
    found = target(text)
    return found if is_address(found) else _in_full(found, text)


def _in_full(name: str, written: str) -> str:
    """Return a name. Raises ValueError where it has no dot: nobody means a top-level name (RFC 7085)."""
    if "." not in name:
        raise ValueError(f"{quoted(written)} has no dot: write it in full, with its domain")
    return name


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    """Return the allowed text that differs in upper and lower case only."""
    _check_scalar(text)
    found = {one.lower(): one for one in allowed}.get(text.lower()) if text.isascii() else None
    if found is None:
        raise ValueError
    return found


def _check_scalar(text: str) -> None:
    if len(text) > LONGEST_SCALAR:
        raise ValueError(f"it is longer than {LONGEST_SCALAR} characters")
    check_plain(text)
