"""Calls to a Kubernetes API are published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy, proxied
from stacks.kube.api import ClusterUnreachable, Collection, Overloaded
from stacks.kube.client import LightkubeApi
from stacks.kube.objects import SERVICES
from stacks.model.api_calls import CALLS, Call
from tests.stacks.kube.reaching import listed, run, service

ALL = Collection(SERVICES, "v1")


@pytest.fixture
def calls() -> Iterator[list[Call]]:
    found: list[Call] = []
    with CALLS.listening(found.append):
        yield found


def told(calls: list[Call]) -> list[tuple[str, str, int]]:
    assert all(0 < one.seconds < 60 for one in calls)
    return [(one.service, one.method, one.status) for one in calls]


def test_each_is_told_with_its_status_and_a_watch_once_it_has_begun(
    kube_cluster: Cluster, namespace: str, calls: list[Call]
) -> None:
    async def act(api: LightkubeApi) -> None:
        collection = Collection(SERVICES, "v1", namespace)
        _, version, _ = await listed(api, collection)
        async with api.watch(collection, version):
            assert len(calls) == 2
            await api.create(SERVICES, namespace, service(namespace, "web"))

    run(kube_cluster.kubeconfig, act)
    assert told(calls) == [("kubernetes", "GET", 200), ("kubernetes", "GET", 200), ("kubernetes", "POST", 201)]


def test_one_that_fails_is_told_with_its_status(proxy: Proxy, calls: list[Call]) -> None:
    proxy.answer(503, 1)

    async def act(api: LightkubeApi) -> None:
        with pytest.raises(Overloaded):
            await listed(api, ALL)

    run(proxy.kubeconfig(), act)
    assert told(calls) == [("kubernetes", "GET", 503)]


def test_one_without_an_answer_has_no_status(kube_cluster: Cluster, calls: list[Call]) -> None:
    with proxied(kube_cluster) as gone:
        kubeconfig = gone.kubeconfig()

    async def act(api: LightkubeApi) -> None:
        with pytest.raises(ClusterUnreachable):
            await listed(api, ALL)

    run(kubeconfig, act)
    assert told(calls) == [("kubernetes", "GET", 0)]
