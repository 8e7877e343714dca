"""The address cache on a real API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.address_cache.cache import AddressCache
from cli.events import Cached
from cli.lease.record import clock
from stacks.kube.access import access
from stacks.kube.home import Home
from stacks.model.values import WAN, Family, Known, Sighting, Unknown
from stacks.settings.cluster import ClusterSettings
from stacks.settings.detection.ranges import Ranges
from stacks.settings.watch import CacheSettings

if TYPE_CHECKING:
    from lab.kube.cluster import Cluster
    from lab.kube.proxy import Proxy
    from lab.kube.users import Rule

NAME = "truenorth-wan-ip"
MERGE = "application/merge-patch+json"
PATIENT = 120.0
MAX_AGE = 60.0
"""So that nothing grows old in a test but by its clocks."""
Sightings = tuple[Sighting, ...]


def at(text: str) -> Sightings:
    return (Sighting(WAN, Family.IPV4, Known((ip_address(text),))),)


@dataclass
class Place:
    """A cache, what it tells and what a follower hears, and how far its clocks are ahead."""

    cache: AddressCache = field(init=False)
    told: list[Cached] = field(default_factory=list)
    heard: asyncio.Queue[Sightings] = field(default_factory=asyncio.Queue)
    wall_ahead: timedelta = timedelta()
    ahead: float = 0.0

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.cache.follow(self.heard.put_nowait))
        try:
            yield
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.wait([task])


def run(kubeconfig: Path, namespace: str, act: Callable[[Place], Awaitable[None]], max_age: float = 120.0) -> None:
    async def whole() -> None:
        place = Place()
        api = Home(access(ClusterSettings(kubeconfig=str(kubeconfig)), {}), namespace).api(5.0)
        try:
            async with asyncio.timeout(PATIENT):
                place.cache = AddressCache(
                    api,
                    namespace,
                    CacheSettings(max_age=max_age),
                    "pod_1",
                    place.told.append,
                    {WAN: Ranges((ip_network("203.0.113.0/24"),))},
                    now=lambda: datetime.now(UTC) + place.wall_ahead,
                    clock=lambda: clock() + place.ahead,
                )
                await act(place)
        finally:
            await api.close()

    asyncio.run(whole())


def path(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps/{NAME}"


def make(cluster: Cluster, namespace: str, **data: str) -> None:
    metadata = {"name": NAME, "namespace": namespace}
    cluster.admin.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def stored(cluster: Cluster, namespace: str) -> dict[str, Any]:
    found: dict[str, Any] = cluster.admin.call("GET", path(namespace))
    return found


def limited(cluster: Cluster, namespace: str, *verbs: str) -> Path:
    """One who may create ConfigMaps, and do this to ours."""
    create: Rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create"]}
    ours: Rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs, "resourceNames": [NAME]}
    return cluster.service_account(f"in-{namespace}", [create, ours], within=namespace).kubeconfig


class TestWriting:
    def test_what_is_written_is_read_and_told_once(self, kube_cluster: Cluster, namespace: str) -> None:
        async def act(place: Place) -> None:
            for _ in range(2):
                await place.cache.write(at("203.0.113.7"))
            assert place.told == [Cached(at("203.0.113.7"), written=True)]
            assert await place.cache.read() == at("203.0.113.7")
            assert place.told[1:] == [Cached(at("203.0.113.7"))]

        run(limited(kube_cluster, namespace, "get", "update", "watch"), namespace, act)
        found = stored(kube_cluster, namespace)
        assert found["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "truenorth"}
        assert (found["data"]["current_ip"], found["data"]["written_by"]) == ("203.0.113.7", "pod_1")

    def test_nothing_is_written_where_nothing_is_known(self, kube_cluster: Cluster, namespace: str) -> None:
        async def act(place: Place) -> None:
            await place.cache.write([Sighting(WAN, Family.IPV4, Unknown("no answer"))])
            assert await place.cache.read() == ()
            assert [one.problem for one in place.told] == [f"the ConfigMap {namespace}/{NAME} is not there"]

        run(kube_cluster.kubeconfig, namespace, act)

    def test_what_is_not_ours_is_left_alone(self, kube_cluster: Cluster, namespace: str) -> None:
        make(kube_cluster, namespace, motd="hello")

        async def act(place: Place) -> None:
            await place.cache.write(at("203.0.113.7"))
            assert "is not ours: it has no label app.kubernetes.io/managed-by" in place.told[0].problem
            assert not place.told[0].written

        run(kube_cluster.kubeconfig, namespace, act)
        assert stored(kube_cluster, namespace)["data"] == {"motd": "hello"}

    def test_the_cache_of_another_tool_is_taken_over(self, kube_cluster: Cluster, namespace: str) -> None:
        make(kube_cluster, namespace, current_ip="203.0.113.1", detected_at="", timestamp="1")

        async def act(place: Place) -> None:
            await place.cache.write(at("203.0.113.7"))
            assert place.told == [Cached(at("203.0.113.7"), written=True)]

        run(kube_cluster.kubeconfig, namespace, act)
        assert stored(kube_cluster, namespace)["data"]["current_ip"] == "203.0.113.7"

    @pytest.mark.parametrize(
        ("status", "times", "problem"), [(409, 1, ""), (409, 9, "by others all the time"), (503, 1, "says 503")]
    )
    def test_who_is_second_writes_again(
        self, status: int, times: int, problem: str, proxy: Proxy, namespace: str
    ) -> None:
        async def act(place: Place) -> None:
            await place.cache.write(at("203.0.113.1"))
            proxy.answer(status, times, containing="PUT ")
            await place.cache.write(at("203.0.113.2"))
            assert place.told[1].written is not bool(problem)
            assert problem in place.told[1].problem

        run(proxy.kubeconfig(), namespace, act)

    def test_who_may_not_write_says_what_to_grant(self, kube_cluster: Cluster, namespace: str) -> None:
        make(kube_cluster, namespace, current_ip="203.0.113.1", timestamp="1")

        async def act(place: Place) -> None:
            await place.cache.write(at("203.0.113.7"))
            assert "cannot update configmaps" in place.told[0].problem
            assert "grant it" in place.told[0].problem

        run(limited(kube_cluster, namespace, "get"), namespace, act)


class TestFollowing:
    @pytest.mark.parametrize("verbs", [("get", "update", "watch"), ("get", "update")], ids=["watching", "asking"])
    def test_a_standby_hears_of_each_change(
        self, verbs: tuple[str, ...], kube_cluster: Cluster, namespace: str
    ) -> None:
        async def act(place: Place) -> None:
            async with place.following():
                assert await place.heard.get() == ()
                await place.cache.write(at("203.0.113.1"))
                assert await place.heard.get() == at("203.0.113.1")
                await place.cache.write(at("203.0.113.1"))
                await place.cache.write(at("203.0.113.2"))
                assert await place.heard.get() == at("203.0.113.2")
                kube_cluster.admin.call("DELETE", path(namespace))
                assert await place.heard.get() == ()

        run(limited(kube_cluster, namespace, *verbs), namespace, act, max_age=MAX_AGE)

    def test_garbage_makes_it_detect_by_itself(self, kube_cluster: Cluster, namespace: str) -> None:
        async def act(place: Place) -> None:
            await place.cache.write(at("203.0.113.1"))
            async with place.following():
                assert await place.heard.get() == at("203.0.113.1")
                for data in ({"ipv4": "x"}, {"ipv4": None, "current_ip": None}):
                    kube_cluster.admin.call("PATCH", path(namespace), {"data": data}, content_type=MERGE)
                assert await place.heard.get() == ()
                assert "its ipv4 is no IP address: 'x'" in place.told[-1].problem

        run(kube_cluster.kubeconfig, namespace, act)

    @pytest.mark.parametrize("by", ["the times in it", "our own clock"])
    def test_what_nobody_writes_any_more_goes_stale(self, by: str, kube_cluster: Cluster, namespace: str) -> None:
        async def act(place: Place) -> None:
            await place.cache.write(at("203.0.113.1"))
            async with place.following():
                assert await place.heard.get() == at("203.0.113.1")
                if by == "our own clock":
                    place.ahead = MAX_AGE + 1
                else:
                    place.wall_ahead = timedelta(seconds=MAX_AGE + 1)
                assert await place.heard.get() == ()
                expected = (
                    f"nobody has written it for {MAX_AGE:g} s" if by == "our own clock" else "is of no use: it is stale"
                )
                assert expected in place.told[-1].problem

        run(kube_cluster.kubeconfig, namespace, act, max_age=MAX_AGE)

    def test_what_was_fresh_stays_so_for_its_time_while_the_cluster_is_away(self, proxy: Proxy, namespace: str) -> None:
        async def act(place: Place) -> None:
            await place.cache.write(at("203.0.113.1"))
            async with place.following():
                assert await place.heard.get() == at("203.0.113.1")
                proxy.answer(503, 10_000)
                proxy.cut()
                await asyncio.to_thread(proxy.faults.await_requests, "configmaps", 6, PATIENT)
                assert place.heard.empty()
                place.wall_ahead = timedelta(seconds=MAX_AGE + 1)
                assert await place.heard.get() == ()
                assert "says 503" in place.told[-1].problem

        run(proxy.kubeconfig(), namespace, act, max_age=MAX_AGE)

    def test_it_detects_by_itself_where_the_cluster_never_answers(self, proxy: Proxy, namespace: str) -> None:
        proxy.answer(503, 10_000)

        async def act(place: Place) -> None:
            async with place.following():
                assert await place.heard.get() == ()
                assert "cannot be read" in place.told[-1].problem
            assert await place.cache.read() == ()

        run(proxy.kubeconfig(), namespace, act)
