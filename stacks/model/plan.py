"""The plan of a run: its resources, and the records that it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.model.addresses.host_part import HostPart
from stacks.model.advice import Advice, FullZone
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.geo import GeoPlan
from stacks.model.lists.lists import ListsPlan
from stacks.model.memory import NO_MEMORY, GuardMemory
from stacks.model.shards import ONE_STACK, Layout
from stacks.model.values import Conflict, Deferred, Frozen, LinkAddresses, NameQueue, RecordSet, Rejected, SharedSet


@dataclass(frozen=True, slots=True)
class Plan:
    """The resources to declare. The engine deletes everything else in the stack's state."""

    record_sets: tuple[RecordSet, ...]
    conflicts: tuple[Conflict, ...]
    frozen: tuple[Frozen, ...]
    deferred: tuple[Deferred, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    """What the provider has refused, and what is therefore not in this plan."""
    links: tuple[LinkAddresses, ...] = ()
    """The addresses of each named link in this plan; kept in state."""
    hosts: tuple[HostPart, ...] = ()
    """The hosts with names in the networks of the detected addresses."""
    shared: tuple[SharedSet, ...] = ()
    """The targets of each object in record sets of several objects, or without a mark of one; kept in state."""
    queues: tuple[NameQueue, ...] = ()
    """The order of the objects at each name that several ask for and do not share; kept in state."""
    advice: tuple[Advice, ...] = ()
    """Messages about the settings, to the person who wrote them."""
    full: tuple[FullZone, ...] = ()
    """The zones in which not everything fits."""
    complaints: tuple[Complaint, ...] = ()
    """Messages to the owners of objects with claims that are not, or not wholly, in this plan."""
    asked_by: tuple[tuple[tuple[str, str], tuple[ObjectKey, ...]], ...] = ()
    """The objects with a claim to a record set, by its name and type."""
    geo: GeoPlan | None = None
    """The load balancing to declare; None where this stack has no part in it."""
    lists: ListsPlan | None = None
    """The address lists to declare; None where this stack has none."""
    memory: GuardMemory = NO_MEMORY
    """What the guard remembers of this run and of former ones; kept in state."""
    layout: Layout = ONE_STACK
    """The layout of the record sets over stacks."""
