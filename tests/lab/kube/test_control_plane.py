from __future__ import annotations

import itertools
import os
import socket
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
import yaml

from lab.kube.client import ApiError
from lab.kube.control_plane import control_plane
from lab.kube.objects import collection
from lab.kube.ports import HOST
from lab.kube.unavailable import KubeUnavailable
from tests.kube import gateway, http_route

if TYPE_CHECKING:
    from lab.kube.cluster import Cluster
    from lab.kube.programs import Programs

_GATEWAY_API = "gateway.networking.k8s.io/v1"
_GATEWAYS = collection(_GATEWAY_API, "Gateway")
_READS_GATEWAYS = {"apiGroups": ["gateway.networking.k8s.io"], "resources": ["gateways"], "verbs": ["list", "watch"]}


def _children() -> set[str]:
    """Our direct children, also those that have ended and were not waited for."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


class TestObjects:
    def test_a_route_is_listed_with_its_gateway(self, kube_cluster: Cluster, namespace: str) -> None:
        kube_cluster.admin.apply(gateway(namespace, "edge"))
        kube_cluster.admin.apply(http_route(namespace, "shop", "shop.example.com", "edge"))

        listed = kube_cluster.admin.call("GET", collection(_GATEWAY_API, "HTTPRoute", namespace))

        assert [item["spec"]["hostnames"] for item in listed["items"]] == [["shop.example.com"]]
        assert listed["items"][0]["spec"]["parentRefs"][0]["name"] == "edge"

    def test_what_the_definition_does_not_allow_is_refused(self, kube_cluster: Cluster, namespace: str) -> None:
        with pytest.raises(ApiError, match=r"422 Invalid: .*spec\.hostnames") as refused:
            kube_cluster.admin.apply(http_route(namespace, "bad", "no name at all", "edge"))

        assert refused.value.code == 422

    def test_a_status_is_written_as_a_controller_would(self, kube_cluster: Cluster, namespace: str) -> None:
        edge = gateway(namespace, "edge")
        kube_cluster.admin.apply(edge)

        kube_cluster.admin.set_status(edge, {"addresses": [{"type": "IPAddress", "value": "203.0.113.9"}]})

        [found] = kube_cluster.admin.call("GET", collection(_GATEWAY_API, "Gateway", namespace))["items"]
        assert found["status"]["addresses"] == [{"type": "IPAddress", "value": "203.0.113.9"}]

    def test_a_deleted_object_is_gone(self, kube_cluster: Cluster, namespace: str) -> None:
        edge = gateway(namespace, "edge")
        kube_cluster.admin.apply(edge)

        kube_cluster.admin.delete(edge)

        assert kube_cluster.admin.call("GET", collection(_GATEWAY_API, "Gateway", namespace))["items"] == []


class TestWatch:
    def test_a_watch_tells_what_happens_after_the_list(self, kube_cluster: Cluster, namespace: str) -> None:
        gateways = collection(_GATEWAY_API, "Gateway", namespace)
        version = kube_cluster.admin.call("GET", gateways)["metadata"]["resourceVersion"]
        edge = gateway(namespace, "edge")
        kube_cluster.admin.apply(edge)
        kube_cluster.admin.apply({**edge, "metadata": {**edge["metadata"], "labels": {"tier": "front"}}})
        kube_cluster.admin.delete(edge)

        events = itertools.islice(kube_cluster.admin.watch(gateways, resource_version=version), 3)

        assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]

    def test_bookmarks_come_when_the_watch_asks_for_the_first_state(
        self, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(gateway(namespace, "edge"))
        asked = {
            "sendInitialEvents": "true",
            "resourceVersionMatch": "NotOlderThan",
            "allowWatchBookmarks": "true",
        }

        events = kube_cluster.admin.watch(collection(_GATEWAY_API, "Gateway", namespace), query=asked)
        first, bookmark = itertools.islice(events, 2)

        assert first["type"] == "ADDED"
        assert bookmark["type"] == "BOOKMARK"
        assert bookmark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}

    def test_compaction_alone_does_not_end_what_the_watch_cache_knows(
        self, kube_cluster: Cluster, namespace: str
    ) -> None:
        gateways = collection(_GATEWAY_API, "Gateway", namespace)
        version = kube_cluster.admin.call("GET", gateways)["metadata"]["resourceVersion"]
        kube_cluster.admin.apply(gateway(namespace, "edge"))

        kube_cluster.compact_now()

        assert next(kube_cluster.admin.watch(gateways, resource_version=version))["type"] == "ADDED"

    def test_a_watch_from_an_expired_version_is_told_410(self, kube_cluster: Cluster, namespace: str) -> None:
        gateways = collection(_GATEWAY_API, "Gateway", namespace)
        version = kube_cluster.admin.call("GET", gateways)["metadata"]["resourceVersion"]
        kube_cluster.admin.apply(gateway(namespace, "edge"))

        kube_cluster.expire_versions()

        event = next(kube_cluster.admin.watch(gateways, resource_version=version))
        assert event["type"] == "ERROR"
        assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")


class TestRights:
    def test_a_service_account_may_do_what_its_rules_say_at_once(self, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("reads-gateways", [_READS_GATEWAYS])

        assert kube_cluster.client(user.token).call("GET", _GATEWAYS)["kind"] == "GatewayList"

    def test_and_nothing_else(self, kube_cluster: Cluster) -> None:
        client = kube_cluster.client(kube_cluster.service_account("reads-gateways", [_READS_GATEWAYS]).token)

        with pytest.raises(ApiError, match=r'403 Forbidden: .*"system:serviceaccount:default:reads-gateways" cannot'):
            client.call("GET", "/api/v1/services")

    def test_rights_within_a_namespace_end_there(self, kube_cluster: Cluster, namespace: str) -> None:
        user = kube_cluster.service_account("reads-some", [_READS_GATEWAYS], within=namespace)
        client = kube_cluster.client(user.token)

        assert client.call("GET", collection(_GATEWAY_API, "Gateway", namespace))["items"] == []
        with pytest.raises(ApiError, match="403 Forbidden"):
            client.call("GET", _GATEWAYS)

    def test_an_unknown_token_is_unauthorized(self, kube_cluster: Cluster) -> None:
        with pytest.raises(ApiError, match="401 Unauthorized"):
            kube_cluster.client("wrong").call("GET", _GATEWAYS)

    def test_a_kubeconfig_holds_all_that_a_client_needs_and_is_for_its_owner(self, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("reads-gateways", [_READS_GATEWAYS])

        told = yaml.safe_load(user.kubeconfig.read_text())
        answer = requests.get(
            told["clusters"][0]["cluster"]["server"] + _GATEWAYS,
            verify=told["clusters"][0]["cluster"]["certificate-authority"],
            headers={"Authorization": f"Bearer {told['users'][0]['user']['token']}"},
            timeout=60,
        )

        assert answer.status_code == 200
        assert told["contexts"][0]["name"] == told["current-context"]
        assert stat.S_IMODE(user.kubeconfig.stat().st_mode) == 0o600


class TestDefinitions:
    def test_without_them_the_kinds_are_unknown_until_they_are_installed(self, kube_cluster: Cluster) -> None:
        kube_cluster.remove_gateway_api()
        try:
            with pytest.raises(ApiError, match="404"):
                kube_cluster.admin.call("GET", _GATEWAYS)
        finally:
            kube_cluster.install_gateway_api()

        assert kube_cluster.admin.call("GET", _GATEWAYS)["items"] == []

    def test_the_experimental_channel_goes_over_the_standard_one(self, kube_cluster: Cluster, namespace: str) -> None:
        kube_cluster.admin.apply(gateway(namespace, "edge"))
        udp_routes = collection("gateway.networking.k8s.io/v1alpha2", "UDPRoute", namespace)

        kube_cluster.install_gateway_api("experimental")
        try:
            assert kube_cluster.admin.call("GET", udp_routes)["items"] == []
            assert len(kube_cluster.admin.call("GET", collection(_GATEWAY_API, "Gateway", namespace))["items"]) == 1
        finally:
            kube_cluster.remove_gateway_api()
            kube_cluster.install_gateway_api()


class TestRestart:
    def test_a_stopped_api_server_refuses_connections_and_comes_back_with_all_it_had(
        self, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(gateway(namespace, "edge"))

        kube_cluster.stop_api_server()
        with pytest.raises(requests.ConnectionError, match="refused"):
            kube_cluster.admin.call("GET", _GATEWAYS)
        kube_cluster.start_api_server()

        assert len(kube_cluster.admin.call("GET", collection(_GATEWAY_API, "Gateway", namespace))["items"]) == 1

    def test_a_stop_ends_running_watches(self, kube_cluster: Cluster, namespace: str) -> None:
        gateways = collection(_GATEWAY_API, "Gateway", namespace)
        kube_cluster.admin.apply(gateway(namespace, "edge"))
        events = kube_cluster.admin.watch(gateways)
        assert next(events)["type"] == "ADDED"

        kube_cluster.stop_api_server()

        assert list(events) == []
        kube_cluster.start_api_server()


class TestEnd:
    def test_nothing_is_left_when_the_context_ends(self, kube_programs: Programs, tmp_path: Path) -> None:
        before = _children()

        with control_plane(tmp_path, gateway_api="", programs=kube_programs) as cluster:
            ports = (cluster.site.api_port, cluster.site.etcd_port)
            assert len(_children() - before) == 3

        assert _children() == before
        for port in ports:
            with socket.create_server((HOST, port)):
                pass

    def test_nothing_is_left_when_a_program_does_not_start(self, kube_programs: Programs, tmp_path: Path) -> None:
        before = _children()
        broken = tmp_path / "kube-apiserver"
        broken.write_text("#!/bin/sh\necho out of luck; exit 3\n")
        broken.chmod(0o755)
        programs = replace(kube_programs, paths={**kube_programs.paths, "kube-apiserver": broken})

        with (
            pytest.raises(KubeUnavailable, match="kube-apiserver ended: out of luck"),
            control_plane(tmp_path / "plane", programs=programs),
        ):
            pass

        assert _children() == before

    def test_a_port_that_is_taken_is_named(self, kube_programs: Programs, tmp_path: Path) -> None:
        with socket.create_server((HOST, 0)) as taken:
            port = taken.getsockname()[1]

            with (
                pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"),
                control_plane(tmp_path, api_port=port, programs=kube_programs),
            ):
                pass
