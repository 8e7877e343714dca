"""The watch loop of one session: converges when an address or an object has changed, at drift, and after a failure.

Followers live in threads of their own and post their updates. Turns are taken in a thread, one at a time, so that the
event loop stays free for the lease, the page and the signals.
"""

from __future__ import annotations

import asyncio
import gc
import math
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cli.daemon.addresses import Addresses
from cli.daemon.confirmer import confirming
from cli.daemon.event_bus import EventBus
from cli.daemon.leadership import Replica
from cli.daemon.links import Links
from cli.daemon.memory import give_back
from cli.daemon.observed import Observed, Sources
from cli.daemon.reconciler import Reconciler
from cli.daemon.tasks import in_background
from cli.daemon.triggers import Due, Triggers, TurnRequest
from cli.engine.hold import TOO_LONG
from cli.engine.run import Listener
from cli.events import Trigger, Turn
from cli.feedback.telling import telling
from cli.reconcile.apply import import_program
from cli.session.session import Session
from cli.webhook.desk import Desk
from stacks.kube.timing import ApiTiming
from stacks.model.claims import links_asked
from stacks.model.values import Sighting
from stacks.observe.wan.address_events import watch_addresses
from stacks.observe.wan.sources.pushed import PUSHES
from stacks.observe.world import Sights

if TYPE_CHECKING:
    from cli.address_cache.cache import AddressCache

LINGER = 1.0
"""Seconds for which the end waits until the outcome of the last turn is written on the objects."""
START = 1.0
"""Seconds for which the start waits for further values, once an address is known."""
LONGEST_TURN = 1800.0
"""Seconds after which a turn is asked to end: the API or the engine hangs."""
LAST_WORD = 120.0
"""Seconds after that request after which the engine is killed."""
_NEVER = Due(math.inf, Trigger.DRIFT)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The parts of the process that a watch loop works with.

    engine_listener: gives the listener to the engine's events in a turn. looked: called when everything that is
    followed has given a value, or has had the time. environment: the variables of the process.
    desk: where the requests of external-dns wait; None where it has no webhook here.
    """

    events: EventBus
    engine_listener: Callable[[Turn], AbstractContextManager[Listener]]
    looked: Callable[[], object]
    environment: Mapping[str, str]
    desk: Desk | None = None


class Watch:
    """A loop that runs until its triggers end. Where the settings change, another watch follows it."""

    def __init__(
        self,
        session: Session,
        surroundings: Surroundings,
        replica: Replica,
        triggers: Triggers,
        *,
        cache: AddressCache | None = None,
        first: Trigger = Trigger.START,
    ) -> None:
        """cache: the cluster's cache of addresses. first: the trigger of the first turn."""
        self._session, self._surroundings, self._replica, self._triggers = session, surroundings, replica, triggers
        self._events, self._first = surroundings.events, first
        settings = session.settings
        self._observed = Observed((), self._events.publish, settings.each_cluster(), settings.docker)
        self._links = Links(settings, self._post)
        self._addresses = Addresses(cache, self._links, replica, settings.watch.cache.max_age / 3)
        self._updated = asyncio.Event()
        self._reconciler: Reconciler | None = None
        self._loop = asyncio.get_running_loop()
        self._is_busy = False
        self._term = 0
        """The term of leading, as `Replica.terms` counts it, in which the last turn was taken."""
        self._next_id = _new_id()
        """The id of the next turn, which a plan made ahead of it has too."""

    async def run(self) -> None:
        """Watch until the triggers end. Raises UserError where the settings or credentials are refused."""
        followers = ExitStack()
        try:
            gc.disable()  # what is read first stays: the collector would look through it again and again as it grows
            reconciler = await asyncio.to_thread(self._follow, followers)
            self._observed.follow(self._links.follow(self._session.settings.asked_links()))
            detecting = self._addresses.run(lambda: self._observed.sights().addresses, self._note_read)
            async with in_background(detecting, self._triggers.end):
                await self._first_look()
                self._surroundings.looked()
                gc.freeze()  # nor need it do so at each change
                gc.enable()
                self._reconciler = reconciler
                async with in_background(self._take_over(), self._triggers.end):
                    await self._take_turns(reconciler)
        finally:
            gc.enable()
            await asyncio.to_thread(followers.close)

    def _follow(self, followers: ExitStack) -> Reconciler:
        """Follow everything but addresses. Heavy imports are made meanwhile, and not when every second counts."""
        clusters = self._session.settings.each_cluster()
        followers.callback(self._links.switch_off)
        followers.enter_context(watch_addresses(self._links.nudge))
        followers.enter_context(PUSHES.listening(lambda _: self._links.nudge()))
        ended = partial(self._loop.call_soon_threadsafe, self._triggers.end)
        environment = self._surroundings.environment
        if clusters:
            from stacks.observe.cluster.following import following  # noqa: PLC0415 - a client that not every stack needs

            pace = ApiTiming(resolved=self._session.settings.wan.recheck)
            followers.enter_context(following(clusters, environment, self._post, pace, ended))
        if daemons := self._session.settings.docker:
            from stacks.observe.docker import following as docker  # noqa: PLC0415 - likewise

            rules = self._session.settings.cluster
            followers.enter_context(docker.following(daemons, rules, self._post, ended=ended))
        import_program(zone.provider for zone in self._session.settings.each_zone())
        confirmer = followers.enter_context(confirming(self._session.settings))
        teller = followers.enter_context(telling(clusters, environment, self._events.publish, LINGER))
        if desk := self._surroundings.desk:
            followers.enter_context(desk.attended(self._wake, self._is_leading))
        return Reconciler(self._session, confirmer, teller, self._first, desk)

    def _wake(self) -> None:
        """Let a turn carry out what external-dns asks for, from any thread."""
        self._loop.call_soon_threadsafe(partial(self._triggers.post, Trigger.WEBHOOK, at_once=True))

    def _is_leading(self) -> bool:
        """Return whether this process leads, and has taken a turn since it does. For any thread."""
        return self._replica.leads and self._term == self._replica.terms

    def _post(self, update: Sighting | Sources) -> None:
        """Note an update, from any thread."""
        self._loop.call_soon_threadsafe(self._update, update)

    def _update(self, update: Sighting | Sources) -> None:
        self._follow_up(self._observed.update(update))

    def _note_read(self, sighting: Sighting) -> None:
        self._follow_up(self._observed.note_read(sighting))

    def _follow_up(self, trigger: Trigger | None) -> None:
        """Ask for the convergence that an update needs."""
        self._updated.set()
        if trigger is Trigger.ADDRESS:
            self._addresses.note_change()
        if trigger is None or self._reconciler is None or not self._replica.leads:
            return
        self._follow_asked()
        is_first = self._is_leading() and not (self._triggers.is_pending or self._is_busy)
        publish = self._events.of_turn(Turn(self._next_id, (trigger,), time.monotonic()))
        ahead = self._reconciler.plan_ahead(self._observed.sights(), publish) if is_first else None
        if ahead is None:
            self._triggers.post(trigger, promptly=self._is_new_address(trigger))
        elif not ahead.is_nothing:
            self._triggers.post(trigger, promptly=ahead.only_adds)

    def _is_new_address(self, trigger: Trigger) -> bool:
        seen = self._reconciler.seen if self._reconciler else Sights(())
        return trigger is Trigger.ADDRESS and self._observed.has_all_of(seen)

    def _follow_asked(self) -> bool:
        """Follow the links that objects ask for too, and return whether one is new."""
        new = self._links.follow(links_asked(self._observed.sights().sources))
        self._observed.follow(new)
        return bool(new)

    async def _first_look(self) -> None:
        """Wait for a value of everything that is followed, for the longest of their timeouts."""
        settings = self._session.settings
        timeouts = [settings.wan.timeout, *(one.timeout for one in settings.each_cluster())]
        timeouts += [one.timeout for one in settings.docker]
        await self._wait_for_all(max(timeouts) + 1.0)
        if self._follow_asked():
            await self._wait_for_all(settings.wan.timeout + 1.0)

    async def _wait_for_all(self, seconds: float) -> None:
        """Wait for values of everything, for at most these seconds, and for `START` once an address is known.

        The claims of objects are awaited all the same: until then nobody knows the names.
        """
        until = time.monotonic() + seconds
        observed = self._observed
        while observed.awaits_anything and not self._triggers.is_ended and (left := until - time.monotonic()) > 0:
            self._updated.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, START)):
                    await self._updated.wait()
            if not observed.awaits_sources and observed.knows_an_address:
                until = min(until, time.monotonic() + START)

    async def _take_over(self) -> None:
        """Converge at once whenever this process has become the leader again."""
        while True:
            await self._replica.wait_to_stand_by()
            await self._replica.wait_to_lead()
            self._observed.forget_read()
            self._triggers.post(Trigger.LEADERSHIP, at_once=True)

    async def _take_turns(self, reconciler: Reconciler) -> None:
        while True:
            request = await self._triggers.gather(reconciler.due if self._replica.leads else _NEVER)
            if request is None:
                return
            if self._replica.leads:
                await self._take_turn(reconciler, request)

    async def _take_turn(self, reconciler: Reconciler, request: TurnRequest) -> None:
        turn = Turn(self._next_id, request.triggers, request.since)
        self._next_id = _new_id()
        self._is_busy = True
        if self._term != self._replica.terms:  # between two turns: the thread of a turn never sees it
            self._term = self._replica.terms
            reconciler.begin_leading(self._replica.former_hosts())
        self._follow_asked()
        hold = self._session.hold
        late = self._loop.call_later(LONGEST_TURN, hold.interrupt, TOO_LONG)
        too_late = self._loop.call_later(LONGEST_TURN + LAST_WORD, hold.kill)
        try:
            with self._surroundings.engine_listener(turn) as listener:
                publish = self._events.of_turn(turn)
                await asyncio.to_thread(reconciler.take_turn, self._observed.sights(), turn, publish, listener)
            await asyncio.to_thread(give_back)
        finally:
            late.cancel()
            too_late.cancel()
            hold.allow(TOO_LONG)
            self._is_busy = False


def _new_id() -> str:
    return uuid.uuid4().hex[:8]
