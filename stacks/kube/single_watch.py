"""Sees a single object change close to when it does: by a watch, or by asking often where that is not allowed."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from stacks.kube.api import ApiError, Collection, Event, NotFound, RequestRejected
from stacks.kube.object_api import ObjectApi
from stacks.kube.objects import Manifest, Resource

_WATCH_AGAIN = 60.0
"""Seconds after which it is tried again to watch where that was refused."""


@dataclass(frozen=True, slots=True)
class WatchTiming:
    """How long things take, in seconds.

    patience: for which an answer is awaited. silence: of a watch, after which it is taken to be half-open; the object
    is changed more often than that while somebody takes care of it. poll: between two questions where it cannot be
    watched. retry: after a failure, at most.
    """

    patience: float
    silence: float
    poll: float
    retry: float


@dataclass(frozen=True, slots=True)
class SingleObject:
    """One object of an API."""

    api: ObjectApi
    resource: Resource
    namespace: str
    name: str

    async def look(self) -> Manifest | None:
        """The object as it is; None where there is none. Raises each other ApiError."""
        try:
            return await self.api.get(self.resource, self.namespace, self.name)
        except NotFound:
            return None


class ObjectWatcher:
    """Looks at one object. noted: what is seen of it, again and again. failed: why nothing can be seen now."""

    def __init__(
        self,
        single: SingleObject,
        rhythm: WatchTiming,
        noted: Callable[[Manifest | None], None],
        failed: Callable[[ApiError | TimeoutError], None],
        clock: Callable[[], float],
    ) -> None:
        """Where what answers makes no sense, `noted` may raise an ApiError."""
        self._single, self._rhythm = single, rhythm
        self._noted, self._failed, self._clock = noted, failed, clock
        self._poll_until = -math.inf

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            pause = self._rhythm.poll
            try:
                if self._clock() < self._poll_until:
                    async with asyncio.timeout(self._rhythm.patience):
                        self._noted(await self._single.look())
                else:
                    await self._watch()
                    pause /= 5
            except (ApiError, TimeoutError) as error:
                self._failed(error)
                pause = self._rhythm.retry * random.uniform(0.5, 1)  # noqa: S311 - to spread load, no secret
            await asyncio.sleep(pause)

    async def _watch(self) -> None:
        """See what is, and what changes, until the watch ends or is silent."""
        single = self._single
        selector = f"metadata.name={single.name}"
        one = Collection(single.resource, single.resource.version, single.namespace, fields=selector)
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(self._rhythm.patience):
                self._noted(await single.look())
            async with asyncio.timeout(self._rhythm.patience):
                try:
                    events = await stack.enter_async_context(single.api.watch(one, ""))
                except RequestRejected:  # to watch; it can be read
                    self._poll_until = self._clock() + _WATCH_AGAIN
                    return
            while (event := await self._next(events)) is not None:
                if event.type != "BOOKMARK":
                    self._noted(None if event.type == "DELETED" else event.manifest)

    async def _next(self, events: AsyncIterator[Event]) -> Event | None:
        try:
            async with asyncio.timeout(self._rhythm.silence):
                return await anext(events, None)
        except TimeoutError:
            return None
