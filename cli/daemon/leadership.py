"""Whether this process may converge: always where it is alone, and among replicas only while it leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cli.engine.hold import LEASE_LOST, Hold
from cli.events import Leadership, Role
from cli.reconcile.events import Publish


class Replica:
    """The role of this process among its replicas. For the thread of the event loop, except `leads`."""

    def __init__(self, hold: Hold, publish: Publish, *, elected: bool) -> None:
        """elected: whether a leader is elected; without an election the process leads."""
        self._hold, self._publish = hold, publish
        self.leadership = Leadership(Role.STANDBY if elected else Role.ALONE)
        self.terms = 0
        """How many times this process has become the leader."""
        self.former_hosts: Callable[[], frozenset[str]] = frozenset
        """Returns the host names of those that led before this process, where there is an election."""
        self._leads, self._stands_by = asyncio.Event(), asyncio.Event()
        self._set_events()

    @property
    def is_elected(self) -> bool:
        """Whether there is an election."""
        return self.leadership.role is not Role.ALONE

    @property
    def leads(self) -> bool:
        """Whether this process may converge."""
        return self.leadership.role is not Role.STANDBY

    def update(self, leadership: Leadership) -> None:
        """Note who leads now, allow the engine again after a lost lease, and publish it."""
        before, self.leadership = self.leadership, leadership
        if leadership.role is Role.LEADER and before.role is not Role.LEADER:
            self._hold.allow(LEASE_LOST)
            self.terms += 1
        self._set_events()
        self._publish(leadership)

    async def wait_to_lead(self) -> None:
        """Wait until this process may converge."""
        await self._leads.wait()

    async def wait_to_stand_by(self) -> None:
        """Wait until this process may not converge."""
        await self._stands_by.wait()

    def _set_events(self) -> None:
        on, off = (self._leads, self._stands_by) if self.leads else (self._stands_by, self._leads)
        on.set()
        off.clear()
