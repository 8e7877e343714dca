"""What makes the order of events sure: a clock that runs only while everybody waits for it, and calls to wait for."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
ROUNDS = 50
"""Of the event loop without a step of the clock: after these all that can go on without it has."""


class VirtualClock:
    """Goes to the next who waits as soon as nothing else can be done. `run` in place of `asyncio.run`."""

    def __init__(self) -> None:
        self.time = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, next(self._numbers), woken))
        await woken

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it, however long it takes by this clock."""
        return asyncio.run(self._run(work))

    async def _run(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        while not task.done():
            for _ in range(ROUNDS):
                await asyncio.sleep(0)
            if self._sleepers and not task.done():
                self.time, _, woken = heapq.heappop(self._sleepers)
                if not woken.done():
                    woken.set_result(None)
        return task.result()


def once_called(
    monkeypatch: pytest.MonkeyPatch, place: type, name: str, times: int, action: Callable[[], None]
) -> None:
    """Do the action as a coroutine method is called for the so manieth time, before the method begins."""
    method = getattr(place, name)
    calls = count(1)

    async def counted(*given: object, **named: object) -> object:
        if next(calls) == times:
            action()
        return await method(*given, **named)

    monkeypatch.setattr(place, name, counted)
