"""The watch loop of one session: converge when an address or an object has changed, at drift, after a failure.

Followers live in threads of their own and post what they see; turns are taken in a thread, one at a time, so that the
event loop stays free for the lease, the page and the signals.
"""

from __future__ import annotations

import asyncio
import gc
import math
import os
import time
import uuid
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING

from cli.daemon.addresses import Addresses
from cli.daemon.background import beside
from cli.daemon.clusters import following_clusters
from cli.daemon.confirmer import confirming
from cli.daemon.leadership import Seat
from cli.daemon.links import Links
from cli.daemon.observed import Board, Sources
from cli.daemon.reconciler import Turns
from cli.daemon.tools import Tools
from cli.daemon.triggers import Asked, Due, Triggers
from cli.engine.hold import TOO_LONG
from cli.events import Trigger, Turn
from cli.feedback.telling import telling
from cli.reconcile.apply import import_program
from cli.session.session import Session
from stacks.model.claims import links_asked
from stacks.model.values import Sighting
from stacks.observe.wan.address_events import watch_addresses

if TYPE_CHECKING:
    from cli.address_cache.cache import AddressCache

LINGER = 1.0
"""Seconds for which the end waits until the owners of objects are told of what was done last."""
START = 1.0
"""Seconds for which the others are awaited at the start, once an address is known."""
LONGEST_TURN = 1800.0
"""Seconds after which a turn is asked to end: the API or the engine hangs."""
LAST_WORD = 120.0
"""Seconds after which it is killed then."""
_NEVER = Due(math.inf, Trigger.DRIFT)


class Watch:
    """Runs until its triggers end. The settings do not change meanwhile: another watch follows where they do."""

    def __init__(
        self,
        session: Session,
        tools: Tools,
        seat: Seat,
        triggers: Triggers,
        *,
        cache: AddressCache | None = None,
        first: Trigger = Trigger.START,
    ) -> None:
        """cache: where the cluster keeps the addresses. first: what asks for the first turn."""
        self._session, self._tools, self._seat, self._triggers = session, tools, seat, triggers
        self._bulletin, self._first = tools.bulletin, first
        settings = session.settings
        self._board = Board((), tools.bulletin.tell, settings.each_cluster())
        self._links = Links(settings, self._post)
        self._addresses = Addresses(cache, self._links, seat, settings.watch.cache.max_age / 3)
        self._heard = asyncio.Event()
        self._turns: Turns | None = None
        self._loop = asyncio.get_running_loop()
        self._is_busy = False
        self._next_id = _new_id()
        """That of the next turn: what is planned ahead is of it."""

    async def run(self) -> None:
        """Watch until the triggers end. Raises UserError where the settings or credentials are refused."""
        followers = ExitStack()
        try:
            turns = await asyncio.to_thread(self._follow, followers)
            self._board.follow(self._links.follow(self._session.settings.asked_links()))
            detecting = self._addresses.run(lambda: self._board.sights().addresses, self._hear)
            async with beside(detecting, self._triggers.end):
                await self._first_look()
                self._tools.looked()
                gc.freeze()  # modules and caches stay: the collector need not look through them at each change
                self._turns = turns
                async with beside(self._take_over(turns), self._triggers.end):
                    await self._take_turns(turns)
        finally:
            await asyncio.to_thread(followers.close)

    def _follow(self, followers: ExitStack) -> Turns:
        """Begin to follow everything but addresses; imports what is heavy now, and not when every second counts."""
        import_program(zone.provider for zone in self._session.settings.each_zone())
        clusters = self._session.settings.each_cluster()
        followers.callback(self._links.switch_off)
        followers.enter_context(watch_addresses(self._links.nudge))
        ended = partial(self._loop.call_soon_threadsafe, self._triggers.end)
        followers.enter_context(following_clusters(clusters, self._post, ended))
        confirmer = followers.enter_context(confirming(self._session.settings))
        teller = followers.enter_context(telling(clusters, os.environ, self._bulletin.tell, LINGER))
        return Turns(self._session, confirmer, teller, self._first)

    def _post(self, news: Sighting | Sources) -> None:
        """Hear, from any thread."""
        self._loop.call_soon_threadsafe(self._hear, news)

    def _hear(self, news: Sighting | Sources) -> None:
        trigger = self._board.hear(news)
        self._heard.set()
        if trigger is Trigger.ADDRESS:
            self._addresses.changed()
        if trigger is None or self._turns is None or not self._seat.leads:
            return
        self._follow_asked()
        is_first = not (self._triggers.is_pending or self._is_busy)
        ahead = self._bulletin.of(Turn(self._next_id, (trigger,), time.monotonic()))
        if not (is_first and self._turns.comes_to_nothing(self._board.sights(), ahead)):
            self._triggers.post(trigger)

    def _follow_asked(self) -> bool:
        """Follow the links that objects ask for too: whether one is new."""
        new = self._links.follow(links_asked(self._board.sights().sources))
        self._board.follow(new)
        return bool(new)

    async def _first_look(self) -> None:
        """Wait until all that is followed has said something, for as long as that may take."""
        settings = self._session.settings
        timeouts = [settings.wan.timeout, *(cluster.timeout for cluster in settings.each_cluster())]
        await self._hear_all(max(timeouts) + 1.0)
        if self._follow_asked():
            await self._hear_all(settings.wan.timeout + 1.0)

    async def _hear_all(self, seconds: float) -> None:
        """Hear until all have said something, for at most these seconds; `START` once an address is known.

        What the objects of clusters wish for is awaited all the same: until then nobody knows the names.
        """
        until = time.monotonic() + seconds
        board = self._board
        while board.awaits_anything and not self._triggers.is_ended and (left := until - time.monotonic()) > 0:
            self._heard.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, START)):
                    await self._heard.wait()
            if not board.awaits_sources and board.knows_an_address:
                until = min(until, time.monotonic() + START)

    async def _take_over(self, turns: Turns) -> None:
        """Converge at once whenever this process has become the leader."""
        if self._seat.leads and self._seat.is_elected:
            turns.begin()
        while True:
            await self._seat.left()
            await self._seat.taken()
            turns.begin()
            self._triggers.post(Trigger.LEADERSHIP, at_once=True)

    async def _take_turns(self, turns: Turns) -> None:
        while True:
            asked = await self._triggers.gather(turns.due if self._seat.leads else _NEVER)
            if asked is None:
                return
            if self._seat.leads:
                await self._take(turns, asked)

    async def _take(self, turns: Turns, asked: Asked) -> None:
        turn = Turn(self._next_id, asked.triggers, asked.since)
        self._next_id = _new_id()
        self._is_busy = True
        self._follow_asked()
        hold = self._session.hold
        late = self._loop.call_later(LONGEST_TURN, hold.interrupt, TOO_LONG)
        too_late = self._loop.call_later(LONGEST_TURN + LAST_WORD, hold.kill)
        try:
            with self._tools.listening(turn) as listener:
                await asyncio.to_thread(turns.take, self._board.sights(), turn, self._bulletin.of(turn), listener)
        finally:
            late.cancel()
            too_late.cancel()
            hold.allow(TOO_LONG)
            self._is_busy = False


def _new_id() -> str:
    return uuid.uuid4().hex[:8]
