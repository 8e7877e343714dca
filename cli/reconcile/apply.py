"""Carry out a plan: every stack of the estate that has anything to do runs once, side by side, behind the API proxy."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from cli.apiproxy.counts import Counts, Tally
from cli.apiproxy.intent import Intent
from cli.engine.events import Diagnostic, EngineEvent
from cli.engine.failure import RunFailed
from cli.engine.run import LONGEST_SLEEP, Listener, Program, Run, signals_reach
from cli.reconcile import writes
from cli.reconcile.rejections import Found, explain
from cli.reconcile.result import Convergence
from cli.reconcile.sending.at_once import AtOnce, at_once
from cli.reconcile.sending.checkpoints import keeps_checkpoints
from cli.reconcile.sending.landed import tell_when_right
from cli.recovery import intent_log
from cli.session import stack
from cli.session.secrets import session_redactor, signing_for
from cli.session.session import Session
from cli.shards import moving
from cli.shards.parts import StackPart
from cli.state import instance
from components import urns
from components.records.providers import PROVIDERS
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.shards import root_of
from stacks.model.values import Rejected
from stacks.plan.sharding import moves
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings

Todo = TypeVar("Todo")
SIDE_BY_SIDE = max(1, min(os.cpu_count() or 1, 4))
"""Engines at once: each takes a core, and some 100 MB."""
MOST_TOLD = 3
"""Failures of shards that are told in full."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The runs of a plan that was carried out. calls: the counts of the API proxy."""

    runs: tuple[Run, ...] = ()
    moved: int = 0
    """Records that were moved from one stack to another."""
    calls: tuple[Tally, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    """What the provider has refused for what it is; all else was done."""


def carry_out(session: Session, seen: Convergence, todo: Sequence[StackPart], listener: Listener) -> Carried:
    """Run the stacks that have anything to do, then move resources to the stacks they belong to.

    Where that is nothing, nothing is started. todo: the runs (`cli.shards.parts`). Raises RunFailed, UserError,
    ObservationError: what could be done is done then.
    """
    session = signing_for(session, seen.observation.registry)
    _drop_twins(session, seen, listener)
    if todo:
        instance.note(session, seen.observation.instance)
    runs: tuple[Run, ...] = ()
    counts = found = None
    if todo:
        session = replace(session, parallel=session.parallel // min(SIDE_BY_SIDE, len(todo)))
        are_many = len(todo) > SIDE_BY_SIDE and session.plugins is None
        keeping = kept_running(session, _teller(listener)) if are_many else nullcontext(session)
        listener = one_at_a_time(listener)
        intended = tell_when_right(writes.intent(seen), session.settings, listener)
        with ExitStack() as used:
            kept = used.enter_context(keeping)
            place, counts = used.enter_context(behind_api_proxy(kept, intended))
            place, ahead = used.enter_context(at_once(place, seen, todo, listener))
            hide = session_redactor(session, session.variables).text
            found = Found(seen, counts, hide) if counts else None
            run = partial(_run_but_rejected, place, seen, found, ahead)
            runs = side_by_side(place, [part for part in todo if part.is_urgent], run, listener)
            runs += side_by_side(place, [part for part in todo if not part.is_urgent], run, listener)
    moved = _move(session, seen, listener)
    return Carried(runs, moved, (counts.tally,) if counts else (), found.rejected if found else ())


Declare = Callable[[Observation, Settings, Plan, Collection[str], Callable[[], tuple[Rejected, ...]]], None]
"""The type of `stacks.program.declare_plan`."""


def import_program(providers: Iterable[str] = ()) -> Declare:
    """Return the program. providers: those whose SDK is imported now, too: it takes a second, and few runs need one."""
    from components.records.record_set import component_of  # noqa: PLC0415 - Pulumi's SDK, while the engine starts
    from stacks.program import declare_plan  # noqa: PLC0415 - likewise

    for provider in providers:
        component_of(provider)
    return declare_plan


def declare(session: Session, seen: Convergence, part: StackPart, found: Found | None = None) -> Program:
    """Return the program of a run, with the settings and the observation that the changes were computed from.

    found: what the API refuses meanwhile, for the state to keep.
    """

    def refused() -> tuple[Rejected, ...]:
        return (*part.plan.rejected, *found.rejected) if found else seen.observation.registry.refused

    def declared() -> None:
        batching = writes.FORESEEN if session.upstreams else frozenset[str]()
        import_program()(seen.observation, session.settings, part.plan, batching, refused)

    return declared


@contextmanager
def kept_running(session: Session, tell: Callable[[str], object]) -> Iterator[Session]:
    """Yield the session with an API proxy and plugins that stay from one run of the engine to the next.

    tell: is called with the text of each plugin that has ended or cannot be started.
    """
    if not session.upstreams:
        yield session
        return
    from cli.apiproxy.proxy import ApiProxy  # noqa: PLC0415 - a server, only needed where something is written
    from cli.engine.plugins import Plugins  # noqa: PLC0415 - likewise

    with ApiProxy(session.upstreams, may_write=session.hold.may_write) as proxy, closing(Plugins(tell)) as plugins:
        yield replace(session, api_proxy=proxy, plugins=plugins)


@contextmanager
def behind_api_proxy(session: Session, intended: Intent) -> Iterator[tuple[Session, Counts | None]]:
    """Yield the session whose plugins reach the APIs through the API proxy, and its counts; None without a proxy.

    Raises RunFailed at the end where writes have landed that no engine requested: the next run takes them over.
    """
    if not session.upstreams:
        yield session, None
        return
    from cli.apiproxy.proxy import ApiProxy  # noqa: PLC0415 - its server is only needed where something is written

    with ExitStack() as used:
        may_write = session.hold.may_write
        proxy = session.api_proxy or used.enter_context(ApiProxy(session.upstreams, may_write=may_write))
        environment = {**session.environment, **proxy.environment}
        counts = used.enter_context(proxy.carrying_out(intended, intent_log.journal_path(session)))
        yield replace(session, environment=environment | warm(session, environment), api_proxy=proxy), counts
    if left := counts.unclaimed:
        raise RunFailed(f"{len(left)} writes landed that no engine asked for; the next run takes them into state")


def warm(session: Session, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for the engine to attach to the kept plugins. The plugins get no credentials.

    Anybody on this host may ask a kept plugin. What it asks for in turn, the API proxy signs.
    """
    if session.plugins is None or session.api_proxy is None:
        return {}
    from cli.engine.plugins import shared  # noqa: PLC0415 - only where they are kept

    kept = shared(session.settings)
    zones = [one for one in session.settings.each_zone() if one.provider in kept]
    real: dict[str, Credentials] = {one.provider: session.credentials[one.zone] for one in zones}
    session.api_proxy.sign_with(real)
    secrets = {text for one in session.credentials.values() for text in (one.token, one.key, one.email) if text}
    clean = {name: value for name, value in environment.items() if value not in secrets}
    tokens = {PROVIDERS[provider].token_variable: session.api_proxy.token for provider in real}
    return session.plugins.environment({**clean, **tokens}, kept)


def _run_but_rejected(
    session: Session,
    seen: Convergence,
    found: Found | None,
    ahead: AtOnce | None,
    part: StackPart,
    listener: Listener,
) -> tuple[Run, ...]:
    """Run a stack. A run has not failed if all but changes refused for their content is done."""
    sending = ahead.once_locked(session.at(part.stack)) if ahead else nullcontext()
    try:
        with sending:
            return _run(session, seen, part, listener, found)
    except RunFailed as failure:
        if found is None or not explain(failure, found.rejected):
            raise
        return failure.runs


def _run(
    session: Session, seen: Convergence, part: StackPart, listener: Listener, found: Found | None
) -> tuple[Run, ...]:
    """Refresh drifted resources, then run `up` with the observation behind the changes.

    Operations that an interrupted run left pending are cleared on the way: the zone was listed after it, so that the
    plan knows which landed (their records are adopted by their marks).
    """
    place = session.at(part.stack)
    stale = [change.urn for change in part.changes if change.needs_refresh]
    stale += [change.urn for change in part.geo_changes if change.refresh and change.urn]
    stale += [change.urn for change in part.list_changes if change.refresh and change.urn]
    if part.interrupted and not stale and part.is_made:
        # This reads nothing from the provider, and clears what is pending.
        stale = [root_of(part.stack, session.project.name)]
    intent_log.begin(place, part.changes)
    if not part.is_made:
        stack.make_stack(place)  # rather than find out by a run that it is not there
    refreshed = (stack.refresh(place, stale, listener),) if stale or part.interrupted else ()
    checkpoints = keeps_checkpoints(place, seen.observation.registry, part)
    return (*refreshed, stack.up(place, declare(place, seen, part, found), listener, checkpoints=checkpoints))


def side_by_side(
    place: Session, todo: Sequence[Todo], run: Callable[[Todo, Listener], tuple[Run, ...]], listener: Listener
) -> tuple[Run, ...]:
    """Run all, the first ones first. A failure holds up no other run; an interruption ends them all."""
    if len(todo) < 2:  # noqa: PLR2004 - nothing stands beside one
        return tuple(done for one in todo for done in run(one, listener))
    with signals_reach(place.hold), ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="shard") as pool:
        running = [pool.submit(run, one, listener) for one in todo]
        left: set[Future[tuple[Run, ...]]] = set(running)
        while left:  # a signal's handler runs in this thread, once it wakes
            _, left = wait(left, LONGEST_SLEEP)
    failures = [error for one in running if (error := one.exception())]
    if failures:
        raise _told(failures)
    return tuple(one for done in running for one in done.result())


def _told(failures: Sequence[BaseException]) -> BaseException:
    """Return one error for all failures: the one for a person to mend, else the engines' messages."""
    other = next((error for error in failures if not isinstance(error, RunFailed)), None)
    if other is not None or len(failures) == 1:
        return other or failures[0]
    said = list(dict.fromkeys(str(error) for error in failures))
    more = [f"{len(said) - MOST_TOLD} more"] if len(said) > MOST_TOLD else []
    interrupted = any(isinstance(error, RunFailed) and error.interrupted for error in failures)
    runs = tuple(run for error in failures if isinstance(error, RunFailed) for run in error.runs)
    return RunFailed("\n".join([*said[:MOST_TOLD], *more]), interrupted=interrupted, runs=runs)


def _drop_twins(session: Session, seen: Convergence, listener: Listener) -> None:
    """End interrupted moves: drop the records in two stacks from one of them."""
    found: dict[str, list[str]] = {}
    for one in seen.observation.registry.twice:
        found.setdefault(urns.stack(one.urn), []).append(one.urn)
    for name, twice in found.items():
        moving.drop(session, name, twice, _teller(listener))


def _move(session: Session, seen: Convergence, listener: Listener) -> int:
    between = moves(seen.plan, seen.observation.registry, session.stack)
    if between:
        moving.move(session, between, _teller(listener))
    return sum(map(len, between.values()))


def _teller(listener: Listener) -> Callable[[str], None]:
    return lambda what: listener(Diagnostic("note", what))


def one_at_a_time(listener: Listener) -> Listener:
    """Return a listener for several engines that passes on one event at a time."""
    lock = threading.Lock()

    def heard(event: EngineEvent) -> None:
        with lock:
            listener(event)

    return heard
