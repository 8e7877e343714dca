"""Observes the world and plans, as the first step of a convergence and for `preview` and `status`."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from cli.reconcile.memory import is_enough
from cli.reconcile.result import Convergence
from cli.reconcile.writes import FORESEEN
from cli.session.open import require_estate
from cli.session.session import Session
from cli.state.instance import instance_of
from cli.state.registries import registry_of_estate
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.observe.remembered import NOTHING, Remembered
from stacks.observe.webhook.kept import kept_source
from stacks.observe.world import Asked, Sights, has_doubtful_ids, look_around, observe
from stacks.plan.changes import Action, Change, changes
from stacks.plan.geo.admitted import with_admitted
from stacks.plan.geo.part import changes_of_geo
from stacks.plan.lists.changes import changes_of_lists
from stacks.plan.lists.emptied import with_held_lists
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.held_back import held_back
from stacks.plan.safety.identities import identities
from stacks.plan.safety.permission import Permission
from stacks.plan.safety.refusal import Refusal
from stacks.plan.webhook.moving import with_moving
from stacks.plan.zone_files import check_files
from stacks.settings.stack import Settings

NO_PERMISSION = Permission()
Amend = Callable[[Plan, Observation], Plan]
"""Returns the plan to carry out, made of the plan for the world as it is."""


def as_it_is(plan: Plan, _: Observation) -> Plan:
    """Return the plan as it is."""
    return plan


@dataclass(frozen=True, slots=True)
class ConvergenceOptions:
    """The options of a convergence; the defaults are those of a plain `truenorth up`."""

    sights: Callable[[], Sights] | None = None
    """Returns the WAN addresses and the objects' claims; None to detect and read them."""
    takeover: Takeover | None = None
    """The records to adopt, beside those that the settings allow."""
    permission: Permission = NO_PERMISSION
    """The permission for changes that the guard refuses."""
    amend: Amend = as_it_is
    hold_back: bool = False
    """Whether changes that the guard refuses are taken out of the plan where possible, and the rest is carried out."""
    always: bool = False
    """Whether the engine runs even where nothing is to be done."""
    at_once: Collection[str] = ()
    """The providers at which the run carries out deletions and creations in one transaction."""
    asked: Asked = kept_source
    """Gives what external-dns asks for by its webhook."""
    remembered: Remembered = field(default_factory=dict)
    """The zones that need not be listed, as long as the plan only changes records of ours."""
    clock: Callable[[], float] = time.time
    """Returns the seconds since the epoch."""


DEFAULTS = ConvergenceOptions()


def look(session: Session, options: ConvergenceOptions = DEFAULTS, *, handed_over: bool = False) -> Convergence:
    """Observe and plan, and change nothing. Raises UserError, ObservationError.

    handed_over: whether the health of new origins has been awaited for long enough.
    """
    require_estate(session)
    settings = session.settings
    began = time.monotonic()
    with _no_collections():
        sights = options.sights or (lambda: look_around(settings, session.environment))
        observation = observe(
            settings,
            session.credentials,
            lambda: registry_of_estate(session),
            sights,
            session.checked_zones,
            options.asked,
            remembered=options.remembered,
        )
        instance = instance_of(session, observation.registry)
        observation = replace(observation, instance=instance, now=options.clock())
        options = replace(options, at_once=FORESEEN if session.upstreams else ())
        seen = considered(settings, observation, options, handed_over=handed_over)
    if options.remembered and not is_enough(seen):
        return look(session, replace(options, remembered=NOTHING), handed_over=handed_over)
    seen = replace(seen, is_from_memory=bool(options.remembered))
    if seen.changes and has_doubtful_ids(settings, session.credentials, observation, session.checked_zones):
        return look(session, options, handed_over=handed_over)
    return replace(seen, seconds=time.monotonic() - began)


def considered(
    settings: Settings, observation: Observation, options: ConvergenceOptions = DEFAULTS, *, handed_over: bool = False
) -> Convergence:
    """Return the plan for an observation with what the guard says to it; nothing is read. handed_over: as in `look`.

    Raises UserError where the file of a zone does not hold what is planned for it.
    """
    observation = with_moving(settings, with_admitted(settings, observation), options.takeover)
    plan = make_plan(settings, observation, options.takeover, handed_over=handed_over, at_once=options.at_once)
    plan = replace(options.amend(plan, observation), memory=identities(observation, kept=False))
    found = changes(plan, observation)
    if found:
        check_files(settings, plan, observation)
    refused = _refusals(settings, plan, found, observation, options)
    allowed_by = options.permission.allowing(refused, settings)
    geo, lists = changes_of_geo(plan, observation), changes_of_lists(plan, observation)
    seen = Convergence(observation, plan, found, (), 0.0, refused, allowed_by, geo_changes=geo, list_changes=lists)
    if not refused or allowed_by or not options.hold_back:
        return seen
    plan = with_held_lists(held_back(plan, refused, observation), refused, observation)
    plan = replace(plan, memory=identities(observation, kept=True))
    found = changes(plan, observation)
    if _refusals(settings, plan, found, observation, options):
        return seen
    lists = changes_of_lists(plan, observation)
    return replace(seen, plan=plan, changes=found, list_changes=lists, is_held_back=True)


def _refusals(
    settings: Settings, plan: Plan, found: tuple[Change, ...], observation: Observation, options: ConvergenceOptions
) -> tuple[Refusal, ...]:
    """Return the refusals of the guard. Corrections of records that were adopted just now pass."""
    adopted = options.permission.adopted
    guarded = [one for one in found if one.action is Action.DELETE or one.logical_name not in adopted]
    asked = options.takeover is not None and options.takeover.is_asked
    return refusals(settings, plan, guarded, observation, asked=asked)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Pause the garbage collector, which would visit the same values again and again: a quarter of a plan's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
