"""Holds a lease while a block runs, for commands that have no event loop."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cli.engine.hold import Hold
from cli.events import Leadership, Role
from cli.lease.election import Election
from cli.lease.engine_guard import leash
from cli.lease.identity import identity
from cli.lease.record import Place
from cli.lease.timing import absence, patience
from stacks.kube.home import Home
from stacks.model.errors import NotNow, UserError
from stacks.settings.watch import ElectionSettings

LOST = "another process may be at work on the same state now"


@contextmanager
def held(home: Home, place: Place, pace: ElectionSettings, hold: Hold, wait: float, holder: str = "") -> Iterator[None]:
    """Hold the lease within the block, and give it back.

    wait: seconds for which another may have it yet. holder: the name under which it is held, which no other process may
    have; "" for one made up.

    Where it is lost meanwhile, the engine is interrupted, killed before another can have the lease, and not started
    again within the block. Where the cluster does not answer, or there has been no such Lease,
    it takes some seconds more to know. Raises NotNow where another holds it, or the cluster cannot be asked; UserError
    where its credentials cannot be used.
    """
    ours = _Holder(home, place, pace, hold, holder or identity(os.environ))
    thread = threading.Thread(target=ours.run, name=f"lease:{place}", daemon=True)
    thread.start()
    try:
        ours.await_held(wait)
        yield
    finally:
        ours.stop()
        thread.join()
        hold.allow(LOST)


class _Holder:
    """An election in a thread of its own."""

    def __init__(self, home: Home, place: Place, pace: ElectionSettings, hold: Hold, identity: str) -> None:
        self._identity = identity
        self._home, self._place, self._pace, self._hold = home, place, pace, hold
        self._changed = threading.Condition()
        self._news: Leadership | None = None
        self._failure: UserError | None = None
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()

    def run(self) -> None:
        """Compete until stop()."""
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._hold_on())
        except UserError as error:
            with self._changed:
                self._failure = error
                self._changed.notify_all()
        finally:
            if not self._stopped.is_set():  # nobody renews any more
                self._hold.interrupt(LOST)
                self._hold.kill()

    def stop(self) -> None:
        """Give the lease back; from another thread."""
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._stopped.set)

    def await_held(self, wait: float) -> None:
        """Wait until it is held; from another thread. Raises as `held`."""
        with self._changed:
            self._changed.wait_for(self._is_held, wait)
            longest = absence(self._pace) + 2 * patience(self._pace)
            self._changed.wait_for(lambda: self._is_held() or self._is_known(), longest)
            if self._failure is not None:
                raise self._failure
            if not self._is_held():
                raise self._not_now()

    def _is_held(self) -> bool:
        return self._failure is not None or (self._news is not None and self._news.role is Role.LEADER)

    def _is_known(self) -> bool:
        return self._news is not None and bool(self._news.holder or self._news.reason)

    def _not_now(self) -> NotNow:
        news, where = self._news, f"the Lease {self._place} at {self._home.access.server}"
        if news is not None and news.holder:
            return NotNow(
                f"{news.holder} is at work here, and two at once would get in each other's way",
                where,
                f"wait until it has ended and try again; if it has died, that takes {self._pace.lease_duration:g} s",
            )
        why = news.reason if news is not None and news.reason else "there was no answer in time"
        return NotNow(f"it cannot be made sure that nobody else is at work here: {why}", where, "mend that, try again")

    def _told(self, news: Leadership) -> None:
        with self._changed:
            self._news = news
            self._changed.notify_all()

    async def _hold_on(self) -> None:
        api = self._home.api(patience(self._pace))
        try:
            election = Election(api, self._place, self._identity, self._pace, self._told)
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(election.run()),
                    group.create_task(leash(election, self._hold, reason=LOST)),
                ]
                await self._stopped.wait()
                for task in tasks:
                    task.cancel()
            await election.release()
        finally:
            await api.close()
