"""One convergence: observe, plan, and run the engine if there is anything to do. `up` and `watch` both call this."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from cli.engine import stack
from cli.engine.run import Listener, Program, Run
from cli.workplace import Workplace
from stacks.observe.world import observe
from stacks.plan.adoption import Takeover
from stacks.plan.changes import Action, Change, changes
from stacks.plan.planner import make_plan
from stacks.settings import Settings
from stacks.values import Observation, Plan, Sighting

Sightings = Callable[[], tuple[Sighting, ...]]
"""Gives the WAN addresses to a run, in place of a detection of its own."""


@dataclass(frozen=True, slots=True)
class Convergence:
    """What a convergence saw, wanted and did. runs is empty where nothing was to be done; seconds is wall time."""

    observation: Observation
    plan: Plan
    changes: tuple[Change, ...]
    runs: tuple[Run, ...]
    seconds: float


def look(workplace: Workplace, sightings: Sightings | None = None, takeover: Takeover | None = None) -> Convergence:
    """Observe and plan, and touch nothing. Raises UserError, ObservationError."""
    began = time.monotonic()
    observation = observe(workplace.settings, workplace.credentials, lambda: stack.registry(workplace), sightings)
    plan = make_plan(workplace.settings, observation, takeover)
    return Convergence(observation, plan, changes(plan, observation), (), time.monotonic() - began)


def converge(
    workplace: Workplace,
    listener: Listener,
    *,
    sightings: Sightings | None = None,
    planned: Callable[[Convergence], None] = lambda _: None,
    always: bool = False,
    takeover: Takeover | None = None,
) -> Convergence:
    """Bring the zones to the plan. No engine runs where nothing is to be done, unless always is set.

    planned is told what will be done before it is done. Where something was taken over, a second look follows: what
    was imported and is not wished is ours then, and is put right. Raises UserError, ObservationError, RunFailed.
    """
    began = time.monotonic()
    seen = look(workplace, sightings, takeover)
    planned(seen)
    runs = _apply(workplace, seen, listener) if seen.changes or _unfinished(seen) or always else ()
    done = Convergence(seen.observation, seen.plan, seen.changes, runs, time.monotonic() - began)
    if runs and any(change.action is Action.ADOPT for change in seen.changes):
        return _after_adoption(done, converge(workplace, listener, sightings=sightings, planned=planned))
    return done


def _after_adoption(done: Convergence, again: Convergence) -> Convergence:
    """Two convergences, told as one."""
    return replace(
        again,
        changes=(*done.changes, *again.changes),
        runs=(*done.runs, *again.runs),
        seconds=done.seconds + again.seconds,
    )


def declare(workplace: Workplace, seen: Convergence) -> Program:
    """The program of a run, with the settings and the observation that the changes were computed from."""

    def declared() -> None:
        # Imported while the engine starts, which calls this.
        import_program()(seen.observation, workplace.settings, seen.plan)

    return declared


def import_program() -> Callable[[Observation, Settings, Plan], None]:
    """The program. The first import takes a second, for the provider's SDK: a run that needs none does without."""
    from stacks.program import program  # noqa: PLC0415 - see above

    return program


def _apply(workplace: Workplace, seen: Convergence, listener: Listener) -> tuple[Run, ...]:
    """Refresh what has drifted, then run `up` with the observation that the changes were computed from.

    What an interrupted run left pending is cleared on the way: the zone was listed after it, so that the plan knows
    what landed (it is adopted by its mark) and what did not.
    """
    registry = seen.observation.registry
    stale = [change.urn for change in seen.changes if change.is_drift]
    if registry.interrupted and not stale:
        stale = [registry.stack_urn]  # reads nothing from the provider, and clears what is pending
    refreshed = (stack.refresh(workplace, stale, listener),) if stale else ()
    return (*refreshed, stack.up(workplace, declare(workplace, seen), listener))


def _unfinished(seen: Convergence) -> bool:
    return bool(seen.observation.registry.interrupted)
