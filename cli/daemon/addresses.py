"""Keeps the WAN addresses up to date: a leader detects and caches them in the cluster, a standby reads the cache.

A cluster so has one detection, not one a node. Where the cache is stale, gone or out of reach, each process detects
by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from cli.daemon.leadership import Replica
from cli.daemon.links import Links
from cli.daemon.tasks import until_first_ends
from stacks.model.values import Sighting

if TYPE_CHECKING:
    from cli.address_cache.cache import AddressCache


class Addresses:
    """The detection of addresses, or the reading of the cache. For the thread of the event loop."""

    def __init__(self, cache: AddressCache | None, links: Links, replica: Replica, every: float) -> None:
        """cache: None for none, the addresses are detected then. every: seconds between writes of a fresh cache."""
        self._cache, self._links, self._replica, self._every = cache, links, replica, every
        self._changed = asyncio.Event()

    def note_change(self) -> None:
        """Note that the published address has changed."""
        self._changed.set()

    async def run(self, published: Callable[[], tuple[Sighting, ...]], post: Callable[[Sighting], None]) -> None:
        """Detect or read addresses until cancelled.

        published: returns the addresses that the cache gets. post: called with each address that the cache has.
        """
        cache = self._cache
        if cache is None:
            await asyncio.to_thread(self._links.switch_on)
            return
        while True:
            if self._replica.leads:
                await asyncio.to_thread(self._links.switch_on)
                await until_first_ends(self._replica.wait_to_stand_by(), self._keep(cache, published))
            else:
                await until_first_ends(self._replica.wait_to_lead(), self._read(cache, post))

    async def _keep(self, cache: AddressCache, published: Callable[[], tuple[Sighting, ...]]) -> None:
        while True:
            self._changed.clear()
            await cache.write(published())
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._changed.wait()

    async def _read(self, cache: AddressCache, post: Callable[[Sighting], None]) -> None:
        switching = asyncio.Queue[bool]()

        def read(sightings: tuple[Sighting, ...]) -> None:
            for sighting in sightings:
                post(sighting)
            switching.put_nowait(not sightings)

        async def switch() -> None:
            while True:
                on = await switching.get()
                await asyncio.to_thread(self._links.switch_on if on else self._links.switch_off)

        await until_first_ends(cache.follow(read), switch())
