"""All records of one name and type in a zone, as the protocols of our own plugin ask for them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype

from components.plain_text import check_plain, cut, quoted
from components.records import zone_file_names

LONGEST_TTL = (1 << 31) - 1
"""Seconds (RFC 2181, section 8)."""
MOST_VALUES = 1000
LONGEST_VALUE = 8192
"""Characters."""
MOST_PROPERTIES = 100
LONGEST_PROPERTY = 1024
"""Characters of a name or a value."""
_CNAME = "CNAME"
GENERATED = frozenset({"SOA", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM"})
"""Types that a server makes itself."""
_NOT_OF_ZONES = frozenset({"ANY", "AXFR", "IXFR", "OPT", "TSIG", "TKEY"})


@dataclass(frozen=True, slots=True)
class ZoneSet:
    """All records of one name and type in a zone. name, values: as in a zone file, `@` for the zone itself.

    properties: what the provider of a webhook keeps beside them, by name; no part of the DNS.
    """

    zone: str
    name: str
    type: str
    ttl: int
    values: tuple[str, ...]
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def origin(self) -> dns.name.Name:
        """The zone."""
        return dns.name.from_text(self.zone)

    @property
    def owner(self) -> dns.name.Name:
        """The full name."""
        return self.origin if self.name == zone_file_names.APEX else dns.name.from_text(self.name, self.origin)

    @property
    def kind(self) -> dns.rdatatype.RdataType:
        """The type."""
        return dns.rdatatype.from_text(self.type)

    @property
    def said(self) -> str:
        """The set in a message."""
        return f"{self.owner.to_text(omit_final_dot=True)} {self.type}"

    def rdataset(self) -> dns.rdataset.Rdataset:
        """Return the values as the DNS has them. Raises ValueError."""
        return dns.rdataset.from_rdata_list(self.ttl, [self._value(text) for text in self.values])

    def same_values(self, other: dns.rdataset.Rdataset | None) -> bool:
        """Return whether these are the values there; the TTL does not count."""
        return other is not None and set(self.rdataset()) == set(other)

    def faults(self) -> dict[str, str]:
        """Return what is wrong, by the name of the field."""
        found: dict[str, str] = {}
        for field in ("zone", "name"):
            try:
                _ = self.origin if field == "zone" else self.owner
            except (dns.exception.DNSException, ValueError) as error:
                found[field] = f"{quoted(getattr(self, field))} is no name: {cut(str(error), 100)}"
        if not self.zone.strip("."):
            found["zone"] = "it is empty"
        if not self.name:
            found["name"] = "it is empty; write @ for the zone's own name"
        try:
            if dns.rdatatype.to_text(self.kind) in GENERATED | _NOT_OF_ZONES:
                found["type"] = f"records of type {self.type} are the server's own"
        except (dns.exception.DNSException, ValueError):
            found["type"] = f"{quoted(self.type)} is no type of records"
        if not 0 <= self.ttl <= LONGEST_TTL:
            found["ttl"] = f"{self.ttl} is not from 0 to {LONGEST_TTL} seconds"
        if reason := self._fault_of_properties():
            found["properties"] = reason
        if not found:
            found |= self._faults_of_values()
        return found

    def _fault_of_properties(self) -> str:
        if len(self.properties) > MOST_PROPERTIES:
            return f"there are {len(self.properties)}; give {MOST_PROPERTIES} at most"
        for name, value in self.properties:
            if not name or max(len(name), len(value)) > LONGEST_PROPERTY:
                return f"{quoted(name)} is empty, or longer than {LONGEST_PROPERTY} characters, as its value may be"
            try:
                check_plain(name + value)
            except ValueError as error:
                return str(error)
        return ""

    def _faults_of_values(self) -> dict[str, str]:
        if not 1 <= len(self.values) <= MOST_VALUES:
            return {"values": f"there are {len(self.values)}; give 1 to {MOST_VALUES}"}
        if self.type == _CNAME and len(self.values) > 1:
            return {"values": "a CNAME has one (RFC 1034, 3.6.2)"}
        try:
            self.rdataset()
        except ValueError as error:
            return {"values": str(error)}
        return {}

    def _value(self, text: str) -> dns.rdata.Rdata:
        if len(text) > LONGEST_VALUE or "\n" in text:
            raise ValueError(f"the value {quoted(text)} is longer than {LONGEST_VALUE} characters, or than a line")
        try:
            return dns.rdata.from_text(dns.rdataclass.IN, self.kind, text, self.origin, relativize=False)
        except (dns.exception.DNSException, ValueError) as error:
            reason = cut(str(error), 100).rstrip(".") or type(error).__name__
            raise ValueError(f"{quoted(text)} is no value of type {self.type}: {reason}") from None


@dataclass(frozen=True, slots=True)
class SetChange:
    """A change of a set: it is made where nothing was known, and removed where nothing is wanted."""

    known: ZoneSet | None
    wanted: ZoneSet | None

    @property
    def about(self) -> ZoneSet:
        """The set, as it is or will be."""
        found = self.wanted or self.known
        if found is None:
            raise ValueError("a change is of a set")
        return found
