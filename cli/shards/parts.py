"""Split a convergence into the parts of the estate's stacks; a stack with nothing to do has none. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components import urns
from stacks.model.shards import label_of
from stacks.model.values import ZoneSnapshot
from stacks.plan.changes import Action
from stacks.plan.safety.spending import Ledger
from stacks.plan.sharding import homes, split, stacks_now

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacks.model.observation import Observation
    from stacks.model.plan import Plan
    from stacks.plan.changes import Change
    from stacks.plan.geo.changes import GeoChange
    from stacks.plan.lists.changes import ListChange
    from stacks.plan.records.record_sets import Key
    from stacks.settings.stack import GuardSettings

URGENT = (
    *(Action.RESTORE, Action.CORRECT, Action.UPDATE, Action.CREATE, Action.ADOPT),
    *(Action.DELETE, Action.FORGET, Action.KEEP),
)
"""What is done first: names that point at nothing or elsewhere come before new ones, those before what is to go."""


@dataclass(frozen=True, slots=True)
class StackPart:
    """The part of a plan for one stack, for one run. interrupted: whether state says that a run was cut off."""

    stack: str
    plan: Plan
    changes: tuple[Change, ...] = ()
    geo_changes: tuple[GeoChange, ...] = ()
    list_changes: tuple[ListChange, ...] = ()
    interrupted: bool = False
    is_made: bool = True
    """Whether state holds anything of the stack yet; else a run was cut off at its very beginning."""

    @property
    def is_urgent(self) -> bool:
        """Whether it changes zones; a part that does not takes no core from the others."""
        return bool(self.changes or self.geo_changes or self.list_changes or self.interrupted)

    @property
    def urgency(self) -> tuple[int, int]:
        """The sort key: the most urgent part first, of those the smallest."""
        ranks = [URGENT.index(change.action) for change in self.changes]
        return min(ranks, default=len(URGENT)), len(ranks)


def parts(  # noqa: PLR0913 - what a convergence is made of
    guard: GuardSettings,
    plan: Plan,
    observation: Observation,
    changes: Iterable[Change],
    geo_changes: tuple[GeoChange, ...],
    estate: str,
    *,
    list_changes: tuple[ListChange, ...] = (),
    every: bool = False,
    is_allowed: bool = False,
) -> tuple[StackPart, ...]:
    """Return the parts of a convergence, the most urgent first. every: also those with nothing to do.

    is_allowed: whether a person has allowed what the guard refuses, so that it is not held against later runs.
    """
    registry = observation.registry
    own = homes(plan, registry, estate)
    doing: dict[str, list[Change]] = {}
    for change in changes:
        stack = urns.stack(change.urn) if change.urn else own[change.resource.record_set]
        doing.setdefault(stack, []).append(change)
    cut_off = {urns.stack(urn) for urn in registry.interrupted}
    made = {urns.stack(urn) for urn in (registry.stack_urn, *(one.urn for one in registry.records)) if urn}
    needed = doing.keys() | cut_off | _remembering(plan, observation, own, estate)
    needed |= {estate} if geo_changes or list_changes else set()
    ledger = Ledger.of(guard, plan, observation, is_allowed=is_allowed)
    memory = replace(plan.memory, spent=registry.memory.spent)
    found = [
        StackPart(
            stack,
            replace(part, memory=ledger.after(memory, stack, doing.get(stack, ()))),
            tuple(doing.get(stack, ())),
            () if label_of(stack) else geo_changes,
            () if label_of(stack) else list_changes,
            interrupted=stack in cut_off,
            is_made=stack in made,
        )
        for stack, part in split(plan, registry, estate, own).items()
        if every or stack in needed
    ]
    return tuple(sorted(found, key=lambda part: part.urgency))


def _remembering(plan: Plan, observation: Observation, own: Mapping[Key, str], estate: str) -> set[str]:
    """Return the stacks with exports or metadata to change, whether or not a record changes.

    Of links and zones a single stack remembers what its next change brings along.
    """
    registry = observation.registry
    now = stacks_now(registry)
    shared = {(one.name, one.type) for one in set(plan.shared) ^ set(registry.shared)}
    found = {own.get(key) or now.get(key, estate) for key in shared}
    listed = {(zone.zone, zone.zone_id) for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    if plan.queues != registry.queues:
        found.add(estate)
    if plan.layout != registry.layout or (
        plan.layout.is_spread and (set(plan.links) != set(registry.links) or not listed <= set(registry.zone_ids))
    ):
        found.add(estate)
    if registry.records and (plan.memory.clusters, plan.memory.filters) != (
        registry.memory.clusters,
        registry.memory.filters,
    ):
        found.add(estate)
    return found
