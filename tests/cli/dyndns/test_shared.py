"""What routers tell, shared by replicas on a real API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.dyndns import shared
from cli.dyndns.shared import SharedPushes, Told
from stacks.kube.access import access
from stacks.kube.home import Home
from stacks.settings.cluster import ClusterSettings

if TYPE_CHECKING:
    from lab.kube.cluster import Cluster
    from lab.kube.users import Rule
    from stacks.model.values import Address

NAME = "truenorth-home-pushed"
HERE, THERE, SIX = ip_address("203.0.113.7"), ip_address("203.0.113.8"), ip_address("2001:db8::7")
PATIENT = 60.0


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An API server that stands still for a moment is waited for."""
    monkeypatch.setattr(shared, "_PATIENCE", PATIENT)


def run(kubeconfig: Path, namespace: str, act: Callable[[SharedPushes, SharedPushes], Awaitable[None]]) -> None:
    """Run with two replicas, each with a client of its own."""

    async def whole() -> None:
        home = Home(access(ClusterSettings(kubeconfig=str(kubeconfig)), {}), namespace)
        apis = [home.api(PATIENT), home.api(PATIENT)]
        try:
            async with asyncio.timeout(4 * PATIENT):
                await act(*(SharedPushes(api, namespace, NAME) for api in apis))
        finally:
            for api in apis:
                await api.close()

    asyncio.run(whole())


async def tell(one: SharedPushes, user: str, *told: Address) -> tuple[tuple[Address, ...], bool]:
    return await asyncio.to_thread(one.update, user, told)


@asynccontextmanager
async def following(one: SharedPushes) -> AsyncIterator[asyncio.Queue[Told]]:
    heard: asyncio.Queue[Told] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(one.follow(lambda told: loop.call_soon_threadsafe(heard.put_nowait, told), print))
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
def limited(kube_cluster: Cluster, namespace: str) -> Path:
    """One with the rights of an operator's pod to this ConfigMap, and no others."""
    create: Rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create"]}
    ours: Rule = {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "verbs": ["get", "watch", "update"],
        "resourceNames": [NAME],
    }
    return kube_cluster.service_account(f"in-{namespace}", [create, ours], within=namespace).kubeconfig


def test_what_one_replica_is_told_the_other_has(limited: Path, namespace: str) -> None:
    async def act(one: SharedPushes, other: SharedPushes) -> None:
        async with following(other) as heard:
            assert await heard.get() == {}
            assert await tell(one, "cottage", HERE) == ((HERE,), True)
            assert await tell(other, "cottage", HERE) == ((HERE,), False)
            assert await tell(other, "cottage", SIX) == ((SIX, HERE), True)
            while set((await heard.get()).get("cottage", ())) != {HERE, SIX}:
                pass

    run(limited, namespace, act)


def test_two_that_are_told_at_once_lose_nothing(limited: Path, namespace: str) -> None:
    async def act(one: SharedPushes, other: SharedPushes) -> None:
        users = [f"user-{number}" for number in range(8)]
        await asyncio.gather(*(tell((one, other)[place % 2], user, HERE) for place, user in enumerate(users)))
        assert [await tell(one, user, HERE) for user in users] == [((HERE,), False)] * len(users)

    run(limited, namespace, act)


def test_an_address_that_cannot_be_read_is_written_anew(kube_cluster: Cluster, limited: Path, namespace: str) -> None:
    metadata = {"name": NAME, "namespace": namespace}
    too_long = ",".join([str(HERE)] * 100)
    data = {"cottage": "here", "flat": str(THERE), "attic": too_long}
    kube_cluster.admin.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})

    async def act(one: SharedPushes, other: SharedPushes) -> None:
        async with following(other) as heard:
            assert await heard.get() == {"flat": (THERE,)}
        assert await tell(one, "cottage", HERE) == ((HERE,), True)

    run(limited, namespace, act)


def test_without_the_right_nothing_is_written_and_the_reason_is_said(kube_cluster: Cluster, namespace: str) -> None:
    none = kube_cluster.service_account(f"none-{namespace}", [], within=namespace).kubeconfig

    async def act(one: SharedPushes, _: SharedPushes) -> None:
        with pytest.raises(OSError, match=f"the ConfigMap {namespace}/{NAME} cannot be written"):
            await tell(one, "cottage", HERE)

    run(none, namespace, act)
