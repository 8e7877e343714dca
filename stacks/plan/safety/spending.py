"""The share of a run in the guard's limits of the hour, kept in state. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacks.model.memory import GuardMemory, Spent
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import ZoneSnapshot
from stacks.plan.changes import Action, Change
from stacks.plan.safety.followed import PUT_RIGHT, Followed

if TYPE_CHECKING:
    from stacks.settings.stack import GuardSettings

GROWTH = frozenset({Action.CREATE, Action.ADOPT})


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counting of one convergence's changes.

    from_records: the records with which a zone that becomes larger begins to count. is_allowed: whether a person has
    allowed what the guard refuses, so that it is not held against later runs.
    """

    observation: Observation
    followed: Followed
    from_records: int
    is_allowed: bool

    @classmethod
    def of(cls, guard: GuardSettings, plan: Plan, observation: Observation, *, is_allowed: bool) -> Ledger:
        """Return the ledger of a convergence."""
        return cls(observation, Followed.of(plan, observation), guard.from_records, is_allowed)

    def after(self, memory: GuardMemory, stack: str, found: Sequence[Change]) -> GuardMemory:
        """Return the memory that one stack keeps after its part of the changes."""
        return memory.adding(stack, self._spent(stack, () if self.is_allowed else found), self.observation.now)

    def _spent(self, stack: str, found: Sequence[Change]) -> Iterator[Spent]:
        ours = {one.urn: one for one in self.observation.registry.records if one.resource.is_record}
        updated: Counter[str] = Counter()
        deleted: Counter[str] = Counter()
        grown: set[str] = set()
        ids = {zone.zone: zone.zone_id for zone in self.observation.zones if isinstance(zone, ZoneSnapshot)}
        for one in found:
            registered = ours.get(one.urn)
            if registered is None:
                if one.action in GROWTH and one.resource.is_record:
                    grown.add(ids.get(one.zone, ""))
            elif one.action in PUT_RIGHT and not self.followed.updates(one, registered):
                updated[registered.zone_id] += 1
            elif one.action in {Action.DELETE, Action.FORGET} and not self.followed.shrinks(one):
                deleted[registered.zone_id] += 1
        owned = Counter(one.zone_id for one in ours.values())
        # What a zone grows by leaves no more room: it counts what was owned before.
        grown = {zone_id for zone_id in grown if owned[zone_id] >= self.from_records}
        for zone_id in sorted(updated.keys() | deleted.keys() | grown):
            at = int(self.observation.now)
            yield Spent(stack, zone_id, at, owned[zone_id], updated[zone_id], deleted[zone_id])
