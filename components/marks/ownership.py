"""Ownership marks: the heritage TXT record that stands beside each record we own.

Format as external-dns writes it (https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/), so that its
users can read ours and it leaves our records alone:
`"heritage=truenorth,truenorth/instance=<id of the state>,truenorth/owner=<id>,truenorth/resource=<ref>"`. The instance
tells two states of one owner apart; older versions wrote none, and external-dns ignores keys of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from components.marks.marked import MarkedSet
from components.records.types import DELEGATING_TYPES

HERITAGE = "truenorth"
DEFAULT_PREFIX = "_truenorth-%{record_type}."
WILDCARD_LABEL = "_wildcard"
LONGEST = 255
"""Bytes of one character string of a TXT record (RFC 1035, 3.3.14)."""
LONGEST_CONTENT = 4096
"""Characters of a content that can be a mark; nobody writes marks of many strings."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The owner of a record.

    heritage: the tool; owner: its id; resource: the object that claimed the record; instance: the id of the state that
    made it, "" for none.
    """

    heritage: str
    owner: str
    resource: str = ""
    instance: str = ""


def encode(mark: Mark) -> str:
    """Return the TXT content of a mark, quoted as the API gives it back; keys sorted.

    The instance is left out where all would not fit into one string.
    """
    heritage = f"heritage={mark.heritage}"
    pairs = [f"{mark.heritage}/owner={mark.owner}"]
    if mark.resource:
        pairs.append(f"{mark.heritage}/resource={mark.resource}")
    if mark.instance:
        whole = ",".join([heritage, f"{mark.heritage}/instance={mark.instance}", *pairs])
        if len(whole) <= LONGEST:
            return f'"{whole}"'
    return '"' + ",".join([heritage, *pairs]) + '"'


def parse(content: str) -> Mark | None:
    """Return the mark in a TXT content, of any heritage; None for any other text. Unknown keys are ignored."""
    if len(content) > LONGEST_CONTENT or "heritage=" not in content:
        return None
    pairs = dict(pair.partition("=")[::2] for pair in content.strip().strip('"').split(","))
    heritage = pairs.get("heritage", "")
    if not heritage:
        return None
    owner, resource, instance = (pairs.get(f"{heritage}/{key}", "") for key in ("owner", "resource", "instance"))
    return Mark(heritage, owner, resource, instance)


@cache
def _label(record_type: str, prefix: str) -> str:
    """Return the text in front of the marks of a type; cached, as it is needed several times for each record."""
    text = prefix.lower().replace("%{record_type}", record_type.lower())
    return f"{text[:-1]}-" if record_type in DELEGATING_TYPES and text.endswith(".") else text


def mark_name(name: str, record_type: str, prefix: str = DEFAULT_PREFIX) -> str:
    """Return the name of the TXT mark of a record set.

    The prefix becomes a label in front, so that the mark of the apex stays inside the zone and no host is shadowed;
    `%{record_type}` in it is the type in lower case. A wildcard label is replaced: a mark must not match queries. The
    mark of a delegation stands beside the delegated name, as what stands below it is never answered.
    """
    label = _label(record_type, prefix)
    host = f"{WILDCARD_LABEL}{name[1:]}" if name.startswith("*") else name
    return f"{label}{host}"


def marked(name: str, record_types: tuple[str, ...], prefix: str = DEFAULT_PREFIX) -> tuple[MarkedSet, ...]:
    """Return the record sets, of these types, that a mark of this name may speak of."""
    return tuple(
        MarkedSet(_unhidden(name.removeprefix(label)), record_type)
        for record_type, label in _labels(record_types, prefix)
        if name.startswith(label) and name != label
    )


@cache
def _labels(record_types: tuple[str, ...], prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((record_type, _label(record_type, prefix)) for record_type in record_types)


def _unhidden(host: str) -> str:
    return f"*{host.removeprefix(WILDCARD_LABEL)}" if host.startswith(f"{WILDCARD_LABEL}.") else host
