"""The newest status of the daemon, for readers that wait for the next one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from cli.reconcile.events import Dispatch
from cli.web.status import Status, after, after_detection
from stacks.observe.wan.detect import Detection


class StatusBoard:
    """The newest status, which any thread may change and any event loop read. owner: of the stack's records."""

    def __init__(self, stack: str, owner: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._status = Status(stack, owner, clock())
        self._changing = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def status(self) -> Status:
        """The newest status."""
        return self._status

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        self._put(lambda status: after(status, dispatch))

    def hear_detection(self, detection: Detection) -> None:
        """Take note of what the sources of WAN addresses have answered."""
        at = self._clock()
        self._put(lambda status: after_detection(status, detection, at))

    async def newer(self, version: int) -> Status:
        """The status as soon as its version is another one."""
        heard = asyncio.Event()
        waiting = (asyncio.get_running_loop(), heard)
        with self._changing:
            self._waiting.add(waiting)
        try:
            while self._status.version == version:
                heard.clear()
                await heard.wait()
            return self._status
        finally:
            with self._changing:
                self._waiting.discard(waiting)

    def _put(self, change: Callable[[Status], Status]) -> None:
        with self._changing:
            before, self._status = self._status, change(self._status)
            if self._status.version != before.version:
                for loop, heard in self._waiting:
                    loop.call_soon_threadsafe(heard.set)
