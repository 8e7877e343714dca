"""Follow the changes of a single object: by a watch, or by frequent requests where watching is not allowed."""

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
from stacks.kube.timing import WatchTiming

_WATCH_AGAIN = 60.0
"""Seconds after a rejected watch until the next attempt to watch."""


@dataclass(frozen=True, slots=True)
class SingleObject:
    """An object of a cluster's API, by its name."""

    api: ObjectApi
    resource: Resource
    namespace: str
    name: str

    async def look(self) -> Manifest | None:
        """Return the object; None where there is none. Raises each other ApiError."""
        try:
            return await self.api.get(self.resource, self.namespace, self.name)
        except NotFound:
            return None


class ObjectWatcher:
    """A watch of one object that begins again after each end and failure."""

    def __init__(
        self,
        single: SingleObject,
        rhythm: WatchTiming,
        noted: Callable[[Manifest | None], None],
        failed: Callable[[ApiError | TimeoutError], None],
        clock: Callable[[], float],
    ) -> None:
        """Take the object and two callbacks.

        noted: gets the object, or None, after each change and each start; may raise an ApiError for a senseless one.
        failed: gets the reason of each failure. clock: gives seconds.
        """
        self._single, self._rhythm = single, rhythm
        self._noted, self._failed, self._clock = noted, failed, clock
        self._poll_until = -math.inf

    async def run(self) -> None:
        """Watch until cancelled."""
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
        """Get the object and follow its changes, until the watch ends or is silent."""
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
