"""Converges: looks, guards, carries out, and looks again where something is left. `up` and `watch` both call this.

The engine runs only in the stacks that have something to do (`parts`); where none has, it does not run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.reconcile import refused_before
from cli.reconcile.apply import Carried, carry_out
from cli.reconcile.geo_retry import Rounds
from cli.reconcile.look import DEFAULTS, Amend, ConvergenceOptions, look
from cli.reconcile.rejections import Rejections
from cli.reconcile.result import Convergence
from cli.reconcile.writes import FORESEEN
from cli.session.session import Session
from cli.shards.parts import parts
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.observe.remembered import NOTHING
from stacks.plan.changes import Action
from stacks.plan.safety.permission import refused
from stacks.plan.safety.rejected import without

SHARED = "/load_balancers"
"""A part of the URLs that several stacks write, which the provider's error names."""


def converge(
    session: Session,
    listener: Listener,
    options: ConvergenceOptions = DEFAULTS,
    *,
    planned: Callable[[Convergence], None] = lambda _: None,
    rounds: Rounds | None = None,
    rejections: Rejections | None = None,
) -> Convergence:
    """Bring the zones to the plan, and return what was done. No engine runs where nothing is to be done.

    planned: called with each plan before it is carried out. rounds, rejections: the memory of a caller that converges
    again and again. What the provider refuses for what it is fails nothing: it is in the plan's `rejected`. Where
    something was adopted or deferred, a second pass follows: an adopted record that nothing asks for is corrected then.
    Another follows where something was refused and zones were not listed (`ConvergenceOptions.remembered`): a record
    may be gone.
    Raises UserError, ObservationError, RunFailed, and Refused where the guard refuses the plan and `options` neither
    permit nor hold back; then nothing was changed by that pass.
    """
    geo = session.settings.geo
    rounds = rounds or Rounds(geo.handover if geo else 0.0)
    known = Rejections() if rejections is None else rejections
    options = replace(options, amend=_amending(options.amend, known))
    passes: list[Convergence] = []
    while True:
        began = time.monotonic()
        seen = look(session, options, handed_over=rounds.handed_over)
        planned(seen)
        if seen.refusals and not seen.allowed_by and not seen.is_held_back:
            raise refused(seen.refusals, options.permission, session.settings)
        carried = _carry_out(session, seen, listener, rounds, always=options.always)
        if carried is not None and not _is_doubtful(seen, carried):
            known.learn(seen.changes, carried.rejected)
        passes.append(_done(seen, carried or Carried(), time.monotonic() - began))
        is_last = carried is not None and bool(carried.rejected) and len(passes) > 1
        if carried is not None and (is_last or not _is_followed(seen, carried, rounds)):
            done = reduce(_joined, reversed(passes))
            refused_before.remember(session, done.plan.rejected)
            return done
        permission = replace(options.permission, adopted=_adopted(seen))
        options = replace(options, takeover=None, always=False, permission=permission, remembered=NOTHING)


def _carry_out(
    session: Session, seen: Convergence, listener: Listener, rounds: Rounds, *, always: bool
) -> Carried | None:
    """Run the engine in the stacks that have something to do, or in all; None where another stack was first."""
    todo = parts(
        session.settings.guard,
        seen.plan,
        seen.observation,
        seen.changes,
        seen.geo_changes,
        session.stack,
        list_changes=seen.list_changes,
        every=always,
        is_allowed=bool(seen.allowed_by),
    )
    try:
        return carry_out(session, seen, todo, listener)
    except RunFailed as error:
        # Another stack was first, or still refers to what was to go: the next look shows it.
        if not (seen.geo_changes and _is_contended(error) and rounds.failed()):
            raise
        return None


def _is_contended(error: RunFailed) -> bool:
    """Return whether each failed run failed at a record of several stacks."""
    said = [[one.message for one in run.diagnostics] for run in error.runs] or [[str(error)]]
    return not error.interrupted and all(any(SHARED in one for one in messages) for messages in said)


def _is_followed(seen: Convergence, carried: Carried, rounds: Rounds) -> bool:
    """Return whether another pass follows now; waits for it where it has to."""
    if _is_doubtful(seen, carried):
        return True
    if carried.runs and (seen.plan.deferred or _adopted(seen) or _leaves_marks(seen, carried)):
        return True
    if carried.runs and seen.plan.lists and seen.plan.lists.again:
        return True
    return rounds.another(seen.plan.geo, changed=bool(carried.runs and seen.geo_changes))


def _is_doubtful(seen: Convergence, carried: Carried) -> bool:
    """Return whether refused records may be gone from a zone that was not listed, rather than wrong."""
    return seen.is_from_memory and bool(carried.rejected)


def _leaves_marks(seen: Convergence, carried: Carried) -> bool:
    """Return whether marks may stand alone, because all their records were refused: they go at once.

    What is made in one transaction with its record is refused with it.
    """
    if not carried.rejected:
        return False
    kept = {(one.name, one.type) for one in without(seen.plan, carried.rejected, seen.observation).record_sets}
    left = {one.resource.record_set for one in carried.rejected if not one.is_deletion} - kept
    there = {one.resource.record_set for one in seen.observation.registry.records if one.resource.is_mark}
    made = {(one.name, one.type) for one in seen.plan.record_sets if one.mark_name and one.provider not in FORESEEN}
    return bool(left & (there | made))


def _done(seen: Convergence, carried: Carried, seconds: float) -> Convergence:
    plan = without(seen.plan, (*seen.plan.rejected, *carried.rejected), seen.observation)
    names = {one.logical_name for one in carried.rejected}
    # A mark that was to stand beside refused records alone was not made either.
    kept = {(one.name, one.type) for one in plan.record_sets}
    made = tuple(
        one
        for one in seen.changes
        if one.logical_name not in names and not (one.urn == "" and names and one.resource.record_set not in kept)
    )
    done = replace(seen, plan=plan, changes=made, runs=carried.runs, moved=carried.moved, calls=carried.calls)
    return replace(done, seconds=seconds)


def _amending(amend: Amend, known: Rejections) -> Amend:
    def amended(plan: Plan, observation: Observation) -> Plan:
        return known.amend(amend(plan, observation), observation)

    return amended


def _adopted(seen: Convergence) -> frozenset[str]:
    return frozenset(change.logical_name for change in seen.changes if change.action is Action.ADOPT)


def _joined(later: Convergence, earlier: Convergence) -> Convergence:
    """Return two passes as one convergence: with the observation and plan of the later one, and the work of both."""
    return replace(
        later,
        changes=(*earlier.changes, *later.changes),
        geo_changes=(*earlier.geo_changes, *later.geo_changes),
        list_changes=(*earlier.list_changes, *later.list_changes),
        runs=(*earlier.runs, *later.runs),
        moved=earlier.moved + later.moved,
        calls=(*earlier.calls, *later.calls),
        refusals=later.refusals if later.is_held_back else (*earlier.refusals, *later.refusals),
        allowed_by=earlier.allowed_by or later.allowed_by,
        seconds=earlier.seconds + later.seconds,
    )
