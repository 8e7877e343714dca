"""Hold a lease while a block runs, for commands that have no event loop."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager

from anyio.from_thread import start_blocking_portal

from cli.engine.hold import Hold
from cli.events import Leadership, Role
from cli.lease.election import Election
from cli.lease.engine_guard import guard_engine
from cli.lease.record import LeaseName, identity
from cli.lease.timing import absence, patience
from stacks.kube.home import Home
from stacks.model.errors import NotNow
from stacks.settings.watch import ElectionSettings

LOST = "another process may be at work on the same state now"


@contextmanager
def held(
    home: Home, name: LeaseName, pace: ElectionSettings, hold: Hold, wait: float, holder: str = ""
) -> Iterator[None]:
    """Hold a lease within the block, and give it back at the end.

    wait: seconds for which another process may still have it. holder: the name under which it is held, which no other
    process may have; "" for one made up.

    Where the lease is lost meanwhile, the engine is interrupted, killed before another process can have the lease, and
    not started again within the block. Where the cluster does not answer, or there has been no such Lease, the wait is
    some seconds longer. Raises NotNow where another process holds the lease, or the cluster cannot be asked; UserError
    where its credentials cannot be used.
    """
    candidate = _Candidate(home, name, pace, hold, holder or identity(os.environ))
    with start_blocking_portal(name=f"lease:{name}") as portal:
        competing = portal.start_task_soon(candidate.compete)
        competing.add_done_callback(candidate.note_end)
        try:
            candidate.await_held(wait)
            yield
        finally:
            portal.call(candidate.stopped.set)
            futures.wait([competing])
            hold.allow(LOST)


class _Candidate:
    """A candidate in an election, for an event loop in another thread."""

    def __init__(self, home: Home, name: LeaseName, pace: ElectionSettings, hold: Hold, identity: str) -> None:
        self._home, self._name, self._pace, self._hold, self._identity = home, name, pace, hold, identity
        self._changed = threading.Condition()
        self._leadership: Leadership | None = None
        self._failure: BaseException | None = None
        self.stopped = asyncio.Event()
        """Ends the election, and gives the lease back; set in the event loop."""

    async def compete(self) -> None:
        """Take part in the election until `stopped` is set. Raises UserError for credentials that cannot be used."""
        api = self._home.api(patience(self._pace))
        try:
            election = Election(api, self._name, self._identity, self._pace, self._note)
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(election.run()),
                    group.create_task(guard_engine(election, self._hold, reason=LOST)),
                ]
                await self.stopped.wait()
                for task in tasks:
                    task.cancel()
            await election.release()
        finally:
            await api.close()

    def note_end(self, competing: futures.Future[None]) -> None:
        """Take note that `compete` has ended; unless it was asked to, stop the engine: nobody renews the lease."""
        if not self.stopped.is_set():
            self._hold.interrupt(LOST)
            self._hold.kill()
        with self._changed:
            self._failure = None if competing.cancelled() else competing.exception()
            self._changed.notify_all()

    def await_held(self, wait: float) -> None:
        """Wait until the lease is held; from another thread. Raises as `held`."""
        with self._changed:
            self._changed.wait_for(self._is_decided, wait)
            longest = absence(self._pace) + 2 * patience(self._pace)
            self._changed.wait_for(lambda: self._is_decided() or self._is_known(), longest)
            if self._failure is not None:
                raise self._failure
            if not self._leads():
                raise self._not_now()

    def _leads(self) -> bool:
        return self._leadership is not None and self._leadership.role is Role.LEADER

    def _is_decided(self) -> bool:
        return self._failure is not None or self._leads()

    def _is_known(self) -> bool:
        return self._leadership is not None and bool(self._leadership.holder or self._leadership.reason)

    def _not_now(self) -> NotNow:
        leadership, where = self._leadership, f"the Lease {self._name} at {self._home.access.server}"
        if leadership is not None and leadership.holder:
            return NotNow(
                f"{leadership.holder} is at work here, and two at once would get in each other's way",
                where,
                f"wait until it has ended and try again; if it has died, that takes {self._pace.lease_duration:g} s",
            )
        why = leadership.reason if leadership is not None and leadership.reason else "there was no answer in time"
        return NotNow(f"it cannot be made sure that nobody else is at work here: {why}", where, "mend that, try again")

    def _note(self, leadership: Leadership) -> None:
        with self._changed:
            self._leadership = leadership
            self._changed.notify_all()
