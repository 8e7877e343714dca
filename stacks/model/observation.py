"""Everything that a plan is made from: the state's registry, and what was read of the world."""

from __future__ import annotations

from dataclasses import dataclass, field

from stacks.model.claims import SourceSighting
from stacks.model.geo import GeoMemory, GeoSight
from stacks.model.shards import ONE_STACK, Layout
from stacks.model.values import LinkAddresses, RegisteredRecord, SharedSet, Sighting, UnreadZone, ZoneSnapshot


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
    geo: GeoMemory = field(default_factory=GeoMemory)
    """What is ours of load balancing."""
    layout: Layout = ONE_STACK
    """How the records were spread over stacks when they were last declared."""
    twice: tuple[RegisteredRecord, ...] = ()
    """What a second stack holds, too, as a move that was cut off leaves it: dropped there before anything runs."""


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
