"""An external-dns as the receiver of our records, with its marks. Pure.

A mark is written as external-dns itself writes it since 0.12: one TXT a record set, with the type in its name. An
external-dns that encrypts its marks reads plain ones, too (its endpoint/labels.go, NewLabelsFromString).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from components.marks import external_dns, ownership
from components.marks.external_dns import Affix, Labels
from stacks.plan.safety.holders import holder

TOOL = external_dns.HERITAGE
_KINDS: Mapping[str, str] = {"dnsendpoint": "crd", "httpproxy": "HTTPProxy"}
"""The kinds that external-dns spells otherwise in its marks."""
_QUOTES = 2


@dataclass(frozen=True, slots=True)
class Receiver:
    """An external-dns. owner: its `--txt-owner-id`. affix: its options for the names of marks.

    cluster: the name of its cluster in the settings; None where they have only one. names: those that it gets although
    no object of a cluster is known to ask for them.
    Raises ValueError for an owner that no mark can name.
    """

    owner: str
    affix: Affix
    cluster: str | None = None
    names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if len(external_dns.encode(Labels(self.owner))) > ownership.LONGEST + _QUOTES:
            raise ValueError(f"the owner is too long for a mark, which has {ownership.LONGEST} bytes")

    def content(self, objects: Iterable[str]) -> str:
        """Return the content of a mark. objects: the resources that ask for its set; the first one is named."""
        resource = next((_resource(one) for one in sorted(objects)), "")
        whole = external_dns.encode(Labels(self.owner, resource))
        if len(whole) > ownership.LONGEST + _QUOTES:
            return external_dns.encode(Labels(self.owner))
        return whole

    def has_written(self, text: str) -> bool:
        """Whether a TXT content is a mark of this external-dns. An encrypted one does not tell its owner."""
        said = external_dns.parse(text, None)
        return isinstance(said, Labels) and said.owner == self.owner


def _resource(resource: str) -> str:
    """Return an `ObjectKey.resource` as external-dns writes it, who knows no name of its cluster."""
    found = holder(resource)
    if found is None:
        return ""
    bare = resource.removeprefix(f"{found.cluster}/") if found.cluster else resource
    kind, _, rest = bare.partition("/")
    return f"{_KINDS.get(kind, kind)}/{rest}"
