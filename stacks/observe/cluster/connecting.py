"""The clusters of a stack, reached and read: what reading once and following have in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from stacks.kube.access import access
from stacks.kube.client import LightkubeApi
from stacks.kube.timing import ApiTiming
from stacks.model.claims import SourceSighting
from stacks.observe.cluster.sighting import ClusterSources
from stacks.settings.cluster import ClusterSettings


@dataclass(frozen=True, slots=True)
class Connected:
    """A cluster, and the way to it."""

    sources: ClusterSources
    api: LightkubeApi


def connect(
    clusters: Sequence[ClusterSettings], environment: Mapping[str, str], pace: ApiTiming
) -> tuple[Connected, ...]:
    """The clusters, none of which has been spoken to yet.

    Raises UserError where it is not said how one is reached, or its credentials cannot be used.
    """
    return tuple(_connected(one, environment, replace(pace, timeout=one.timeout)) for one in clusters)


def _connected(settings: ClusterSettings, environment: Mapping[str, str], pace: ApiTiming) -> Connected:
    way = partial(access, settings, environment)
    return Connected(ClusterSources(settings), LightkubeApi(way(), pace, renew=way))


@asynccontextmanager
async def reflected(
    clusters: Sequence[Connected], pace: ApiTiming, changed: Callable[[], None], *, watching: bool
) -> AsyncIterator[None]:
    """Fill the clusters' caches while the context lasts; entered when each has been read, or is known not to be."""
    async with AsyncExitStack() as closing:
        for one in clusters:
            closing.push_async_callback(one.api.close)
        reflectors = [made for one in clusters for made in one.sources.reflectors(one.api, pace, changed)]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(reflector.run(watching=watching)) for reflector in reflectors]
            try:
                for reflector in reflectors:
                    await reflector.settled.wait()
                yield
            finally:
                for task in tasks:
                    task.cancel()


def sightings(clusters: Sequence[Connected]) -> tuple[SourceSighting, ...]:
    """What each source of each cluster wishes for now, in the settings' order."""
    return tuple(sighting for one in clusters for sighting in one.sources.sightings())
