"""The plan: all that a run declares, and what it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.model.claims import Complaint, ObjectKey
from stacks.model.geo import GeoPlan
from stacks.model.shards import ONE_STACK, Layout
from stacks.model.values import Conflict, Deferred, Frozen, LinkAddresses, RecordSet, SharedSet


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
