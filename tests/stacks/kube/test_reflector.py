from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy
from stacks.kube.objects import GATEWAYS, HTTP_ROUTES, SERVICES, Resource
from tests.kube import gateway
from tests.stacks.kube.reaching import QUICK, Reflected, reflecting, service

_LISTS = "/services?limit"
_WATCHES = "watch=true"
_IMPATIENT = replace(QUICK, timeout=0.3)


async def awaited(proxy: Proxy, containing: str, count: int) -> list[str]:
    return await asyncio.to_thread(proxy.faults.await_requests, containing, count)


class TestFollowing:
    def test_nothing_there_is_known_too(self, kube_cluster: Cluster, namespace: str) -> None:
        async def act() -> None:
            async with reflecting(kube_cluster.kubeconfig, SERVICES, namespace) as seen:
                assert seen.known
                assert seen.names == []

        asyncio.run(act())

    def test_every_change_is_seen(self, kube_cluster: Cluster, namespace: str) -> None:
        admin = kube_cluster.admin
        admin.apply(service(namespace, "a"))

        async def act() -> None:
            async with reflecting(kube_cluster.kubeconfig, SERVICES, namespace) as seen:
                assert seen.names == ["a"]
                admin.apply(service(namespace, "b"))
                await seen.until(lambda: seen.names == ["a", "b"])
                admin.apply(service(namespace, "a", labels={"team": "web"}))
                await seen.until(lambda: "labels" in seen.part.objects[namespace, "a"]["metadata"])
                admin.delete(service(namespace, "a"))
                await seen.until(lambda: seen.names == ["b"])
                assert "resourceVersion" not in seen.part.objects[namespace, "b"]["metadata"]

        asyncio.run(act())

    def test_a_watch_that_the_server_ends_goes_on_from_where_it_was(self, proxy: Proxy, namespace: str) -> None:
        async def act() -> None:
            pace = replace(QUICK, watch=1.0)
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace, pace) as seen:
                await awaited(proxy, _WATCHES, 2)
                assert seen.known
                assert len(proxy.faults.requests(_LISTS)) == 1

        asyncio.run(act())

    def test_a_bookmark_is_where_the_next_watch_begins(
        self, proxy: Proxy, kube_cluster: Cluster, namespace: str
    ) -> None:
        async def act() -> None:
            pace = replace(QUICK, watch=4.0)
            async with reflecting(proxy.kubeconfig(), GATEWAYS, namespace, pace):
                await awaited(proxy, _WATCHES, 1)
                kube_cluster.admin.apply(gateway("default", namespace))  # which the watch does not see
                first, *_, last = await awaited(proxy, _WATCHES, 2)
                for count in range(3, 10):  # a busy server sends its bookmark before the end of a later watch
                    if version(last) > version(first):
                        break
                    last = (await awaited(proxy, _WATCHES, count))[-1]
                assert version(last) > version(first)
                assert len(proxy.faults.requests("/gateways?limit")) == 1

        asyncio.run(act())


def version(request: str) -> int:
    """Return the resourceVersion from which a request watches."""
    (found,) = (part for part in request.partition("?")[2].split("&") if part.startswith("resourceVersion="))
    return int(found.partition("=")[2])


class TestGaps:
    def test_a_cut_connection_goes_on_without_a_list_and_misses_nothing(
        self, proxy: Proxy, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(service(namespace, "a"))

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace) as seen:
                await awaited(proxy, _WATCHES, 1)
                proxy.go_silent()
                kube_cluster.admin.delete(service(namespace, "a"))
                proxy.speak()
                proxy.cut()
                await seen.until(lambda: seen.names == [])
                assert len(proxy.faults.requests(_LISTS)) == 1

        asyncio.run(act())

    @pytest.mark.parametrize("how", ["status", "event"])
    def test_what_was_deleted_in_a_gap_is_gone_after_410(
        self, how: str, proxy: Proxy, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(service(namespace, "a"))
        kube_cluster.admin.apply(service(namespace, "b"))

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace) as seen:
                await awaited(proxy, _WATCHES, 1)
                proxy.go_silent()  # it cannot hear of it
                kube_cluster.admin.delete(service(namespace, "a"))
                if how == "status":
                    proxy.answer(410, containing=_WATCHES)
                else:
                    await asyncio.to_thread(kube_cluster.expire_versions)
                proxy.speak()
                proxy.cut()
                await seen.until(lambda: seen.names == ["b"])
                assert seen.known
                assert len(proxy.faults.requests(_LISTS)) > 1

        asyncio.run(act())

    def test_a_half_open_connection_is_noticed(self, proxy: Proxy, kube_cluster: Cluster, namespace: str) -> None:
        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace, replace(QUICK, silence=0.3)) as seen:
                await awaited(proxy, _WATCHES, 1)
                proxy.go_silent()
                proxy.speak()  # to new connections
                kube_cluster.admin.apply(service(namespace, "a"))
                await seen.until(lambda: seen.names == ["a"])

        asyncio.run(act())

    def test_the_rest_of_a_list_that_has_expired_is_asked_for_in_one(
        self, proxy: Proxy, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(service(namespace, "a"))
        proxy.answer(410, containing=_LISTS)

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace) as seen:
                assert seen.names == ["a"]
                assert f"GET /api/v1/namespaces/{namespace}/services" in proxy.faults.requests()

        asyncio.run(act())

    def test_a_restart_of_the_api_server_leaves_what_is_known(
        self, proxy: Proxy, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(gateway(namespace, "a"))

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), GATEWAYS, namespace, replace(QUICK, timeout=300.0)) as seen:
                await awaited(proxy, _WATCHES, 1)
                await asyncio.to_thread(kube_cluster.stop_api_server, kill=True)
                await asyncio.to_thread(kube_cluster.start_api_server)
                kube_cluster.admin.apply(gateway(namespace, "b"))
                await seen.until(lambda: seen.names == ["a", "b"])
                assert set(seen.history) == {None}

        asyncio.run(act())


class TestTrouble:
    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_a_list_that_fails_is_tried_again(self, status: int, proxy: Proxy, namespace: str) -> None:
        proxy.answer(status, 3, containing=_LISTS)

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace) as seen:
                assert seen.known
                assert len(proxy.faults.requests(_LISTS)) == 4

        asyncio.run(act())

    def test_the_server_is_left_alone_for_as_long_as_it_says(self, proxy: Proxy, namespace: str) -> None:
        proxy.answer(429, containing=_LISTS, headers={"Retry-After": "1"})

        async def act() -> None:
            began = asyncio.get_running_loop().time()
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace) as seen:
                assert seen.known
                assert asyncio.get_running_loop().time() - began >= 1.0

        asyncio.run(act())

    def test_a_watch_that_fails_leaves_what_is_known(self, proxy: Proxy, kube_cluster: Cluster, namespace: str) -> None:
        proxy.answer(503, 4, containing=_WATCHES)

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace) as seen:
                await awaited(proxy, _WATCHES, 4)
                assert seen.known
                kube_cluster.admin.apply(service(namespace, "a"))
                await seen.until(lambda: seen.names == ["a"])
                assert len(proxy.faults.requests(_LISTS)) == 1

        asyncio.run(act())

    def test_after_the_timeout_it_is_unknown_until_it_was_listed_again(
        self, proxy: Proxy, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(service(namespace, "a"))

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), SERVICES, namespace, _IMPATIENT) as seen:
                await awaited(proxy, _WATCHES, 1)
                proxy.go_silent()
                proxy.cut()
                await seen.until(lambda: not seen.known)
                assert reason(seen).startswith(f"the services of the cluster home at {proxy.server} cannot be read: ")
                kube_cluster.admin.delete(service(namespace, "a"))
                proxy.speak()
                await seen.until(lambda: seen.known)
                assert seen.names == []

        asyncio.run(act())

    def test_a_cluster_that_never_answers_is_unknown_after_the_timeout(self, proxy: Proxy) -> None:
        proxy.go_silent()

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), SERVICES, "", _IMPATIENT) as seen:
                assert "no answer" in reason(seen)
                assert f"is {proxy.server} the right address, and up?" in reason(seen)
                assert not seen.part.waiting
                proxy.speak()
                await seen.until(lambda: seen.known)

        asyncio.run(act())

    def test_who_may_not_is_told_at_once_and_asks_again(self, kube_cluster: Cluster, namespace: str) -> None:
        user = kube_cluster.service_account("may-nothing", [])

        async def act() -> None:
            async with reflecting(user.kubeconfig, SERVICES, namespace) as seen:
                assert "cannot list services" in reason(seen)
                rule = {"apiGroups": [""], "resources": ["services"], "verbs": ["list", "watch"]}
                await asyncio.to_thread(kube_cluster.service_account, "may-nothing", [rule])
                await seen.until(lambda: seen.known)

        asyncio.run(act())


def reason(seen: Reflected) -> str:
    assert seen.part.unknown is not None
    return seen.part.unknown.reason


class TestKindsThatAreNotServed:
    def test_they_are_waited_for_and_missed_when_they_go(self, kube_cluster: Cluster, proxy: Proxy) -> None:
        group = "reflected.example.com"
        resource = Resource(group, "v1", "httproutes", HTTP_ROUTES.kind)
        thing = {
            "apiVersion": f"{group}/v1",
            "kind": resource.kind,
            "metadata": {"name": "a", "namespace": "default"},
        }
        admin = kube_cluster.admin

        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), resource, "", replace(QUICK, timeout=6.0)) as seen:
                assert seen.part.waiting
                assert "the kind is not served" in reason(seen)
                assert proxy.faults.requests("/httproutes") == []
                admin.apply(definition(group))
                await seen.until(lambda: seen.known)
                assert not seen.part.waiting
                admin.apply(thing)
                await seen.until(lambda: seen.names == ["a"])
                admin.delete(definition(group))
                await seen.until(lambda: not seen.known)
                assert seen.part.waiting
                await asyncio.to_thread(removed, kube_cluster, group)
                admin.apply(definition(group))
                await seen.until(lambda: seen.known)
                assert seen.names == []
            admin.delete(definition(group))

        asyncio.run(act())

    def test_a_server_that_starts_is_not_believed_to_have_lost_them(self, proxy: Proxy, namespace: str) -> None:
        async def act() -> None:
            async with reflecting(proxy.kubeconfig(), GATEWAYS, namespace) as seen:
                await awaited(proxy, _WATCHES, 1)
                proxy.answer(404, 3)
                proxy.cut()
                await awaited(proxy, _WATCHES, 3)
                assert seen.known

        asyncio.run(act())


def definition(group: str) -> dict[str, Any]:
    """The definition of a kind that is like HTTPRoute by name only."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"httproutes.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {
                "plural": "httproutes",
                "singular": "httproute",
                "kind": "HTTPRoute",
                "listKind": "HTTPRouteList",
            },
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }


def removed(cluster: Cluster, group: str) -> None:
    """Wait until the definition is gone."""
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    listed = cluster.admin.call("GET", path)
    name = f"httproutes.{group}"
    if any(one["metadata"]["name"] == name for one in listed["items"]):
        for event in cluster.admin.watch(path, resource_version=listed["metadata"]["resourceVersion"]):
            if event["type"] == "DELETED" and event["object"]["metadata"]["name"] == name:
                return
