"""Zone cuts: the names at and below which the NS records of a zone hand authority to other name servers. Pure.

What the zone has there is never answered (RFC 1034, 4.2.1), but for NS and DS at the cut, and the addresses of those
name servers themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from components.plain_text import LONGEST_QUOTE, cut, listed
from components.records import canonical_content
from components.records.types import DELEGATING_TYPES
from components.views import bare
from stacks.model.values import LiveRecord


@dataclass(frozen=True, slots=True)
class Cut:
    """A delegated name, and the name servers that it is delegated to."""

    name: str
    servers: tuple[str, ...]

    def answers(self, name: str, record_type: str) -> bool:
        """Whether a record at or below the cut is answered: the delegation itself, and the glue of its name servers."""
        if name == self.name:
            return record_type in DELEGATING_TYPES
        return record_type in canonical_content.ADDRESSES and bare(name) in self.servers

    def __str__(self) -> str:
        return f"{self.name} is delegated to {listed([cut(one, LONGEST_QUOTE) for one in self.servers])}"


Cuts = Mapping[str, Cut]
"""The cuts of a zone, by name."""
_NONE: Mapping[str, Iterable[str]] = MappingProxyType({})


def cuts_of(zone: str, records: Iterable[LiveRecord], delegations: Mapping[str, Iterable[str]] = _NONE) -> Cuts:
    """Return the cuts of a zone. delegations: the name servers that are wanted, by name.

    The zone's own NS records, at the apex, delegate nothing.
    """
    servers: dict[str, set[str]] = defaultdict(set)
    for live in records:
        if live.record.type == "NS" and live.record.name != zone:
            servers[live.record.name] |= set(canonical_content.split(live.record.content))
    for name, wanted in delegations.items():
        servers[name] |= set(wanted)
    return {name: Cut(name, tuple(sorted(found))) for name, found in servers.items()}


def cut_of(name: str, zone: str, cuts: Cuts) -> Cut | None:
    """Return the cut at or above a name, the one nearest to the apex; None for none."""
    found = None
    while cuts and name and name != zone:
        found = cuts.get(name, found)
        name = name.partition(".")[2]
    return found
