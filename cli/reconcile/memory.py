"""Decide what a loop remembers of the zones between two turns, and whether that is enough for the next plan.

A listing of a large zone costs more than all else of a small change. Without one a turn changes nothing but records
of ours that state knows by their ids: whether a name is free, or a record is gone, only the zone can tell.
"""

from __future__ import annotations

from cli.reconcile.result import Convergence
from stacks.model.claims import Claim
from stacks.model.values import Known
from stacks.observe.remembered import NOTHING, Remembered, remember
from stacks.observe.world import Sights
from stacks.plan.changes import Action
from stacks.settings.stack import Settings

_AS_PLANNED = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE, Action.RESTORE, Action.CORRECT})
"""The changes after which a zone has what was planned, and state knows all that is ours."""


def remembered_of(settings: Settings, done: Convergence) -> Remembered:
    """Return the zones that the next turn need not list; none after a convergence that has left anything open.

    Whoever mends a conflict by hand and then changes an object is not to read of the conflict again.
    """
    plan = done.plan
    is_open = any((plan.conflicts, plan.deferred, plan.rejected, plan.full, done.refusals, done.unread_at_providers))
    is_known = all(change.action in _AS_PLANNED for change in done.changes)
    return remember(settings, done.observation) if is_known and not is_open else NOTHING


def asks_for_the_same(before: Sights, now: Sights) -> bool:
    """Return whether objects ask for the same names and types as before: else something is to be made or deleted."""
    return _asked(before) == _asked(now)


def _asked(sights: Sights) -> set[tuple[str, str | None]]:
    found = (one.found.value for one in sights.of_records if isinstance(one.found, Known))
    return {(claim.name, claim.type) for claims in found for claim in claims if isinstance(claim, Claim)}


def is_enough(seen: Convergence) -> bool:
    """Return whether a plan on remembered zones may be carried out: it changes records of ours, and nothing else.

    A field that stays as people have set it (`keep`) is only known from the zone.
    """
    kept = {(one.name, one.type) for one in seen.plan.record_sets if one.keep}
    only_updates = all(
        one.action is Action.UPDATE and not one.unseen and one.resource.record_set not in kept for one in seen.changes
    )
    registry = seen.observation.registry
    is_unsettled = seen.refusals or seen.plan.deferred or registry.interrupted or registry.twice
    return only_updates and not (seen.geo_changes or seen.list_changes or is_unsettled)
