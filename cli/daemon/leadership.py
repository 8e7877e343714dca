"""Whether this process may converge: alone it always may, among replicas only while it leads."""

from __future__ import annotations

import asyncio

from cli.engine.hold import LEASE_LOST, Hold
from cli.events import Leadership, Role
from cli.reconcile.events import Publish


class Seat:
    """What this process is to its replicas. For the thread of the event loop, but for `leads`."""

    def __init__(self, hold: Hold, told: Publish, *, elected: bool) -> None:
        self._hold, self._told = hold, told
        self.now = Leadership(Role.STANDBY if elected else Role.ALONE)
        self._taken, self._left = asyncio.Event(), asyncio.Event()
        self._note()

    @property
    def is_elected(self) -> bool:
        """Whether there is an election."""
        return self.now.role is not Role.ALONE

    @property
    def leads(self) -> bool:
        """Whether it may converge."""
        return self.now.role is not Role.STANDBY

    def take(self, news: Leadership) -> None:
        """Take note of who leads."""
        before, self.now = self.now, news
        if news.role is Role.LEADER and before.role is not Role.LEADER:
            self._hold.allow(LEASE_LOST)
        self._note()
        self._told(news)

    async def taken(self) -> None:
        """Wait until it may converge."""
        await self._taken.wait()

    async def left(self) -> None:
        """Wait until it may not."""
        await self._left.wait()

    def _note(self) -> None:
        on, off = (self._taken, self._left) if self.leads else (self._left, self._taken)
        on.set()
        off.clear()
