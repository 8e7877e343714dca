"""The values of addresses, zones, records and record sets, from observation to declaration."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Generic, Literal, TypeVar

from components.records.logical_name import LogicalName
from components.records.plan_limits import NOT_KNOWN, PlanLimits
from components.records.record import Record
from stacks.model.addresses.host_part import HostPart

T_co = TypeVar("T_co", covariant=True)

Address = IPv4Address | IPv6Address
HandField = Literal["proxied", "ttl", "comment", "tags"]
"""A field of a record that people set at the provider."""


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """An observed value. An empty one is a fact: nothing is there."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be observed. It differs from an empty one: whatever depends on it stays as it was."""

    reason: str


class Family(Enum):
    """An address family; the value is its name in settings, messages and metrics."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"

    @classmethod
    def of(cls, address: IPv4Address | IPv6Address) -> Family:
        """Return the family of an address."""
        return cls.IPV4 if address.version == cls.IPV4.version else cls.IPV6

    @property
    def record_type(self) -> str:
        """The DNS record type for addresses of this family, A or AAAA."""
        return "A" if self is Family.IPV4 else "AAAA"

    @property
    def version(self) -> int:
        """The IP version, 4 or 6."""
        return 4 if self is Family.IPV4 else 6


WAN = ""
"""The link of names that ask for none: the machine's own way to the Internet."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The addresses of one family on one link, as they were last detected."""

    link: str
    family: Family
    addresses: Known[tuple[Address, ...]] | Unknown


@dataclass(frozen=True, slots=True)
class LinkAddresses:
    """The addresses of one family on one link, as they were last published."""

    link: str
    family: Family
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveRecord:
    """A record in its zone. id: that of the provider.

    managed_by: the provider's own service that keeps it, so that nobody can change or delete it; "" for none.
    proxiable: whether the provider can answer for it, by its own word.
    """

    id: str
    record: Record
    managed_by: str = ""
    proxiable: bool = True


@dataclass(frozen=True, slots=True)
class ZoneSnapshot:
    """All records of a zone at one moment, from one listing."""

    zone: str
    zone_id: str
    records: tuple[LiveRecord, ...]
    limits: PlanLimits = NOT_KNOWN
    """The limits of the zone's plan, where the provider names it and they matter."""
    file: str = field(default="", repr=False)
    """The text of a zone that is written whole, as it is; "" where there is none, or the provider takes single sets."""


@dataclass(frozen=True, slots=True)
class UnreadZone:
    """A zone that could not be listed. Our records in it stay as they are."""

    zone: str
    reason: str


@dataclass(frozen=True, slots=True)
class RegisteredRecord:
    """A record in Pulumi's state, and so ours. Only such records are ever updated or deleted."""

    urn: str
    logical_name: str
    id: str
    zone_id: str
    record: Record
    provider: str = "cloudflare"
    kept_ttl: int | None = None
    """The ttl that the provider keeps in place of the record's, in seconds; None where it keeps that."""
    resource: LogicalName = field(init=False, repr=False, compare=False)
    """The logical name, taken apart once: every plan asks for those of all records in state."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource", LogicalName.parse(self.logical_name))


@dataclass(frozen=True, slots=True)
class SharedSet:
    """A record set of several objects or parents, with the targets of each as they were last published.

    parts: the targets of each object, by its `ObjectKey.resource`; `link:` with a link's name for detected addresses.
    ways: of an object with several parents the targets of each parent, by `Claim.through`.
    """

    name: str
    type: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    ways: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class NameQueue:
    """The objects that ask for one name and cannot all have it, in the order in which they were first seen.

    resources: by `ObjectKey.resource`.
    """

    name: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A wanted name with its type, targets and settings. source: the setting or object that wants it."""

    name: str
    type: str
    targets: Known[tuple[str, ...]] | Unknown
    ttl: int
    proxied: bool
    comment: str
    source: str
    links: tuple[str, ...] = (WAN,)
    """The links with these addresses as targets."""
    hosts: tuple[HostPart, ...] = ()
    """The hosts whose IPv6 addresses in the networks of the links are meant; none: the addresses themselves."""
    tags: tuple[str, ...] = ()
    parts: tuple[tuple[str, Known[tuple[str, ...]] | Unknown], ...] = ()
    """The targets of each object, by `ObjectKey.resource`."""
    keep: tuple[HandField, ...] = ()
    """The fields in which its records stay as they are in the zone."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A record of a set. Its number is part of its name in state, so that a new target is an update.

    import_id: the id of a record that is taken over and not in state, "" for none; why: the reason, for people.
    spelling: that of the target in the zone, as in `Record`. own: the ttl, proxy, comment and tags of this record where
    the zone's are kept; None for those of the set.
    """

    number: int
    target: str
    import_id: str = ""
    spelling: str = field(default="", compare=False, repr=False)
    why: str = field(default="", compare=False, repr=False)
    own: Record | None = None


@dataclass(frozen=True, slots=True)
class FormerMark:
    """A mark of another tool. At a set that is taken over one run imports it, the next deletes it.

    At a set that is given to the tool it is made; import_id is "" then, as for one that state has.
    """

    number: int
    record: Record
    import_id: str


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one name and type, with their mark.

    mark_name: name of the TXT record with the mark, "" for none. untouched: the records are declared as state has
    them, so that nothing in them is changed or deleted. covered: a wildcard answers for the name while it has no
    record, and a mark alone would hide it. keep: as in `Endpoint`.
    """

    zone: str
    zone_id: str
    name: str
    type: str
    slots: tuple[Slot, ...]
    ttl: int
    proxied: bool
    comment: str
    mark_name: str
    mark_content: str
    mark_ttl: int = 1
    mark_import_id: str = ""
    former_marks: tuple[FormerMark, ...] = ()
    untouched: bool = False
    provider: str = "cloudflare"
    tags: tuple[str, ...] = ()
    covered: bool = False
    keep: tuple[HandField, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A wanted name with records of somebody else, which are left alone. do: what helps; "" for the usual advice."""

    name: str
    type: str
    held_by: str
    reason: str
    way: str = field(default="", compare=False)
    """What would take the records over, in words; "" where `held_by` says it."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A record set that stays as it is, or is not made yet, because targets are unknown."""

    name: str
    type: str
    kept: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A change of a record that the provider has refused for what it is, so that the zone is as it was.

    record: as it was to be, or the one to be deleted. words: the provider's own. asked_by: the objects, or the setting.
    """

    zone: str
    logical_name: str
    record: Record
    is_deletion: bool
    words: str
    asked_by: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The refused record, or its deletion, in words."""
        record = f"{self.record.name} {self.record.type} {self.record.content}"
        return f"the deletion of {record}" if self.is_deletion else record

    @property
    def resource(self) -> LogicalName:
        """The logical name, taken apart."""
        return LogicalName.parse(self.logical_name)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A record set for the next run, because this one first deletes records of ours in its way."""

    name: str
    type: str
    until: tuple[str, ...]
    """The types of the records that are deleted first."""
