"""The values that travel along the line observe -> plan -> declare: frozen, validated at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Generic, TypeVar

from components.records.logical_name import LogicalName
from components.records.record import Record
from stacks.model.shards import ONE_STACK, Layout

if TYPE_CHECKING:
    from stacks.model.claims import Complaint, ObjectKey, SourceSighting
    from stacks.model.geo import GeoMemory, GeoPlan, GeoSight

T_co = TypeVar("T_co", covariant=True)

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """A thing that was observed. An empty value is a fact: nothing is there."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Unknown:
    """A thing that could not be observed. Never the same as empty: what depends on it stays as it was."""

    reason: str


class Family(Enum):
    """An address family; the value is its name in settings, messages and metrics."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"

    @property
    def record_type(self) -> str:
        """The DNS record type that holds an address of this family."""
        return "A" if self is Family.IPV4 else "AAAA"

    @property
    def version(self) -> int:
        """The IP version, 4 or 6."""
        return 4 if self is Family.IPV4 else 6


WAN = ""
"""The link of names that ask for none: the machine's way to the Internet, whichever that is."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was found out about the addresses of one family on one link."""

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
    """A record as the zone has it now."""

    id: str
    record: Record


@dataclass(frozen=True, slots=True)
class ZoneSnapshot:
    """All records of a zone at one moment, from one listing."""

    zone: str
    zone_id: str
    records: tuple[LiveRecord, ...]


@dataclass(frozen=True, slots=True)
class UnreadZone:
    """A zone that could not be listed: all that is ours in it stays as it is."""

    zone: str
    reason: str


@dataclass(frozen=True, slots=True)
class RegisteredRecord:
    """A record that Pulumi's state says is ours. Only these are ever updated or deleted."""

    urn: str
    logical_name: str
    id: str
    zone_id: str
    record: Record
    provider: str = "cloudflare"

    @property
    def resource(self) -> LogicalName:
        """The logical name, taken apart."""
        return LogicalName.parse(self.logical_name)


@dataclass(frozen=True, slots=True)
class SharedSet:
    """What each object gave to one record set, as it was last published.

    parts: the targets of each object, by its `ObjectKey.resource`; `link:` with a link's name for detected addresses.
    """

    name: str
    type: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]


def _no_geo() -> GeoMemory:
    from stacks.model.geo import GeoMemory  # noqa: PLC0415 - which imports this module

    return GeoMemory()


@dataclass(frozen=True, slots=True)
class Registry:
    """What the stack's state holds: our records by logical name, and the ids of the zones we have met by name."""

    records: tuple[RegisteredRecord, ...] = ()
    zone_ids: tuple[tuple[str, str], ...] = ()
    stack_urn: str = ""
    interrupted: tuple[str, ...] = ()
    """URNs with operations that an interrupted run left pending."""
    links: tuple[LinkAddresses, ...] = ()
    """What was last published of each named link: what stays while that link cannot be seen."""
    shared: tuple[SharedSet, ...] = ()
    """The sets that several objects share, and of which no mark says whose they are: what stays of the unseen ones."""
    geo: GeoMemory = field(default_factory=_no_geo)
    """What is ours of load balancing."""
    layout: Layout = ONE_STACK
    """How the records were spread over stacks when they were last declared."""
    twice: tuple[RegisteredRecord, ...] = ()
    """What a second stack holds, too, as a move that was cut off leaves it: dropped there before anything runs."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A wish: this name should have a record of this type, pointing at these targets, because of this source."""

    name: str
    type: str
    targets: Known[tuple[str, ...]] | Unknown
    ttl: int
    proxied: bool
    comment: str
    source: str
    links: tuple[str, ...] = (WAN,)
    """Whose addresses the targets are."""
    tags: tuple[str, ...] = ()
    parts: tuple[tuple[str, Known[tuple[str, ...]] | Unknown], ...] = ()
    """The targets that each object of a cluster gives to it, by `ObjectKey.resource`."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What is true now, as far as it could be seen."""

    addresses: tuple[Sighting, ...]
    zones: tuple[ZoneSnapshot | UnreadZone, ...]
    registry: Registry
    sources: tuple[SourceSighting, ...] = ()
    """What the objects of each cluster wish for; none where no cluster is read."""
    geo: GeoSight | None = None
    """What was seen of load balancing; None where this stack has no part in it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One record of a set. Its number names it in state, so that a new target updates instead of replacing.

    import_id: the id of a record that is ours by its mark and that state does not know; "" for none.
    """

    number: int
    target: str
    import_id: str = ""


@dataclass(frozen=True, slots=True)
class FormerMark:
    """A mark of the tool from which a set is taken over: it comes into state in one run, which the next deletes."""

    number: int
    record: Record
    import_id: str


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one name and type, with the mark that says they are ours.

    mark_name: that of the TXT beside them; "" where none is wanted. untouched: they are declared as state has them,
    only so that they are not deleted, and nothing in them is changed.
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


@dataclass(frozen=True, slots=True)
class Conflict:
    """A wanted name that somebody else holds: it is left alone."""

    name: str
    type: str
    held_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """A record set that keeps what it has (or is not made yet), because its targets, or some, are unknown."""

    name: str
    type: str
    kept: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """A record set that the next run makes: records of ours that cannot stand beside it are deleted first."""

    name: str
    type: str
    until: tuple[str, ...]
    """The types of ours that are deleted first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be: declared as resources; all else that the state holds is deleted by the engine."""

    record_sets: tuple[RecordSet, ...]
    conflicts: tuple[Conflict, ...]
    frozen: tuple[Frozen, ...]
    deferred: tuple[Deferred, ...] = ()
    links: tuple[LinkAddresses, ...] = ()
    """What this plan publishes of each named link; remembered in state."""
    shared: tuple[SharedSet, ...] = ()
    """What each object gives to the sets that several share, or that no mark says to be one's; remembered in state."""
    complaints: tuple[Complaint, ...] = ()
    """What owners of objects have to know: their wishes are not, or not wholly, in this plan."""
    asked_by: tuple[tuple[tuple[str, str], tuple[ObjectKey, ...]], ...] = ()
    """The objects that ask for a record set, by its name and type."""
    geo: GeoPlan | None = None
    """What is declared of load balancing; None where this stack has no part in it."""
    layout: Layout = ONE_STACK
    """How the record sets are spread over stacks."""
