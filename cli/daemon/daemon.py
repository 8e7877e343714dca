"""The process of `truenorth watch`: signals, settings that change, who leads; and one watch loop after another.

A loop runs with one set of settings: where they change, it ends once its turn is over, and another one begins. What
outlives it is here.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from cli.daemon.background import beside
from cli.daemon.leadership import Seat
from cli.daemon.settings_watch import following_file
from cli.daemon.tools import Tools
from cli.daemon.triggers import Triggers
from cli.daemon.watch import Watch
from cli.engine.hold import STOPPING
from cli.events import Fatal, Mended, Reloaded, Stopping, Trigger
from cli.exit_codes import UNUSABLE
from cli.session.session import Session
from stacks.model.errors import UserError
from stacks.settings.watch import is_on

if TYPE_CHECKING:
    from cli.address_cache.cache import AddressCache


class Daemon:
    """One process. reopen: reads the settings anew, for the same engine and state; it raises UserError."""

    def __init__(
        self,
        session: Session,
        reopen: Callable[[Session], Session],
        tools: Tools,
        environment: Mapping[str, str],
    ) -> None:
        self._session, self._reopen, self._tools = session, reopen, tools
        self._bulletin, self._environment = tools.bulletin, environment
        pace = session.settings.watch
        elected = is_on(pace.election.enabled, environment)
        self._seat = Seat(session.hold, self._bulletin.tell, elected=elected)
        self._triggers = Triggers(pace.settle, pace.settle_most)
        self._reload = asyncio.Event()
        self._is_broken = self._is_stopping = False

    async def run(self) -> None:
        """Watch until a signal ends it. Raises UserError where no further try would help."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop, number.name)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        try:
            async with AsyncExitStack() as running:
                running.callback(self._session.state.close)
                self._session.state.report_to(lambda what: self._bulletin.tell(Mended(what)))
                cache = await self._take_part(running)
                path = self._session.settings_file
                await running.enter_async_context(beside(following_file(path, self._reload.set), self.break_down))
                await running.enter_async_context(beside(self._reload_settings(), self.break_down))
                await self._watch(cache)
                if self._session.settings.watch.cleanup_on_stop and self._is_stopping and self._seat.leads:
                    self._session.hold.allow(STOPPING)
                    await asyncio.to_thread(self._tools.clean_up, self._session)
        except UserError as error:
            self._bulletin.tell(Fatal(str(error), UNUSABLE))
            raise

    async def _watch(self, cache: AddressCache | None) -> None:
        first = Trigger.START
        while not self._is_stopping:
            place = self._session
            pace = place.settings.watch
            self._triggers = Triggers(pace.settle, pace.settle_most)
            watch = Watch(place, self._tools, self._seat, self._triggers, cache=cache, first=first)
            await watch.run()
            if self._is_broken:
                return
            first = Trigger.SETTINGS

    async def _take_part(self, running: AsyncExitStack) -> AddressCache | None:
        """Begin to lead or to stand by, where there is an election; the address cache, where there is one."""
        pace = self._session.settings.watch
        is_cached = is_on(pace.cache.enabled, self._environment)
        if not self._seat.is_elected:
            self._bulletin.tell(self._seat.now)
        if not (self._seat.is_elected or is_cached):
            return None
        # The client of clusters is imported only where there is one.
        from cli.daemon.cluster_part import ClusterPart  # noqa: PLC0415 - see above

        part = ClusterPart.of(self._session, self._environment, self._bulletin.tell)
        if self._seat.is_elected:
            await running.enter_async_context(part.elected(self._seat, self.break_down))
        return await running.enter_async_context(part.cache()) if is_cached else None

    async def _reload_settings(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            try:
                opened = await asyncio.to_thread(self._reopen, self._session)
            except UserError as error:
                self._bulletin.tell(Reloaded(str(error)))
                continue
            if opened.settings != self._session.settings:
                self._session = opened
                self._bulletin.tell(Reloaded())
                self._triggers.end()

    def _hang_up(self) -> None:
        """Read the settings anew, and look at everything now."""
        self._reload.set()
        self._triggers.post(Trigger.SIGNAL, at_once=True)

    def _stop(self, reason: str) -> None:
        """End: the engine, if it runs, is told once."""
        if not self._is_stopping:
            self._is_stopping = True
            self._bulletin.tell(Stopping(reason))
            self._session.hold.interrupt(STOPPING)
            self._triggers.end()

    def break_down(self) -> None:
        """End: something has broken down that nobody can do without."""
        self._is_broken = True
        self._triggers.end()
