"""Ways to the API server of the tests' cluster, and objects that it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stacks.kube.access import access
from stacks.kube.api import Collection
from stacks.kube.cache import CachePart
from stacks.kube.client import LightkubeApi
from stacks.kube.objects import Manifest, Resource
from stacks.kube.reflector import Reflector
from stacks.kube.timing import ApiTiming
from stacks.model.values import Unknown
from stacks.settings.cluster import ClusterSettings

PATIENT = 120.0
QUICK = ApiTiming(timeout=20.0, absent=0.05, first_retry=0.02, longest_retry=0.1)


def ways(kubeconfig: Path, pace: ApiTiming = QUICK) -> LightkubeApi:
    return LightkubeApi(access(ClusterSettings(kubeconfig=str(kubeconfig)), {}), pace)


@asynccontextmanager
async def reached(kubeconfig: Path, pace: ApiTiming = QUICK) -> AsyncIterator[LightkubeApi]:
    async with asyncio.timeout(PATIENT):
        api = ways(kubeconfig, pace)
        try:
            yield api
        finally:
            await api.close()


def run(kubeconfig: Path, act: Callable[[LightkubeApi], Awaitable[None]], pace: ApiTiming = QUICK) -> None:
    """Do something with the API, and close it."""

    async def whole() -> None:
        async with reached(kubeconfig, pace) as api:
            await act(api)

    asyncio.run(whole())


async def listed(api: LightkubeApi, collection: Collection, chunk: int = 500) -> tuple[list[str], str, int]:
    """The names, the version, and the number of pages."""
    names, version, pages = [], "", 0
    async for page in api.list(collection, chunk):
        names += [one["metadata"]["name"] for one in page.items]
        version, pages = page.version, pages + 1
    return names, version, pages


@dataclass
class Reflected:
    """A part that a reflector fills, with a record of its changes."""

    part: CachePart = field(default_factory=CachePart)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    history: list[Unknown | None] = field(default_factory=list)

    def change(self) -> None:
        self.history.append(self.part.unknown)
        self.changed.set()

    @property
    def names(self) -> list[str]:
        return [one["metadata"]["name"] for one in self.part.objects.values()]

    @property
    def known(self) -> bool:
        return self.part.unknown is None

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self.changed.clear()
            await self.changed.wait()


@asynccontextmanager
async def reflecting(
    kubeconfig: Path, resource: Resource, namespace: str = "", pace: ApiTiming = QUICK
) -> AsyncIterator[Reflected]:
    """Run a reflector while the context lasts."""
    async with reached(kubeconfig, pace) as api:
        reflected = Reflected()
        collection = Collection(resource, resource.version, namespace)
        reflector = Reflector(api, collection, reflected.part, pace, "the cluster home", reflected.change)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(reflector.run(watching=True))
            try:
                await reflector.settled.wait()
                yield reflected
            finally:
                task.cancel()


def service(namespace: str, name: str, **metadata: Any) -> Manifest:  # noqa: ANN401 - any field of metadata
    """A Service, as its user writes it."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": namespace, "name": name, **metadata},
        "spec": {"ports": [{"port": 80}]},
    }


def exposed(namespace: str, name: str, host: str, **metadata: Any) -> Manifest:  # noqa: ANN401 - any field of metadata
    """A Service with a wanted name and an address of its user."""
    made = service(namespace, name, annotations={"external-dns.kubernetes.io/hostname": host}, **metadata)
    addressed = {"type": "LoadBalancer", "externalIPs": ["192.0.2.1"], "allocateLoadBalancerNodePorts": False}
    return {**made, "spec": {**made["spec"], **addressed}}
