"""What asks for a convergence, gathered until it has settled: a burst of changes is carried out once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from cli.events import Trigger


@dataclass(frozen=True, slots=True)
class Due:
    """When to converge at the latest, on the monotonic clock, and why."""

    at: float
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Asked:
    """What has asked for a convergence, in the order in which it came, and when the first of it did."""

    triggers: tuple[Trigger, ...]
    since: float


class Triggers:
    """For one thread, that of the event loop. Moments are of a clock that never goes back.

    settle: seconds without another change after which what has changed is carried out; most: seconds after which it is
    carried out even though it goes on changing.
    """

    def __init__(self, settle: float, most: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._settle, self._most, self._clock = settle, most, clock
        self._asked: dict[Trigger, None] = {}
        self._first = self._latest = 0.0
        self._at_once = self._ended = False
        self._news = asyncio.Event()

    @property
    def is_pending(self) -> bool:
        """Whether something has asked, and is not gathered yet."""
        return bool(self._asked)

    @property
    def is_ended(self) -> bool:
        """Whether `end` was called."""
        return self._ended

    def post(self, trigger: Trigger, *, at_once: bool = False) -> None:
        """Ask for a convergence; at_once: nothing further is awaited."""
        self._latest = self._clock()
        if not self._asked:
            self._first = self._latest
        self._asked[trigger] = None
        self._at_once |= at_once
        self._news.set()

    def end(self) -> None:
        """Let `gather` give nothing any more."""
        self._ended = True
        self._news.set()

    async def gather(self, due: Due) -> Asked | None:
        """What asks for a convergence, once it has settled or is due; None after `end`."""
        while not self._ended:
            now = self._clock()
            ready = self._ready() if self._asked else due.at
            if ready <= now:
                return self._taken(due, now)
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(ready - now):
                    await self._news.wait()
        return None

    def _ready(self) -> float:
        if self._at_once:
            return self._first
        return min(self._latest + self._settle, self._first + self._most)

    def _taken(self, due: Due, now: float) -> Asked:
        late = [due.trigger] if due.at <= now else []
        asked = Asked(tuple(dict.fromkeys([*self._asked, *late])), self._first if self._asked else now)
        self._asked, self._at_once = {}, False
        return asked
