"""One convergence: observe, plan, and run the engine if there is anything to do. `up` and `watch` both call this."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.reconcile.apply import Carried, carry_out
from cli.reconcile.geo_retry import Rounds
from cli.reconcile.result import Convergence
from cli.session.open import require_estate
from cli.session.session import Session
from cli.state.registries import registry_of_estate
from stacks.model.values import Observation, Plan
from stacks.observe.world import Sights, observe
from stacks.plan.changes import Action, Change, changes
from stacks.plan.geo.part import changes_of_geo
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.safety.guard import Refusal, refusals
from stacks.plan.safety.held_back import held_back
from stacks.plan.safety.permission import Permission, refused
from stacks.settings.stack import Settings

GiveSights = Callable[[], Sights]
"""Gives the WAN addresses and the objects' wishes to a run, in place of a look of its own."""
Amend = Callable[[Plan, Observation], Plan]
"""Makes the plan that is carried out of the one for the world as it is."""
NOTHING_ALLOWED = Permission()
NOTHING_DONE = Carried()
SHARED = "/load_balancers"
"""In the URL of what several stacks write, which the provider names where it fails."""


def look(  # noqa: PLR0913 - what each command varies; the rest are defaults
    session: Session,
    sights: GiveSights | None = None,
    takeover: Takeover | None = None,
    *,
    permission: Permission = NOTHING_ALLOWED,
    amend: Amend = lambda plan, _: plan,
    hold_back: bool = False,
    handed_over: bool = False,
) -> Convergence:
    """Observe and plan, and touch nothing. Raises UserError, ObservationError.

    hold_back: what the guard refuses is taken out of the plan, if it can be.
    """
    require_estate(session)
    began = time.monotonic()
    with _no_collections():
        observation = observe(session.settings, session.credentials, lambda: registry_of_estate(session), sights)
        plan = amend(make_plan(session.settings, observation, takeover, handed_over=handed_over), observation)
        found = changes(plan, observation)
        refusing = refused_changes(session.settings, plan, found, observation, permission)
    allowed_by = permission.allowing(refusing, session.settings)
    geo = changes_of_geo(plan, observation)
    seen = Convergence(observation, plan, found, (), time.monotonic() - began, refusing, allowed_by, geo_changes=geo)
    if not refusing or allowed_by or not hold_back:
        return seen
    plan = held_back(plan, refusing, observation)
    found = changes(plan, observation)
    if refused_changes(session.settings, plan, found, observation, permission):
        return seen
    return replace(seen, plan=plan, changes=found, is_held_back=True)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Keep the collector from looking through the same values again and again: a quarter of a large plan's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def refused_changes(
    settings: Settings, plan: Plan, found: tuple[Change, ...], observation: Observation, permission: Permission
) -> tuple[Refusal, ...]:
    """What the guard refuses; what puts right what was taken over just now is not asked for twice."""
    guarded = [one for one in found if one.action is Action.DELETE or one.logical_name not in permission.adopted]
    return refusals(settings, plan, guarded, observation)


def converge(  # noqa: PLR0913 - what each command varies; the rest are defaults
    session: Session,
    listener: Listener,
    *,
    sights: GiveSights | None = None,
    planned: Callable[[Convergence], None] = lambda _: None,
    always: bool = False,
    takeover: Takeover | None = None,
    permission: Permission = NOTHING_ALLOWED,
    amend: Amend = lambda plan, _: plan,
    hold_back: bool = False,
    rounds: Rounds | None = None,
) -> Convergence:
    """Bring the zones to the plan. No engine runs where nothing is to be done, unless always is set.

    planned is told what will be done before it is done. Where something was taken over or deferred, a second look
    follows: what was imported and is not wished is ours then, and is put right. Raises UserError, ObservationError,
    RunFailed, and Refused where the guard refuses and permission does not allow it: nothing was changed by this look.
    hold_back: all that is not refused is done instead.
    """
    began = time.monotonic()
    geo = session.settings.geo
    rounds = rounds or Rounds(geo.handover if geo else 0.0)
    seen = look(
        session,
        sights,
        takeover,
        permission=permission,
        amend=amend,
        hold_back=hold_back,
        handed_over=rounds.handed_over,
    )
    planned(seen)
    if seen.refusals and not seen.allowed_by and not seen.is_held_back:
        raise refused(seen.refusals, permission, session.settings)
    carried, failed = NOTHING_DONE, False
    try:
        carried = carry_out(session, seen, listener, every=always)
    except RunFailed as error:
        # Somebody else was first, or still refers to what was to go: that is what the next look sees.
        if not seen.geo_changes or SHARED not in str(error) or error.interrupted or not rounds.failed():
            raise
        failed = True
    runs = carried.runs
    done = replace(seen, runs=runs, moved=carried.moved, calls=carried.calls, seconds=time.monotonic() - began)
    adopted = frozenset(change.logical_name for change in seen.changes if change.action is Action.ADOPT)
    second = runs and (seen.plan.deferred or adopted)
    if failed or second or rounds.another(seen.plan.geo, changed=bool(runs and seen.geo_changes)):
        permission = replace(permission, adopted=adopted)
        again = converge(
            session,
            listener,
            sights=sights,
            planned=planned,
            permission=permission,
            amend=amend,
            hold_back=hold_back,
            rounds=rounds,
        )
        return _together(done, again)
    return done


def _together(done: Convergence, again: Convergence) -> Convergence:
    """Two convergences, told as one."""
    return replace(
        again,
        changes=(*done.changes, *again.changes),
        geo_changes=(*done.geo_changes, *again.geo_changes),
        runs=(*done.runs, *again.runs),
        moved=done.moved + again.moved,
        calls=(*done.calls, *again.calls),
        refusals=again.refusals if again.is_held_back else (*done.refusals, *again.refusals),
        allowed_by=done.allowed_by or again.allowed_by,
        seconds=done.seconds + again.seconds,
    )
