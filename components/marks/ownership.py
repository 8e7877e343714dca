"""Ownership marks: the heritage TXT record that stands beside each record we own.

Format as external-dns writes it (https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/), so that its
users can read ours and it leaves our records alone:
`"heritage=truenorth,truenorth/owner=<id>,truenorth/resource=<ref>"`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

HERITAGE = "truenorth"
DEFAULT_PREFIX = "_truenorth-%{record_type}."
WILDCARD_LABEL = "_wildcard"


@dataclass(frozen=True, slots=True)
class Mark:
    """The owner of a record. heritage: the tool; owner: its id; resource: the object that claimed the record."""

    heritage: str
    owner: str
    resource: str = ""


def encode(mark: Mark) -> str:
    """Return the TXT content of a mark, quoted as the API gives it back; keys sorted."""
    pairs = [f"heritage={mark.heritage}", f"{mark.heritage}/owner={mark.owner}"]
    if mark.resource:
        pairs.append(f"{mark.heritage}/resource={mark.resource}")
    return '"' + ",".join(pairs) + '"'


def parse(content: str) -> Mark | None:
    """Return the mark in a TXT content, of any heritage; None for any other text. Unknown keys are ignored."""
    pairs = dict(pair.partition("=")[::2] for pair in content.strip().strip('"').split(","))
    heritage = pairs.get("heritage", "")
    if not heritage:
        return None
    return Mark(heritage, pairs.get(f"{heritage}/owner", ""), pairs.get(f"{heritage}/resource", ""))


@cache
def _label(record_type: str, prefix: str) -> str:
    """Return the label in front of the marks of a type; cached, as it is needed several times for each record."""
    return prefix.lower().replace("%{record_type}", record_type.lower())


def mark_name(name: str, record_type: str, prefix: str = DEFAULT_PREFIX) -> str:
    """Return the name of the TXT mark of a record set.

    The prefix becomes a label in front, so that the mark of the apex stays inside the zone and no host is shadowed;
    `%{record_type}` in it is the type in lower case. A wildcard label is replaced: a mark must not match queries.
    """
    label = _label(record_type, prefix)
    host = f"{WILDCARD_LABEL}{name[1:]}" if name.startswith("*") else name
    return f"{label}{host}"


def marked_name(name: str, record_type: str, prefix: str = DEFAULT_PREFIX) -> str:
    """Return the name of the record set of this type with a mark of this name; "" for none."""
    label = _label(record_type, prefix)
    if not name.startswith(label):
        return ""
    host = name.removeprefix(label)
    return f"*{host.removeprefix(WILDCARD_LABEL)}" if host.startswith(f"{WILDCARD_LABEL}.") else host
