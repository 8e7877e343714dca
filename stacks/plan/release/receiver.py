"""Receivers of our records: other tools, and the marks that each writes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from components.marks import cloudflare_ddns, external_dns, ownership
from components.marks.external_dns import Affix, Labels
from stacks.plan.safety.holders import holder

_KINDS: Mapping[str, str] = {"dnsendpoint": "crd", "httpproxy": "HTTPProxy"}
"""The kinds that external-dns spells otherwise in its marks."""
_LONGEST = ownership.LONGEST + 2
"""Bytes of a mark with its quotes."""


class Receiver(Protocol):
    """A tool that gets records: under which names and with which texts it marks them."""

    @property
    def tool(self) -> str:
        """The name of the tool."""

    @property
    def owner(self) -> str:
        """The id under which it owns records."""

    @property
    def names(self) -> frozenset[str]:
        """The names that it gets although no object of a cluster is known to ask for them."""

    @property
    def cluster(self) -> str | None:
        """The name of its cluster in the settings; None where they have only one."""

    @property
    def reads_objects(self) -> bool:
        """Whether it goes on with what objects of its cluster ask for."""

    @property
    def unasked(self) -> str:
        """The reason why a record that it does not go on with is not given, for people."""

    def mark_name(self, name: str, record_type: str) -> str:
        """Return the name of its mark of a record set; "" where it cannot mark it."""

    def marked_types(self, record_type: str) -> tuple[str, ...]:
        """Return the types that the mark of a set speaks of, at the name of the set."""

    def content(self, objects: Iterable[str]) -> str:
        """Return the content of a mark. objects: the resources that ask for its set."""

    def has_written(self, text: str) -> bool:
        """Whether a TXT content is a mark of its own."""

    def is_disturbed_by(self, text: str) -> bool:
        """Whether another TXT content, in the place of a mark, keeps it from finding its own there."""


@dataclass(frozen=True, slots=True)
class ExternalDns:
    """An external-dns. owner: its `--txt-owner-id`. affix: its options for the names of marks.

    A mark is written as external-dns itself writes it since 0.12: one TXT a record set, with the type in its name. An
    external-dns that encrypts its marks reads plain ones, too (its endpoint/labels.go, NewLabelsFromString).
    Raises ValueError for an owner that no mark can name.
    """

    owner: str
    affix: Affix
    cluster: str | None = None
    names: frozenset[str] = frozenset()
    tool: str = external_dns.HERITAGE
    reads_objects: bool = True
    unasked: str = f"no object asks for it, so that {external_dns.HERITAGE} would delete it"

    def __post_init__(self) -> None:
        _require_fits(external_dns.encode(Labels(self.owner)))

    def mark_name(self, name: str, record_type: str) -> str:
        """Return the name of its mark, with the type in front; "" for a type or a name that it cannot mark."""
        if record_type not in external_dns.RECORD_TYPES:
            return ""
        try:
            return external_dns.mark_name(name, record_type, self.affix)
        except ValueError:
            return ""

    def marked_types(self, record_type: str) -> tuple[str, ...]:
        """Return the type of the set alone."""
        return (record_type,)

    def content(self, objects: Iterable[str]) -> str:
        """Return the content of a mark, which names the first of the objects where there is room for it."""
        resource = next((_resource(one) for one in sorted(objects)), "")
        whole = external_dns.encode(Labels(self.owner, resource))
        return external_dns.encode(Labels(self.owner)) if len(whole) > _LONGEST else whole

    def has_written(self, text: str) -> bool:
        """Whether a TXT content is a mark of this external-dns. An encrypted one does not tell its owner."""
        said = external_dns.parse(text, None)
        return isinstance(said, Labels) and said.owner == self.owner

    def is_disturbed_by(self, text: str) -> bool:
        """Return True: it takes whatever stands at the name of its mark for the mark."""
        del text
        return True


@dataclass(frozen=True, slots=True)
class CloudflareDdns:
    """The cloudflare-ddns with an election. owner: the name of its pod. names: those that it is told to follow.

    Its mark stands at the very name of A and AAAA and speaks of both; further texts there do not disturb it.
    Raises ValueError for an owner that no mark can name.
    """

    owner: str
    names: frozenset[str] = frozenset()
    cluster: str | None = None
    tool: str = cloudflare_ddns.HERITAGE
    reads_objects: bool = False
    unasked: str = f"{cloudflare_ddns.HERITAGE} follows the WAN address alone, at names that it is told"

    def __post_init__(self) -> None:
        _require_fits(cloudflare_ddns.encode(self.owner))

    def mark_name(self, name: str, record_type: str) -> str:
        """Return the name itself; "" for a type that it does not mark."""
        return name if record_type in cloudflare_ddns.MARKED_TYPES else ""

    def marked_types(self, record_type: str) -> tuple[str, ...]:
        """Return the types of addresses."""
        del record_type
        return cloudflare_ddns.MARKED_TYPES

    def content(self, objects: Iterable[str]) -> str:
        """Return the content of a mark, which names the owner alone."""
        del objects
        return cloudflare_ddns.encode(self.owner)

    def has_written(self, text: str) -> bool:
        """Whether a TXT content is a mark of this owner."""
        return cloudflare_ddns.parse(text) == self.owner

    def is_disturbed_by(self, text: str) -> bool:
        """Whether a TXT content is the mark of another owner, whose records it leaves alone."""
        return cloudflare_ddns.parse(text) is not None


def _require_fits(mark: str) -> None:
    """Raise ValueError for a mark that is longer than one text of a TXT record."""
    if len(mark) > _LONGEST:
        raise ValueError(f"the owner is too long for a mark, which has {ownership.LONGEST} bytes")


def _resource(resource: str) -> str:
    """Return an `ObjectKey.resource` as external-dns writes it, who knows no name of its cluster."""
    found = holder(resource)
    if found is None:
        return ""
    bare = resource.removeprefix(f"{found.cluster}/") if found.cluster else resource
    kind, _, rest = bare.partition("/")
    return f"{_KINDS.get(kind, kind)}/{rest}"
