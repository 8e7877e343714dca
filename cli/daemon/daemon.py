"""The process of `truenorth watch`: handles signals, changed settings and leadership, and runs a watch loop.

A loop runs with one set of settings. Where they change, it ends once its turn is over, and another loop begins.
"""

from __future__ import annotations

import asyncio
import hashlib
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from cli.daemon.leadership import Replica
from cli.daemon.tasks import in_background
from cli.daemon.triggers import Triggers
from cli.daemon.watch import Surroundings, Watch
from cli.engine.hold import STOPPING
from cli.events import Fatal, Mended, Reloaded, Stopping, Trigger
from cli.exit_codes import UNUSABLE
from cli.session.session import Session
from stacks.model.errors import ObservationError, UserError
from stacks.settings.detection.header_secrets import secret_variables
from stacks.settings.secrets.files import PULUMI_TOKEN, raw, secret_files
from stacks.settings.watch import is_on

if TYPE_CHECKING:
    from cli.address_cache.cache import AddressCache
    from stacks.settings.finding.selection import Found

LOOK = 1.0
"""Seconds between two looks at the settings file."""
LISTING = 600.0
"""Seconds between two listings of the zones that a token sees, where the settings take those."""
LISTING_RETRY = 60.0
"""Seconds until the next where the last one failed."""


class Daemon:
    """A process that watches until it is told to end.

    reopen: reads the settings anew, for the same engine and state; raises UserError. clean_up: deletes all records of
    the session.
    """

    def __init__(
        self,
        session: Session,
        reopen: Callable[[Session], Session],
        surroundings: Surroundings,
        clean_up: Callable[[Session], None],
    ) -> None:
        self._session, self._reopen, self._surroundings, self._clean_up = session, reopen, surroundings, clean_up
        self._events, self._environment = surroundings.events, surroundings.environment
        pace = session.settings.watch
        elected = is_on(pace.election.enabled, self._environment)
        self._replica = Replica(session.hold, self._events.publish, elected=elected)
        self._triggers = Triggers(pace.settle, pace.settle_most)
        self._reload = asyncio.Event()
        self._is_broken = self._is_stopping = False
        self._before_rotation: Session | None = None
        """The session with the secrets before the last that were read anew, should those be refused."""

    async def run(self) -> None:
        """Watch until a signal ends it. Raises UserError where no further try would help."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop, number.name)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        try:
            async with AsyncExitStack() as running:
                running.callback(self._session.state.close)
                self._session.state.report_to(lambda what: self._events.publish(Mended(what)))
                cache = await self._take_part(running)
                path = self._session.settings_file
                secrets = follow_secrets(self._secret_files, self._reload.set)
                zones = follow_zones(lambda: self._session.settings.found, self._reload.set)
                works = (follow_file(path, self._reload.set), secrets, zones, self._catch_up(), self._reload_settings())
                for work in works:
                    await running.enter_async_context(in_background(work, self.break_down))
                await self._watch(cache)
                if self._session.settings.watch.cleanup_on_stop and self._is_stopping and self._replica.leads:
                    self._session.hold.allow(STOPPING)
                    await asyncio.to_thread(self._clean_up, self._session)
        except UserError as error:
            self._events.publish(Fatal(str(error), UNUSABLE))
            raise

    async def _watch(self, cache: AddressCache | None) -> None:
        first = Trigger.START
        while not self._is_stopping:
            session = self._session
            pace = session.settings.watch
            self._triggers = Triggers(pace.settle, pace.settle_most)
            watch = Watch(session, self._surroundings, self._replica, self._triggers, cache=cache, first=first)
            try:
                await watch.run()
            except UserError as error:
                if self._before_rotation is None:
                    raise
                self._session, self._before_rotation = self._before_rotation, None
                self._events.publish(Reloaded(str(error)))
            if self._is_broken:
                return
            first = Trigger.SETTINGS

    async def _take_part(self, running: AsyncExitStack) -> AddressCache | None:
        """Begin to lead or to stand by, where there is an election, and return the address cache, if there is one."""
        pace = self._session.settings.watch
        is_cached = is_on(pace.cache.enabled, self._environment)
        if not self._replica.is_elected:
            self._events.publish(self._replica.leadership)
        if not (self._replica.is_elected or is_cached):
            return None
        # The client of clusters is imported only where there is one.
        from cli.daemon.cluster_part import ClusterPart  # noqa: PLC0415 - see above

        part = ClusterPart.of(self._session, self._environment, self._events.publish)
        if self._replica.is_elected:
            await running.enter_async_context(part.elected(self._replica, self.break_down))
        return await running.enter_async_context(part.cache()) if is_cached else None

    async def _reload_settings(self) -> None:
        was_refused = False
        while True:
            await self._reload.wait()
            self._reload.clear()
            if problem := await self._take_settings(told_anyway=was_refused):
                self._events.publish(Reloaded(problem))
            was_refused = bool(problem)

    async def _take_settings(self, *, told_anyway: bool) -> str:
        """Read the settings anew, and begin to work with them where they differ; return why they are refused.

        told_anyway: whether to tell that they can be read where they do not differ.
        """
        try:
            opened = await asyncio.to_thread(self._reopen, self._session)
        except (UserError, ObservationError) as error:
            return str(error)
        if problem := opened.settings.found.unlisted:
            return problem
        if opened.settings != self._session.settings or _signature(opened) != _signature(self._session):
            is_rotation = opened.settings == self._session.settings
            self._before_rotation = self._session if is_rotation else None
            self._session = opened
            self._events.publish(Reloaded())
            self._triggers.end()
        elif told_anyway:
            self._events.publish(Reloaded())
        return ""

    async def _catch_up(self) -> None:
        """List the zones that a token sees once this replica leads: the former leader may have taken further ones."""
        while True:
            await self._replica.wait_to_stand_by()
            await self._replica.wait_to_lead()
            if self._session.settings.found.entries:
                self._reload.set()

    def _secret_files(self) -> tuple[Path, ...]:
        settings = self._session.settings
        named = [zone.token for zone in settings.each_zone() if zone.token]
        named += (*settings.watch.dyndns.users.values(), *secret_variables(settings.wan))
        return secret_files(self._environment, named)

    def _hang_up(self) -> None:
        """Read the settings anew, and converge now."""
        self._reload.set()
        self._triggers.post(Trigger.SIGNAL, at_once=True)

    def _stop(self, reason: str) -> None:
        """End, and interrupt the engine once, if it runs."""
        if not self._is_stopping:
            self._is_stopping = True
            self._events.publish(Stopping(reason))
            self._session.hold.interrupt(STOPPING)
            self._triggers.end()

    def break_down(self) -> None:
        """End because a part has failed that the process cannot go on without."""
        self._is_broken = True
        self._triggers.end()


def _signature(session: Session) -> tuple[object, ...]:
    """Return everything that a session signs with."""
    return session.credentials, session.environment.get(PULUMI_TOKEN)


async def follow_file(
    path: Path, changed: Callable[[], object], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Call `changed` whenever a file has another content than before, until cancelled.

    A file that is replaced counts as well, as that of a mounted ConfigMap is; one that is gone is not read.
    pause: sleeps for seconds.
    """
    before, stamp = _digest(path), _stamp(path)
    while True:
        await pause(LOOK)
        if (now := _stamp(path)) == stamp:
            continue
        stamp = now
        if (content := _digest(path)) not in {before, ""}:
            before = content
            changed()


async def follow_secrets(
    files: Callable[[], Iterable[Path]],
    changed: Callable[[], object],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Call `changed` whenever the content of one of these files has changed, or one has gone, until cancelled.

    files: gives the paths, anew at each look. pause: sleeps for seconds.
    """
    stamps = {path: _stamp(path) for path in files()}
    before = {path: _secret(path) for path in stamps}
    while True:
        await pause(LOOK)
        now = {path: _stamp(path) for path in files()}
        if now == stamps:
            continue
        stamps = now
        if (contents := {path: _secret(path) for path in now}) != before:
            before = contents
            changed()


async def follow_zones(
    found: Callable[[], Found],
    due: Callable[[], object],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Call `due` whenever the zones that a token sees are to be listed anew, until cancelled.

    found: gives the outcome of the last listing. pause: sleeps for seconds.
    """
    while True:
        await pause(LISTING_RETRY if found().unlisted else LISTING)
        if found().entries:
            due()


def _secret(path: Path) -> str:
    """Return a digest of the secret in a file; "" where it cannot be read."""
    try:
        return hashlib.sha256(raw(path)).hexdigest()
    except OSError:
        return ""


def _stamp(path: Path) -> tuple[int, int, int]:
    """Return inode, time and size of a file, cheap signs that it was written or replaced; zeros where it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0, 0
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _digest(path: Path) -> str:
    """Return a digest of the content; "" where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
