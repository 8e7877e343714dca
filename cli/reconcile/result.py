"""The results of a convergence, and of a plan that was made ahead of one."""

from __future__ import annotations

from dataclasses import dataclass

from cli.apiproxy.counts import Tally
from cli.engine.failure import RunFailed
from cli.engine.run import Run
from stacks.model.errors import ObservationError
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Rejected, Unknown, UnreadZone
from stacks.plan.changes import Action, Change
from stacks.plan.geo.changes import GeoChange
from stacks.plan.lists.changes import ListChange
from stacks.plan.safety.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Convergence:
    """The observation, the plan and the outcome of a convergence. runs: empty where nothing was to be done.

    refusals: what the guard refuses; allowed_by: what allows it all the same, in words; is_held_back: it is left as it
    is, and the changes are the rest.
    """

    observation: Observation
    plan: Plan
    changes: tuple[Change, ...]
    runs: tuple[Run, ...]
    seconds: float
    refusals: tuple[Refusal, ...] = ()
    allowed_by: str = ""
    is_held_back: bool = False
    geo_changes: tuple[GeoChange, ...] = ()
    """The changes of load balancing."""
    list_changes: tuple[ListChange, ...] = ()
    """The changes of address lists."""
    moved: int = 0
    """Records that were moved from one stack of the estate to another."""
    calls: tuple[Tally, ...] = ()
    """The calls through the API proxy, by round."""
    is_from_memory: bool = False
    """Whether zones were not listed: others may have changed them since they were."""

    @property
    def pending(self) -> int:
        """The number of changes at a provider, or in state."""
        return len(self.changes) + len(self.geo_changes) + len(self.list_changes)

    @property
    def is_changing(self) -> bool:
        """Whether there is any change."""
        return bool(self.pending)

    @property
    def unread_at_providers(self) -> str:
        """What could not be read of zones and load balancing and stays as it is, with reasons; "" for nothing."""
        unread = [zone for zone in self.observation.zones if isinstance(zone, UnreadZone)]
        stays = [f"the zone {zone.zone} stays as it is: {zone.reason}" for zone in unread]
        if self.observation.unlisted:
            stays.append(f"no further zone of the token is taken: {self.observation.unlisted}")
        geo = self.observation.geo
        if geo and isinstance(geo.account, Unknown):
            stays.append(f"load balancing stays as it is: {geo.account.reason}")
        stays += [
            f"the list {one.key.name} stays as it is: {one.found.reason}"
            for one in self.observation.lists
            if isinstance(one.found, Unknown)
        ]
        return "; ".join(stays)

    @property
    def unread(self) -> str:
        """The zones, load balancing and clusters that could not be read, with reasons; their records stay."""
        sources = [one for one in self.observation.sources if not one.waiting]
        reasons = dict.fromkeys(one.found.reason for one in sources if isinstance(one.found, Unknown))
        kept = [f"what was made for its objects stays: {reason}" for reason in reasons]
        if (geo := self.observation.geo) and geo.unread:
            kept.append(f"the own part of load balancing stays: {geo.unread}")
        return "; ".join(filter(None, [self.unread_at_providers, *kept]))


def require_all_read(done: Convergence) -> None:
    """Raise ObservationError where something could not be read: the rest is done, and the command has failed."""
    if done.unread:
        raise ObservationError(done.unread)


def require_all_taken(done: Convergence) -> None:
    """Raise RunFailed where the provider has refused records, or has no room: the rest is done, the command failed."""
    full = [f"the zone {one.zone} {one.what}; {one.do}. All else was done" for one in done.plan.full]
    if done.plan.rejected or full:
        raise RunFailed("\n".join([*map(_refused, done.plan.rejected), *full]))


def _refused(one: Rejected) -> str:
    return (
        f"{one.subject}, asked for by {', '.join(one.asked_by)}, is refused by the provider: {one.words}; mend it "
        "where it is asked for, then run the same command again. All else was done"
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """The changes that a convergence is about to make, and whether they concern none of our zones."""

    changes: tuple[Change, ...]
    is_nothing: bool

    @property
    def only_adds(self) -> bool:
        """Whether the changes only create records: nothing that is there is changed or deleted."""
        return bool(self.changes) and all(change.action is Action.CREATE for change in self.changes)
