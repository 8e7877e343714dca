"""Gathers requests for a convergence until they have settled, so that a burst of changes is carried out once.

The first change after a quiet time does not wait for that, where it takes nothing away.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from cli.events import Trigger

TOGETHER = 0.05
"""Seconds within which changes come that belong together, such as the new addresses of both families."""


@dataclass(frozen=True, slots=True)
class Due:
    """The latest time of the next convergence, on the monotonic clock, and its reason."""

    at: float
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """The triggers of a convergence, in the order in which they came, and the time of the first."""

    triggers: tuple[Trigger, ...]
    since: float


async def wait_at_most(event: asyncio.Event, seconds: float) -> None:
    """Wait until an event is set, for at most these seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


class Triggers:
    """The triggers that have come and are not gathered yet. For the thread of the event loop.

    settle: seconds without another change after which the changes are carried out. most: seconds after which they are
    carried out even where further ones come. clock: never goes back. wait: waits for an event for so many seconds.
    """

    def __init__(
        self,
        settle: float,
        most: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[asyncio.Event, float], Awaitable[None]] = wait_at_most,
    ) -> None:
        self._settle, self._most, self._clock, self._wait = settle, most, clock, wait
        self._posted: dict[Trigger, None] = {}
        self._first = self._latest = self._limit = -math.inf
        """Times: of the first trigger that is not gathered, of the latest one, and when they are due at the latest."""
        self._at_once = self._is_prompt = self._was_prompt = self._ended = False
        self._changed = asyncio.Event()

    @property
    def is_pending(self) -> bool:
        """Whether a trigger has come and is not gathered yet."""
        return bool(self._posted)

    @property
    def is_ended(self) -> bool:
        """Whether `end` was called."""
        return self._ended

    def post(self, trigger: Trigger, *, at_once: bool = False, promptly: bool = False) -> None:
        """Request a convergence.

        at_once: without waiting for further triggers. promptly: likewise, but for what comes together with this one,
        where it is the first for more than `settle` seconds.
        """
        now = self._clock()
        if not self._posted:
            self._first = now
            self._is_prompt = now - self._latest > self._settle
            if self._is_prompt or not self._was_prompt:  # else it belongs to the burst that the prompt one began
                self._limit = now + self._most
        self._is_prompt &= promptly
        self._latest = now
        self._posted[trigger] = None
        self._at_once |= at_once
        self._changed.set()

    def end(self) -> None:
        """Let `gather` return None from now on."""
        self._ended = True
        self._changed.set()

    async def gather(self, due: Due) -> TurnRequest | None:
        """Return the triggers of the next convergence, once they have settled or it is due; None after `end`."""
        while not self._ended:
            now = self._clock()
            ready = self._ready() if self._posted else due.at
            if ready <= now:
                return self._take(due, now)
            self._changed.clear()
            await self._wait(self._changed, ready - now)
        return None

    def _ready(self) -> float:
        if self._at_once:
            return self._first
        if self._is_prompt:
            return self._first + min(TOGETHER, self._settle)
        return min(self._latest + self._settle, self._limit)

    def _take(self, due: Due, now: float) -> TurnRequest:
        late = [due.trigger] if due.at <= now else []
        request = TurnRequest(tuple(dict.fromkeys([*self._posted, *late])), self._first if self._posted else now)
        self._posted, self._at_once, self._was_prompt = {}, False, self._is_prompt
        return request
