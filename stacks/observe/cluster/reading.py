"""The clusters of a stack, connected and read: each kind is listed once, all clusters and kinds at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import NoReturn

from stacks.kube.access import access
from stacks.kube.api import ApiError
from stacks.kube.object_api import ObjectApi
from stacks.kube.timing import ApiTiming
from stacks.model.claims import SourceSighting
from stacks.observe.cluster.sighting import ClusterSources
from stacks.settings.cluster import ClusterSettings

Keep = Callable[[Callable[[], None]], Coroutine[object, object, NoReturn]]


@dataclass(frozen=True, slots=True)
class ConnectedCluster:
    """The sources of a cluster, and the client of its API server."""

    sources: ClusterSources
    api: ObjectApi


def read(clusters: Sequence[ClusterSettings], environment: Mapping[str, str]) -> tuple[SourceSighting, ...]:
    """Return one sighting for each source of each cluster, in the settings' order.

    Claims that cannot be read within the cluster's `timeout` are unknown. Raises UserError where the settings do not
    lead to a cluster, or its credentials cannot be used.
    """
    pace = ApiTiming()
    return asyncio.run(_read(connect(clusters, environment, pace), pace))


def connect(
    clusters: Sequence[ClusterSettings], environment: Mapping[str, str], pace: ApiTiming
) -> tuple[ConnectedCluster, ...]:
    """Return the clusters with their clients; no request has been sent yet. Raises UserError as `read`."""
    return tuple(_connected(one, environment, replace(pace, timeout=one.timeout)) for one in clusters)


@asynccontextmanager
async def reflected(
    clusters: Sequence[ConnectedCluster], pace: ApiTiming, changed: Callable[[], None], *, watching: bool
) -> AsyncIterator[None]:
    """Fill the clusters' caches while the context lasts.

    The block is entered when each cache has been filled, or has proved unreadable. changed: called after each change.
    watching: whether changes are followed, or the caches are filled once.
    """
    async with AsyncExitStack() as closing:
        for one in clusters:
            closing.push_async_callback(one.api.close)
        reflectors = [made for one in clusters for made in one.sources.reflectors(one.api, pace, changed)]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(reflector.run(watching=watching)) for reflector in reflectors]
            asking = [group.create_task(_identify(one)) for one in clusters]
            try:
                for asked in asking:
                    await asked
                for reflector in reflectors:
                    await reflector.settled.wait()
                resolving = await _resolve(clusters, pace.resolved)
                if watching:
                    tasks += [group.create_task(keep(changed)) for keep in resolving]
                yield
            finally:
                for task in tasks:
                    task.cancel()


def sightings(clusters: Sequence[ConnectedCluster]) -> tuple[SourceSighting, ...]:
    """Return the present claims of each source of each cluster, in the settings' order."""
    return tuple(sighting for one in clusters for sighting in one.sources.sightings())


def _connected(settings: ClusterSettings, environment: Mapping[str, str], pace: ApiTiming) -> ConnectedCluster:
    authenticate = partial(access, settings, environment)
    return ConnectedCluster(ClusterSources(settings), ObjectApi(authenticate(), pace, renew=authenticate))


async def _resolve(clusters: Sequence[ConnectedCluster], longest: float) -> list[Keep]:
    """Resolve the host names of load balancers where the settings ask for it, and return what keeps the addresses true.

    longest: seconds for which an answer counts.
    """
    having = [(one.sources, hosts) for one in clusters if (hosts := one.sources.hosts)]
    if not having:
        return []
    from stacks.observe.cluster.resolving import keep, look  # noqa: PLC0415 - DNS, which few settings ask for

    for sources, _ in having:
        sources.sightings()  # the names are in the objects that make claims
    await asyncio.gather(*(look(hosts, longest) for _, hosts in having))
    return [partial(keep, hosts, longest) for _, hosts in having]


async def _identify(cluster: ConnectedCluster) -> None:
    """Ask for the identity of a cluster; it stays unknown where the cluster does not answer."""
    with suppress(ApiError):
        cluster.sources.uid = await cluster.api.cluster_uid()


async def _read(clusters: Sequence[ConnectedCluster], pace: ApiTiming) -> tuple[SourceSighting, ...]:
    async with reflected(clusters, pace, changed=lambda: None, watching=False):
        return sightings(clusters)
