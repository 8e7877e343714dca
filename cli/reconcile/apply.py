"""Carries out a plan: every stack of the estate that has anything to do runs once, side by side, behind the bridge."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from cli.engine.events import Diagnostic, Event
from cli.engine.failure import RunFailed
from cli.engine.run import LONGEST_SLEEP, Listener, Program, Run, signals_reach
from cli.reconcile import writes
from cli.recovery import intent_log
from cli.session import stack
from cli.session.session import Session
from cli.shards import moving
from cli.shards.parts import Part, parts
from components import urns
from stacks.model.shards import label_of, root_of
from stacks.plan.sharding import moves

if TYPE_CHECKING:
    from cli.apiproxy.counts import Counts, Tally
    from cli.apiproxy.intent import Intent
    from cli.reconcile.result import Convergence

Todo = TypeVar("Todo")
MANY = 50
"""Changes from which on a run is faster without the engine's checkpoints, where no journal stands in for them."""
SIDE_BY_SIDE = max(1, min(os.cpu_count() or 1, 4))
"""Engines at once: each takes a core, and some 100 MB."""
MOST_TOLD = 3
"""Failures of shards that are told in full."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What was carried out. calls: what went through the bridge."""

    runs: tuple[Run, ...] = ()
    moved: int = 0
    """Records that were moved from one stack to another."""
    calls: tuple[Tally, ...] = ()


def carry_out(session: Session, seen: Convergence, listener: Listener, *, every: bool = False) -> Carried:
    """Run the stacks that have anything to do, then move what lies in another stack than it belongs to.

    Where that is nothing, nothing is started. every: run all stacks. Raises RunFailed, UserError, ObservationError:
    what could be done is done then.
    """
    todo = parts(seen.plan, seen.observation, seen.changes, seen.geo_changes, session.stack, every=every)
    _drop_twins(session, seen, listener)
    runs: tuple[Run, ...] = ()
    counts = None
    if todo:
        session = replace(session, parallel=session.parallel // min(SIDE_BY_SIDE, len(todo)))
        are_many = len(todo) > SIDE_BY_SIDE and session.plugins is None
        keeping = kept_running(session, _teller(listener)) if are_many else nullcontext(session)
        with keeping as kept, behind_bridge(kept, writes.intent(seen)) as (place, counts):
            run = partial(_run, place, seen)
            runs = side_by_side(place, [part for part in todo if part.is_urgent], run, listener)
            runs += side_by_side(place, [part for part in todo if not part.is_urgent], run, listener)
    moved = _move(session, seen, listener)
    return Carried(runs, moved, (counts.tally,) if counts else ())


def declare(session: Session, seen: Convergence, part: Part) -> Program:
    """The program of a run, with the settings and the observation that the changes were computed from."""

    def declared() -> None:
        # Imported while the engine starts, which calls this.
        from cli.reconcile.converge import import_program  # noqa: PLC0415 - which imports this module

        import_program()(seen.observation, session.settings, part.plan)

    return declared


@contextmanager
def kept_running(session: Session, tell: Callable[[str], object]) -> Iterator[Session]:
    """The session with a bridge and plugins that stay from one run of the engine to the next.

    tell: hears of plugins that have ended or cannot be started.
    """
    if not session.upstreams:
        yield session
        return
    from cli.apiproxy.proxy import Bridge  # noqa: PLC0415 - a server, only needed where something is written
    from cli.engine.plugins import Plugins  # noqa: PLC0415 - likewise

    with Bridge(session.upstreams, may_write=session.hold.may_write) as bridge, closing(Plugins(tell)) as plugins:
        yield replace(session, bridge=bridge, plugins=plugins)


@contextmanager
def behind_bridge(session: Session, intended: Intent) -> Iterator[tuple[Session, Counts | None]]:
    """The session whose plugins reach the API through the bridge, where there is one, and what that counts.

    Raises RunFailed in the end where writes have landed that no engine knows of: the next run takes them over.
    """
    if not session.upstreams:
        yield session, None
        return
    from cli.apiproxy.proxy import Bridge  # noqa: PLC0415 - its server is only needed where something is written

    with ExitStack() as used:
        bridge = session.bridge or used.enter_context(Bridge(session.upstreams, may_write=session.hold.may_write))
        environment = {**session.environment, **bridge.environment}
        counts = used.enter_context(bridge.carrying_out(intended, intent_log.journal_place(session)))
        yield replace(session, environment=environment | warm(session, environment)), counts
    if left := counts.unclaimed:
        raise RunFailed(f"{len(left)} writes landed that no engine asked for; the next run takes them into state")


def warm(session: Session, environment: Mapping[str, str]) -> dict[str, str]:
    """What the engine needs in its environment to use the plugins that are kept running."""
    if session.plugins is None:
        return {}
    from cli.engine.plugins import shared  # noqa: PLC0415 - only where they are kept

    return session.plugins.environment(environment, shared(session.settings))


def _run(session: Session, seen: Convergence, part: Part, listener: Listener) -> tuple[Run, ...]:
    """Refresh what has drifted, then run `up` with the observation that the changes were computed from.

    What an interrupted run left pending is cleared on the way: the zone was listed after it, so that the plan knows
    what landed (it is adopted by its mark) and what did not.
    """
    place = session.at(part.stack)
    stale = [change.urn for change in part.changes if change.needs_refresh]
    stale += [change.urn for change in part.geo_changes if change.refresh and change.urn]
    if part.interrupted and not stale and part.is_made:
        stale = [root_of(part.stack)]  # reads nothing from the provider, and clears what is pending
    intent_log.begin(place, part.changes)
    if label_of(part.stack) and not part.is_made:
        stack.make_stack(place)  # rather than find out by a run that it is not there
    refreshed = (stack.refresh(place, stale, listener),) if stale or part.interrupted else ()
    return (*refreshed, stack.up(place, declare(place, seen, part), listener, checkpoints=_checkpoints(place, part)))


def _checkpoints(place: Session, part: Part) -> bool:
    """Whether the engine writes the whole state at each step: what a crash leaves has to be found again without.

    By its marks it is; the journal, where there is one, says what it was.
    """
    if any(zone.marks == "none" for zone in place.settings.each_zone()):
        return True
    return not has_journal(place) and len(part.changes) < MANY


def has_journal(session: Session) -> bool:
    """Whether what is written is noted as it lands."""
    return bool(session.upstreams) and intent_log.journal_place(session) is not None


def side_by_side(
    place: Session, todo: Sequence[Todo], run: Callable[[Todo, Listener], tuple[Run, ...]], listener: Listener
) -> tuple[Run, ...]:
    """Run all, the first ones first. What fails holds up no other; an interruption ends them all."""
    if len(todo) < 2:  # noqa: PLR2004 - nothing stands beside one
        return tuple(done for one in todo for done in run(one, listener))
    listener = _one_at_a_time(listener)
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
    """One error for all that have failed: that which only a person can mend, else what the engines said."""
    other = next((error for error in failures if not isinstance(error, RunFailed)), None)
    if other is not None or len(failures) == 1:
        return other or failures[0]
    said = list(dict.fromkeys(str(error) for error in failures))
    more = [f"{len(said) - MOST_TOLD} more"] if len(said) > MOST_TOLD else []
    interrupted = any(isinstance(error, RunFailed) and error.interrupted for error in failures)
    return RunFailed("\n".join([*said[:MOST_TOLD], *more]), interrupted=interrupted)


def _drop_twins(session: Session, seen: Convergence, listener: Listener) -> None:
    """End a move that was cut off: what two stacks hold is dropped from one of them."""
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


def _one_at_a_time(listener: Listener) -> Listener:
    """The listener, for several engines: it hears one event at a time."""
    lock = threading.Lock()

    def heard(event: Event) -> None:
        with lock:
            listener(event)

    return heard
