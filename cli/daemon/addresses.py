"""Where the addresses come from: the leader detects them and keeps them in the cluster's cache, a standby reads them.

One detection a cluster, not one a node. Where the cache is stale, gone or out of reach each process detects by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING

from cli.daemon.leadership import Seat
from cli.daemon.links import Links
from stacks.model.values import Sighting

if TYPE_CHECKING:
    from cli.address_cache.cache import AddressCache


class Addresses:
    """For the thread of the event loop. cache: None where there is none; addresses are detected then."""

    def __init__(self, cache: AddressCache | None, links: Links, seat: Seat, every: float) -> None:
        """every: seconds after which the leader writes the cache again, so that it does not grow stale."""
        self._cache, self._links, self._seat, self._every = cache, links, seat, every
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Another address is published."""
        self._changed.set()

    async def run(self, known: Callable[[], tuple[Sighting, ...]], heard: Callable[[Sighting], None]) -> None:
        """Detect, or read, until cancelled. known: what is published; heard: hears what the cache has."""
        cache = self._cache
        if cache is None:
            await asyncio.to_thread(self._links.switch_on)
            return
        while True:
            if self._seat.leads:
                await asyncio.to_thread(self._links.switch_on)
                await _until(self._seat.left(), self._keep(cache, known))
            else:
                await _until(self._seat.taken(), self._read(cache, heard))

    async def _keep(self, cache: AddressCache, known: Callable[[], tuple[Sighting, ...]]) -> None:
        while True:
            self._changed.clear()
            await cache.write(known())
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._changed.wait()

    async def _read(self, cache: AddressCache, heard: Callable[[Sighting], None]) -> None:
        switching = asyncio.Queue[bool]()

        def read(sightings: tuple[Sighting, ...]) -> None:
            for one in sightings:
                heard(one)
            switching.put_nowait(not sightings)

        async def switch() -> None:
            while True:
                on = await switching.get()
                await asyncio.to_thread(self._links.switch_on if on else self._links.switch_off)

        await _until(cache.follow(read), switch())


async def _until(*works: Coroutine[object, object, None]) -> None:
    """Do these until one of them ends, and end the others; raises what one has raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for one in ended:
        if isinstance(one, Exception):
            raise one
