"""Ownership marks of any tool in a zone: TrueNorth, external-dns or cloudflare-ddns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from components.marks import cloudflare_ddns, external_dns, in_comments, labels, ownership
from components.marks.external_dns import Affix
from components.marks.marked import MarkedSet, covers

Heritage = Literal["truenorth", "external-dns", "cloudflare-ddns"]


@dataclass(frozen=True, slots=True)
class Readers:
    """The prefixes, affixes and the key with which the marks of each tool are read.

    truenorth_types: the record types that TrueNorth marks. external_dns: one affix for each external-dns that writes
    to the zone. key: of encrypted marks of external-dns, from `external_dns.aes_key`; None for none.
    """

    truenorth_prefix: str = ownership.DEFAULT_PREFIX
    truenorth_types: tuple[str, ...] = ("A", "AAAA")
    external_dns: tuple[Affix, ...] = (Affix(),)
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class HeritageMark:
    """A mark. marks: the record sets it may speak of, several where its name is ambiguous.

    sealed: it is encrypted with a key that we do not have, so that its owner and resource are "". instance: the id of
    the state that made it, which only TrueNorth writes.
    """

    heritage: Heritage
    owner: str
    resource: str
    marks: tuple[MarkedSet, ...]
    sealed: bool = False
    instance: str = ""


def read(name: str, content: str, readers: Readers) -> HeritageMark | None:
    """Return the mark in a TXT record of this name and content; None for any other text."""
    ours = ownership.parse(labels.unquoted(content))
    if ours and ours.heritage == ownership.HERITAGE:
        marks = ownership.marked(name, readers.truenorth_types, readers.truenorth_prefix)
        return HeritageMark("truenorth", ours.owner, ours.resource, marks, instance=ours.instance)
    owner = cloudflare_ddns.parse(content)
    if owner is not None:
        return HeritageMark("cloudflare-ddns", owner, "", cloudflare_ddns.marked(name))
    return _external_dns(name, content, readers)


def commented(comment: str) -> HeritageMark | None:
    """Return the mark in a record's own comment; None for none."""
    _, owner = in_comments.parse(comment)
    if owner is None:
        return None
    return HeritageMark("truenorth", owner, "", (), instance=in_comments.instance(comment))


def holders(name: str, record_type: str, found: Iterable[HeritageMark]) -> tuple[HeritageMark, ...]:
    """Return the marks that may speak of a record set, the surest first.

    A mark with the type is surer than one without, and a mark of one set surer than an ambiguous one.
    """
    speaking = [mark for mark in found if covers(mark.marks, name, record_type)]
    return tuple(sorted(speaking, key=lambda mark: (MarkedSet(name, record_type) not in mark.marks, len(mark.marks))))


def described(found: HeritageMark) -> str:
    """Return a mark in words, for messages: `external-dns owner default (ingress/web/shop)`."""
    if found.sealed:
        return f"{found.heritage} (its mark is encrypted, the owner unknown)"
    resource = f" ({found.resource})" if found.resource else ""
    instance = f", instance {found.instance}" if found.instance else ""
    owner = f" owner {found.owner}" if found.owner else ""
    return f"{found.heritage}{owner}{instance}{resource}"


def _external_dns(name: str, content: str, readers: Readers) -> HeritageMark | None:
    said = external_dns.parse(content, readers.key)
    if said is None:
        return None
    keys = tuple(dict.fromkeys(key for affix in readers.external_dns for key in external_dns.marked(name, affix)))
    if isinstance(said, external_dns.Sealed) or said.encrypted:
        # It encrypts marks of names with a type only, so that other texts in base64 are told from marks.
        keys = tuple(key for key in keys if key.type)
    if isinstance(said, external_dns.Sealed):
        return HeritageMark("external-dns", "", "", keys, sealed=True) if keys else None
    return HeritageMark("external-dns", said.owner, said.resource, keys)
