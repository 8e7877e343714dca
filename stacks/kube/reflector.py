"""Keep a cached collection in step with the cluster: list, watch, and list again after a gap.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

from stacks.kube.api import (
    CHUNK,
    ApiError,
    ClusterApi,
    ClusterUnreachable,
    Collection,
    Gone,
    NotFound,
    Overloaded,
    RequestRejected,
)
from stacks.kube.cache import CachePart
from stacks.kube.objects import EXPERIMENTAL_GROUP, GATEWAY_GROUP, Manifest
from stacks.kube.slim import slim
from stacks.kube.timing import ApiTiming
from stacks.model.values import Unknown

_DOUBLINGS = 20
_INSTALL = {
    GATEWAY_GROUP: "install the Gateway API, or take it out of the sources",
    # Its kinds are no sources, but parents of routes.
    EXPERIMENTAL_GROUP: "install the Gateway API's experimental channel",
}
_BUILT_IN = {"", "discovery.k8s.io", "networking.k8s.io"}
"""Groups that every cluster serves: where they are not, it is no cluster that answers."""


class Reflector:
    """A collection of a cluster that is listed and watched into a part of a cache."""

    def __init__(
        self,
        api: ClusterApi,
        collection: Collection,
        part: CachePart,
        pace: ApiTiming,
        whose: str,
        changed: Callable[[], None],
    ) -> None:
        """Take the collection, with any version: it is discovered.

        whose: the cluster in messages. changed: called after each step that may have changed the part.
        """
        self.settled = asyncio.Event()
        """Set when the first list has arrived, or given up."""
        self._api = api
        self._collection = collection
        self._part = part
        self._pace = pace
        self._whose = whose
        self._changed = changed
        self._served = False
        self._version = ""
        self._chunk = CHUNK
        self._synced = False
        self._progress = False
        self._failures = 0
        self._failed: ApiError | None = None
        self._patience: asyncio.TimerHandle | None = None

    async def run(self, *, watching: bool) -> None:
        """List and watch for ever; if not watching, until `settled`."""
        self._count_down()
        try:
            while watching or not self.settled.is_set():
                delay = await self._attempt(watching=watching)
                if watching or not self.settled.is_set():
                    await asyncio.sleep(delay)
        finally:
            self._stop_counting()

    async def _attempt(self, *, watching: bool) -> float:
        """Discover, list or watch, whichever is next. Return the seconds until the next attempt."""
        self._progress = False
        error: ApiError | None = None
        began = asyncio.get_running_loop().time()
        try:
            if not self._served and not await self._is_served():
                return self._absent()
            if not self._version:
                await self._list()
            if watching:
                await self._watch()
        except Gone as gone:
            # Where it is a list's rest that has expired while it was fetched, the next list comes in one.
            self._chunk = CHUNK if self._version else 0
            self._version = ""
            self._progress = False
            self._fail(gone)
        except NotFound as missing:
            error = missing
            self._served, self._version = False, ""
            self._progress = False
            self._fail(missing)
        except ApiError as failed:
            error = failed
            self._fail(failed)
        lasted = asyncio.get_running_loop().time() - began
        self._failures = 1 if self._progress or lasted > self._pace.longest_retry else self._failures + 1
        return self._delay(error)

    async def _is_served(self) -> bool:
        version = await self._api.served(self._collection.resource)
        if version is not None:
            self._collection = replace(self._collection, version=version)
            self._served = True
        return self._served

    async def _list(self) -> None:
        found: list[Manifest] = []
        version = ""
        async for page in self._api.list(self._collection, self._chunk):
            slimmed = map(self._slim, page.items)
            found += filter(self._part.wanted, slimmed)  # at once: of 10,000 pods a few are
            version = page.version
            if self._patience is not None:
                self._count_down()  # anew: a long list is being read as long as it goes on
        self._part.replace(found)
        self._version = version
        self._chunk = CHUNK
        self._synced = True
        self._progress = True
        self._settle()

    async def _watch(self) -> None:
        async with self._api.watch(self._collection, self._version) as events:
            if self._part.unknown is not None:
                return  # given up meanwhile: only a list can tell now
            self._stop_counting()
            async for event in events:
                self._version = event.version
                self._progress = True
                match event.type:
                    case "ADDED" | "MODIFIED":
                        self._part.put(self._slim(event.manifest))
                    case "DELETED":
                        self._part.remove(event.manifest)
                    case "BOOKMARK":
                        continue
                self._changed()

    def _slim(self, manifest: Manifest) -> Manifest:
        return slim(self._collection.resource, manifest, self._collection.also, self._part.prefix)

    def _absent(self) -> float:
        """Note that the cluster does not serve the kind. Return the seconds until the next attempt.

        A kind that it has served before may come back: the server may be starting.
        """
        resource = self._collection.resource
        text = f"the kind is not served; {_INSTALL.get(resource.group, 'install it, or take it out of the sources')}"
        if self._synced or resource.group in _BUILT_IN:
            self._fail(NotFound(text))
            self._failures += 1
            return self._delay(None)
        self._part.lose(Unknown(self._reason(text)), waiting=True)
        self._settle()
        return self._pace.absent

    def _fail(self, error: ApiError) -> None:
        self._failed = error
        if isinstance(error, RequestRejected) and not self._synced:
            self._give_up()  # nothing but a person's doing will change that
        elif self._patience is None and self._part.unknown is None:
            self._count_down()

    def _give_up(self) -> None:
        error = self._failed or ClusterUnreachable("no answer in time")
        remedy = f"; is {self._api.server} the right address, and up?" if isinstance(error, ClusterUnreachable) else ""
        self._part.lose(Unknown(self._reason(f"{error}{remedy}")), waiting=self._is_awaited(error))
        self._version = ""
        self._synced = False
        self._settle()

    def _is_awaited(self, error: ApiError) -> bool:
        return isinstance(error, NotFound) and self._collection.resource.group not in _BUILT_IN

    def _reason(self, text: str) -> str:
        return f"the {self._collection.resource.plural} of {self._whose} at {self._api.server} cannot be read: {text}"

    def _settle(self) -> None:
        self._stop_counting()
        self.settled.set()
        self._changed()

    def _count_down(self) -> None:
        self._stop_counting()
        self._patience = asyncio.get_running_loop().call_later(self._pace.timeout, self._give_up)

    def _stop_counting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _delay(self, error: ApiError | None) -> float:
        """Return the seconds until the next attempt, half of them random, to spread retries after a common failure."""
        longest = min(self._pace.longest_retry, self._pace.first_retry * 2.0 ** min(self._failures - 1, _DOUBLINGS))
        delay = longest * random.uniform(0.5, 1)  # noqa: S311 - to spread load, no secret
        wanted = error.retry_after if isinstance(error, Overloaded) else None
        return max(delay, wanted or 0.0)
