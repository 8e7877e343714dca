"""One zone at one moment: which records a name has, by the rules of wildcards and of names between others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import dns.exception
import dns.name

from lab.dns.record import ZoneRecord

_PLAIN = re.compile(r"[a-z0-9_.*-]+")


def key(name: dns.name.Name) -> str:
    """A name as zones are indexed by it: lower case, no final dot."""
    return name.to_text(omit_final_dot=True).lower()


def key_of_text(name: str) -> str:
    """The key of a name as a provider writes it; a name that is none is its own key, which no question has."""
    lowered = name.lower().rstrip(".")
    if _PLAIN.fullmatch(lowered):
        return lowered
    try:
        return key(dns.name.from_text(lowered))
    except dns.exception.DNSException:
        return lowered


# Not slotted: the index is made when the first question comes.
@dataclass(frozen=True)
class Zone:
    """name: in lower case, without the final dot. serial: of the SOA record."""

    name: str
    records: tuple[ZoneRecord, ...]
    serial: int

    @cached_property
    def _nodes(self) -> dict[str, list[ZoneRecord]]:
        """All names that exist: those with records, and those between them and the apex (RFC 4592, 2.2.2)."""
        nodes: dict[str, list[ZoneRecord]] = {self.name: []}
        for record in self.records:
            name = key_of_text(record.name)
            nodes.setdefault(name, []).append(record)
            while (name := name.partition(".")[2]) not in nodes and name:
                nodes[name] = []
        return nodes

    def holds(self, name: dns.name.Name) -> bool:
        """Whether the name is at or below the zone's apex."""
        text = key(name)
        return text == self.name or text.endswith("." + self.name)

    def at(self, name: dns.name.Name) -> list[ZoneRecord] | None:
        """The records of the name, of a wildcard that covers it (RFC 4592, 3.3.1) where it does not exist.

        None where neither exists (NXDOMAIN); empty where the name is only one between others.
        """
        found = self._nodes.get(key(name))
        while found is None:
            name = name.parent()
            if key(name) in self._nodes:  # the closest encloser
                return self._nodes.get("*." + key(name))
        return found

    def delegation(self, name: dns.name.Name) -> tuple[dns.name.Name, list[ZoneRecord]] | None:
        """The highest cut below the apex on the way to the name, with its NS records (RFC 1034, 4.3.2)."""
        cut = None
        while key(name) != self.name:
            servers = [record for record in self._nodes.get(key(name), []) if record.type == "NS"]
            if servers:
                cut = name, servers
            name = name.parent()
        return cut

    def glue(self, name: dns.name.Name, record_type: str) -> list[ZoneRecord]:
        """The records of a type at a name, above or below a cut."""
        return [record for record in self._nodes.get(key(name), []) if record.type == record_type]
