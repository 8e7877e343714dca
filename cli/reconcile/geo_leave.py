"""Takes a stack out of the load balancers and address lists that it shares, before it is destroyed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from cli.engine.run import Listener
from cli.reconcile.converge import converge
from cli.reconcile.look import ConvergenceOptions
from cli.session.session import Session
from stacks.model.errors import ObservationError
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import UnreadZone
from stacks.plan.desired.retained import in_unread_zone
from stacks.plan.geo.changes import GeoChange
from stacks.plan.safety.permission import Permission


def leave(session: Session, listener: Listener) -> tuple[GeoChange, ...]:
    """Converge without load balancing and lists, in as many rounds as it takes; return what it did to the former.

    The records stay as state has them. Raises as `converge` does, and ObservationError where something is left:
    others' pools and addresses would be at stake.
    """
    without = replace(session, settings=session.settings.model_copy(update={"geo": None, "address_lists": ()}))
    as_registered = partial(_records_as_registered, without)
    done = converge(without, listener, ConvergenceOptions(permission=Permission("destroy"), amend=as_registered))
    if done.plan.geo and done.plan.geo.again:
        raise ObservationError(f"load balancing is not left yet, nothing was destroyed: {done.plan.geo.again}")
    if done.plan.lists and done.plan.lists.lists:
        raise ObservationError(f"the address lists are not left yet, nothing was destroyed: {done.unread_at_providers}")
    return done.geo_changes


def _records_as_registered(session: Session, plan: Plan, observation: Observation) -> Plan:
    zones = session.settings.each_zone()
    kept = [one for zone in zones for one in in_unread_zone(UnreadZone(zone.zone, "destroyed"), zone, observation)]
    return replace(
        plan,
        record_sets=tuple(one.record_set for one in kept),
        deferred=(),
        shared=observation.registry.shared,
        queues=observation.registry.queues,
    )
