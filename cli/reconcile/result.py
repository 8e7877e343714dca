"""The results of a convergence, and of a plan that was made ahead of one."""

from __future__ import annotations

from dataclasses import dataclass

from cli.apiproxy.counts import Tally
from cli.engine.run import Run
from stacks.model.errors import ObservationError
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Unknown, UnreadZone
from stacks.plan.changes import Change
from stacks.plan.geo.changes import GeoChange
from stacks.plan.safety.guard import Refusal


@dataclass(frozen=True, slots=True)
class Convergence:
    """What a convergence saw, wanted and did. runs is empty where nothing was to be done; seconds is wall time.

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
    """What is done of load balancing."""
    moved: int = 0
    """Records that were moved from one stack of the estate to another."""
    calls: tuple[Tally, ...] = ()
    """What went through the bridge in each round."""

    @property
    def unread_at_providers(self) -> str:
        """What could not be read, zones or load balancing, and why: it stays as it is. Empty where all could."""
        unread = [zone for zone in self.observation.zones if isinstance(zone, UnreadZone)]
        stays = [f"the zone {zone.zone} stays as it is: {zone.reason}" for zone in unread]
        geo = self.observation.geo
        if geo and isinstance(geo.account, Unknown):
            stays.append(f"load balancing stays as it is: {geo.account.reason}")
        return "; ".join(stays)

    @property
    def unread(self) -> str:
        """What could not be read, and why, objects of clusters too. What it is about stays as it is."""
        sources = [one for one in self.observation.sources if not one.waiting]
        reasons = dict.fromkeys(one.found.reason for one in sources if isinstance(one.found, Unknown))
        kept = [f"what was made for its objects stays: {reason}" for reason in reasons]
        return "; ".join(filter(None, [self.unread_at_providers, *kept]))


def require_all_read(done: Convergence) -> None:
    """Raise ObservationError where something could not be read: the rest is done, and the command has failed."""
    if done.unread:
        raise ObservationError(done.unread)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is about to be done, and whether it is about none of our zones."""

    changes: tuple[Change, ...]
    is_nothing: bool
