"""The observation that a plan is made from, and the registry of a stack's state within it."""

from __future__ import annotations

from dataclasses import dataclass, field

from stacks.model.claims import SourceSighting
from stacks.model.geo import GeoMemory, GeoSight
from stacks.model.lists.lists import ListMemory, ListSight
from stacks.model.memory import NO_MEMORY, GuardMemory
from stacks.model.shards import ONE_STACK, Layout
from stacks.model.values import (
    LinkAddresses,
    NameQueue,
    RegisteredRecord,
    Rejected,
    SharedSet,
    Sighting,
    UnreadZone,
    ZoneSnapshot,
)


@dataclass(frozen=True, slots=True)
class Registry:
    """The content of a stack's state: our records by logical name, and the ids of zones by name."""

    records: tuple[RegisteredRecord, ...] = ()
    zone_ids: tuple[tuple[str, str], ...] = ()
    stack_urn: str = ""
    interrupted: tuple[str, ...] = ()
    """The URNs of operations that an interrupted run left pending."""
    links: tuple[LinkAddresses, ...] = ()
    """The addresses last published of each named link, which stay while the link is unknown."""
    shared: tuple[SharedSet, ...] = ()
    """The record sets of several objects, with the targets of each: those of an unseen object stay."""
    queues: tuple[NameQueue, ...] = ()
    """The objects at each contested name, in the order in which they were first seen."""
    geo: GeoMemory = field(default_factory=GeoMemory)
    """The pools, monitors and load balancers that are ours."""
    lists: ListMemory = field(default_factory=ListMemory)
    """The address lists that are ours, and our items in any."""
    layout: Layout = ONE_STACK
    """The layout with which the records were last declared."""
    instance: str = ""
    """The id of this state, as its outputs or its marks have it; "" where it has none yet."""
    memory: GuardMemory = NO_MEMORY
    """What the guard remembers of former runs."""
    foreign: tuple[str, ...] = ()
    """The URNs of resources that TrueNorth's own program does not declare."""
    made_by: str = ""
    """The version of the TrueNorth that declared the stack last; "" where state does not say."""
    twice: tuple[RegisteredRecord, ...] = ()
    """Records that a second stack holds too, after a move that was cut off. They are dropped there before a run."""
    signers: tuple[tuple[str, str], ...] = ()
    """The providers in state, each with the variable of its token; "" for the provider's usual ones."""
    refused: tuple[Rejected, ...] = ()
    """What providers had refused in former runs; it may be mended by now."""
    files: tuple[str, ...] = ()
    """The zones, with their views, whose files are in state: those that are written whole."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The state of the world at one moment, with its unknowns."""

    addresses: tuple[Sighting, ...]
    zones: tuple[ZoneSnapshot | UnreadZone, ...]
    registry: Registry
    sources: tuple[SourceSighting, ...] = ()
    """The claims of the objects of each cluster; none where no cluster is read."""
    geo: GeoSight | None = None
    """The state of load balancing; None where this stack has no part in it."""
    lists: tuple[ListSight, ...] = ()
    """The address lists that are wanted, or have something of ours."""
    instance: str = ""
    """The id of the state, which new marks bear; "" for marks without one."""
    now: float = 0.0
    """The time of the observation, in seconds since the epoch."""
    unlisted: str = ""
    """The reason why the zones of a token could not be listed; "" where they could, or need not be."""
