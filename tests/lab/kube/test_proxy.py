from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Any

import pytest
import requests
import yaml

from lab.kube.client import ApiError
from lab.kube.objects import collection
from tests.kube import gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.kube.client import Client
    from lab.kube.cluster import Cluster
    from lab.kube.proxy import Proxy

_GATEWAY_API = "gateway.networking.k8s.io/v1"
_NAMESPACES = "/api/v1/namespaces"


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def _gateways(namespace: str) -> str:
    return collection(_GATEWAY_API, "Gateway", namespace)


def _next(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    return next(events)


class TestPassing:
    def test_requests_and_answers_pass_and_are_noted(self, proxy: Proxy, through: Client, namespace: str) -> None:
        through.apply(gateway(namespace, "edge"))

        assert len(through.call("GET", _gateways(namespace))["items"]) == 1
        assert proxy.faults.requests("GET") == [f"GET {_gateways(namespace)}"]
        assert len(proxy.faults.requests("PATCH")) == 1

    def test_a_watch_passes_piece_by_piece(self, kube_cluster: Cluster, through: Client, namespace: str) -> None:
        events = through.watch(_gateways(namespace))
        for name in ("a", "b"):
            kube_cluster.admin.apply(gateway(namespace, name))
            assert next(events)["object"]["metadata"]["name"] == name

    def test_a_kubeconfig_leads_through_it(self, proxy: Proxy) -> None:
        told = yaml.safe_load(proxy.kubeconfig().read_text())

        assert told["clusters"][0]["cluster"]["server"] == proxy.server


class TestAnswers:
    @pytest.mark.parametrize(
        ("status", "reason"),
        [(401, "Unauthorized"), (410, "Expired"), (429, "TooManyRequests"), (500, "InternalError")],
    )
    def test_the_next_requests_are_answered_in_the_api_server_s_place(
        self, proxy: Proxy, through: Client, status: int, reason: str
    ) -> None:
        proxy.answer(status, times=2)

        for _ in range(2):
            with pytest.raises(ApiError) as refused:
                through.call("GET", _NAMESPACES)
            assert (refused.value.code, refused.value.reason) == (status, reason)
        assert through.call("GET", _NAMESPACES)["kind"] == "NamespaceList"

    def test_only_requests_that_contain_the_text_are_answered_so(
        self, proxy: Proxy, through: Client, namespace: str
    ) -> None:
        proxy.answer(503, containing="watch=true")

        assert through.call("GET", _gateways(namespace))["items"] == []
        with pytest.raises(ApiError, match="503 ServiceUnavailable"):
            next(through.watch(_gateways(namespace)))

    def test_headers_and_body_are_given_as_they_are_wanted(self, proxy: Proxy, kube_cluster: Cluster) -> None:
        proxy.answer(429, headers={"Retry-After": "7"}, body=b"slow down")

        answer = requests.get(proxy.server + _NAMESPACES, verify=str(kube_cluster.authority), timeout=60)

        assert (answer.status_code, answer.headers["Retry-After"], answer.content) == (429, "7", b"slow down")


class TestSilence:
    def test_a_silenced_watch_hears_nothing_and_is_not_closed_while_new_connections_work(
        self,
        proxy: Proxy,
        through: Client,
        kube_cluster: Cluster,
        namespace: str,
        thread: ThreadPoolExecutor,
    ) -> None:
        events = through.watch(_gateways(namespace))
        kube_cluster.admin.apply(gateway(namespace, "a"))
        assert next(events)["object"]["metadata"]["name"] == "a"

        proxy.go_silent()
        heard = thread.submit(_next, events)
        kube_cluster.admin.apply(gateway(namespace, "b"))
        with pytest.raises(FutureTimeoutError):
            heard.result(timeout=0.3)
        proxy.speak()

        fresh = proxy.client()
        assert len(fresh.call("GET", _gateways(namespace))["items"]) == 2
        fresh.close()
        assert not heard.done()
        proxy.cut()
        assert isinstance(heard.exception(timeout=60), requests.RequestException)

    def test_a_new_connection_meanwhile_gets_no_answer(
        self, proxy: Proxy, through: Client, thread: ThreadPoolExecutor
    ) -> None:
        proxy.go_silent()

        asked = thread.submit(through.call, "GET", _NAMESPACES)

        assert proxy.faults.await_requests(_NAMESPACES, 1) == [f"GET {_NAMESPACES}"]
        with pytest.raises(FutureTimeoutError):
            asked.result(timeout=0.3)
        proxy.cut()
        assert isinstance(asked.exception(timeout=60), requests.ConnectionError)


class TestConnections:
    def test_a_cut_ends_a_watch_at_once_and_the_next_connection_works(
        self, proxy: Proxy, through: Client, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(gateway(namespace, "edge"))
        events = through.watch(_gateways(namespace))
        assert next(events)["type"] == "ADDED"

        proxy.cut()

        with pytest.raises(requests.RequestException):
            next(events)
        assert len(through.call("GET", _gateways(namespace))["items"]) == 1

    def test_answers_are_late_by_the_delay(self, proxy: Proxy, through: Client) -> None:
        proxy.delay(0.2)
        began = time.monotonic()

        through.call("GET", _NAMESPACES)

        assert time.monotonic() - began >= 0.2

    def test_the_end_of_the_api_server_ends_the_connections(
        self, through: Client, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(gateway(namespace, "edge"))
        events = through.watch(_gateways(namespace))
        assert next(events)["type"] == "ADDED"

        kube_cluster.stop_api_server(kill=True)
        with pytest.raises(requests.RequestException):
            next(events)
        with pytest.raises(requests.ConnectionError):
            through.call("GET", _NAMESPACES)
        kube_cluster.start_api_server()

        assert through.call("GET", _NAMESPACES)["kind"] == "NamespaceList"

    def test_requests_that_do_not_come_are_named_when_they_are_awaited(self, proxy: Proxy) -> None:
        with pytest.raises(TimeoutError, match="2 requests with 'watch=true' were awaited"):
            proxy.faults.await_requests("watch=true", 2, patience=0.01)
