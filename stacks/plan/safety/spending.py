"""What a run takes from the guard's limits of the hour, for state to remember. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stacks.model.memory import GuardMemory, Spent
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.plan.changes import Action, Change
from stacks.plan.safety.followed import PUT_RIGHT, Followed


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counting of one convergence's changes. is_allowed: whether a person has allowed them, so that none counts."""

    observation: Observation
    followed: Followed
    is_allowed: bool

    @classmethod
    def of(cls, plan: Plan, observation: Observation, *, is_allowed: bool) -> Ledger:
        """Return the ledger of a convergence."""
        return cls(observation, Followed.of(plan, observation), is_allowed)

    def after(self, memory: GuardMemory, stack: str, found: Sequence[Change]) -> GuardMemory:
        """Return the memory that one stack keeps after its part of the changes."""
        return memory.adding(stack, self._spent(stack, () if self.is_allowed else found), self.observation.now)

    def _spent(self, stack: str, found: Sequence[Change]) -> Iterator[Spent]:
        ours = {one.urn: one for one in self.observation.registry.records if one.resource.is_record}
        updated: Counter[str] = Counter()
        deleted: Counter[str] = Counter()
        for one in found:
            registered = ours.get(one.urn)
            if registered is None:
                continue
            if one.action in PUT_RIGHT and not self.followed.updates(one, registered):
                updated[registered.zone_id] += 1
            elif one.action in {Action.DELETE, Action.FORGET} and not self.followed.shrinks(one):
                deleted[registered.zone_id] += 1
        owned = Counter(one.zone_id for one in ours.values())
        for zone_id in sorted(updated.keys() | deleted.keys()):
            at = int(self.observation.now)
            yield Spent(stack, zone_id, at, owned[zone_id], updated[zone_id], deleted[zone_id])
