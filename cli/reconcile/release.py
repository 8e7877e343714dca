"""Releases records: each gets another tool's mark, then loses ours, then state forgets it. None is deleted.

The first two are runs of the engine, behind the API proxy as any other; what a run does is decided on the zone as it is
read before it. State is changed only once the zone is as it is to be. So whoever dies in between leaves each record
marked by one of the two, in state or not: the next release goes on, and `up` or `adopt` goes back.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cli.engine.failure import RunFailed
from cli.reconcile.apply import carry_out
from cli.reconcile.recovering import end
from cli.reconcile.result import Convergence
from cli.recovery.recover import stacks_of
from cli.session.open import require_estate
from cli.shards.moving import forget
from cli.shards.parts import parts
from cli.state.instance import instance_of
from cli.state.registries import registry_of_estate
from components.views import bare
from stacks.model.errors import ObservationError, UserError
from stacks.observe.world import Sights, has_doubtful_ids, observe
from stacks.plan.changes import changes
from stacks.plan.release.leaving import LeavingSet, Release, released
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.permission import Permission, refused

if TYPE_CHECKING:
    from cli.engine.run import Listener, Run
    from cli.session.session import Session
    from stacks.model.values import Rejected
    from stacks.plan.release.receiver import Receiver

MOST_RUNS = 100
"""Runs of one release: two where all goes well, more where a zone has room for few marks at a time."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way back as it is now. release: what becomes of each set; seen: the plan of the next run, and its changes."""

    release: Release
    seen: Convergence

    @property
    def begun(self) -> frozenset[tuple[str, str]]:
        """The sets with something to do in the zone before state can forget them."""
        return frozenset(one.resource.record_set for one in self.seen.changes)

    @property
    def done(self) -> tuple[LeavingSet, ...]:
        """The sets that state can forget."""
        begun = self.begun
        return tuple(one for one in self.release.leaving if one.is_ready and _key(one) not in begun)


@dataclass(frozen=True, slots=True)
class ReleaseOutcome:
    """The outcome of a release. way: as it was in the end, before state forgot. rejected: refused by the provider."""

    way: Way
    runs: tuple[Run, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def look(session: Session, receiver: Receiver | None, permission: Permission) -> Way:
    """Read zones and state, and decide what becomes of each record set; neither addresses nor clusters are asked.

    receiver: None to let all go. Raises UserError, ObservationError; UserError too where the stack has a part in load
    balancers, or holds records in zones that the settings do not name.
    """
    require_estate(session)
    settings = session.settings.model_copy(update={"geo": None, "address_lists": ()})
    observation = observe(
        settings,
        session.credentials,
        lambda: registry_of_estate(session),
        lambda: Sights(()),
        session.checked_zones,
    )
    registry = observation.registry
    observation = replace(observation, instance=instance_of(session, registry), now=time.time())
    if registry.geo.registered:
        raise UserError(
            "this stack has a part in load balancers, which nobody would go on with",
            f"stack {session.stack}",
            "take geo out of the settings and run `truenorth up`, which leaves them; then release the records",
        )
    if registry.lists.urns:
        raise UserError(
            "this stack keeps address lists, which would lose its addresses",
            f"stack {session.stack}",
            "take address_lists out of the settings and run `truenorth up`, which takes the addresses out; then release"
            " the records",
        )
    if registry.files:
        raise UserError(
            f"this stack keeps {', '.join(map(bare, registry.files))} as a file, which nobody else goes on with",
            f"stack {session.stack}",
            "copy its ConfigMap (kubectl get configmap -o yaml), take the zone out of the settings and run `truenorth"
            " up`, which deletes it; then release the rest",
        )
    release = released(settings, observation, receiver)
    if release.outside:
        zones = ", ".join(
            f"{zone} ({count})" for zone, count in Counter(one.zone_id for one in release.outside).items()
        )
        raise UserError(
            f"the state holds records of zones that the settings do not name: {zones}",
            f"stack {session.stack}",
            "name the zone again, or let `truenorth up` delete what is in it; then release the rest",
        )
    plan = release.plan(observation)
    found = changes(plan, observation)
    if found and has_doubtful_ids(settings, session.credentials, observation, session.checked_zones):
        return look(session, receiver, permission)
    unusual = refusals(settings, plan, found, observation)
    seen = Convergence(observation, plan, found, (), 0.0, unusual, permission.allowing(unusual, settings))
    return Way(release, seen)


def give_back(
    session: Session,
    receiver: Receiver | None,
    listener: Listener,
    permission: Permission,
    *,
    planned: Callable[[Way], None],
) -> ReleaseOutcome:
    """Release the records, and return what was done.

    planned: called with the way as it is before each run. Raises as `look`, RunFailed, and Refused where the guard
    refuses a run that nothing permits.
    """
    runs: tuple[Run, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    for _ in range(MOST_RUNS):
        way = look(session, receiver, permission)
        planned(way)
        seen = way.seen
        left = {one.logical_name for one in seen.changes} - {one.logical_name for one in rejected}
        if not left and not seen.observation.registry.interrupted:
            break
        if seen.refusals and not seen.allowed_by:
            raise refused(seen.refusals, permission, session.settings)
        all_of_it = seen.plan, seen.observation, seen.changes, (), session.stack
        todo = parts(session.settings.guard, *all_of_it, is_allowed=bool(seen.allowed_by))
        carried = carry_out(session, seen, todo, listener)
        runs += carried.runs
        rejected = carried.rejected
    else:
        raise ObservationError("the zones change as fast as records are released: see who else is at work, try again")
    gone, registry = set(map(_key, way.done)), way.seen.observation.registry
    held = (*registry.records, *registry.twice)
    forget(session, stacks_of(session), {one.urn: bare(one.id) for one in held if one.resource.record_set in gone})
    end(session, way.seen)
    return ReleaseOutcome(way, runs, rejected)


def require_all_gone(gone: ReleaseOutcome) -> None:
    """Raise RunFailed where record sets stay ours although they were not meant to."""
    unmade = [f"{one.subject} is refused by the provider: {one.words}" for one in gone.rejected]
    staying = sum(not one.is_meant for one in gone.way.release.staying)
    staying += len(gone.way.release.leaving) - len(gone.way.done)
    if staying:
        left = f"record sets that stay ours: {staying}; settle what is said of them, then run the same command again"
        raise RunFailed("\n".join([*unmade, left]))


def _key(one: LeavingSet) -> tuple[str, str]:
    return one.record_set.name, one.record_set.type
