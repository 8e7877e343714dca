"""The stand-in for pulumi-kubernetes, on a real API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from lab.kube.cluster import Cluster
from lab.plugin.diff import Kind
from lab.plugin.kubernetes.api import Api, Refused
from lab.plugin.kubernetes.configuration import connect
from lab.plugin.kubernetes.readiness import condition_of
from lab.plugin.kubernetes.resource import KubernetesObject
from lab.plugin.package import OperationFailed
from lab.plugin.properties import Properties

CONFIG_MAP = KubernetesObject("v1", "ConfigMap")
SECRET = KubernetesObject("v1", "Secret")
DEPLOYMENT = KubernetesObject("apps/v1", "Deployment")


@pytest.fixture
def api(kube_cluster: Cluster) -> Iterator[Api]:
    made = connect({"kubeconfig": str(kube_cluster.kubeconfig)}, {})
    yield made
    made.close()


def config_map(namespace: str, **data: str) -> Properties:
    inputs: Any = {"metadata": {"name": "one", "namespace": namespace}, "data": dict(data)}
    return CONFIG_MAP.plan(None, CONFIG_MAP.check("one", {}, inputs).inputs)


def live(cluster: Cluster, namespace: str, resource: str = "configmaps") -> dict[str, Any]:
    return cast("dict[str, Any]", cluster.admin.call("GET", f"/api/v1/namespaces/{namespace}/{resource}/one"))


class TestAnObject:
    def test_is_made_and_its_state_is_what_was_asked_for(self, api: Api, kube_cluster: Cluster, namespace: str) -> None:
        state = CONFIG_MAP.create(api, config_map(namespace, a="1"))
        assert state["id"] == f"{namespace}/one"
        assert live(kube_cluster, namespace)["data"] == state["data"] == {"a": "1"}

    def test_that_is_there_already_is_taken_over(self, api: Api, kube_cluster: Cluster, namespace: str) -> None:
        CONFIG_MAP.create(api, config_map(namespace, a="1"))
        CONFIG_MAP.create(api, config_map(namespace, a="2"))
        assert live(kube_cluster, namespace)["data"] == {"a": "2"}

    def test_loses_what_was_ours_and_is_not_asked_for_any_more(
        self, api: Api, kube_cluster: Cluster, namespace: str
    ) -> None:
        before = CONFIG_MAP.create(api, config_map(namespace, a="1", b="2"))
        CONFIG_MAP.update(api, before, config_map(namespace, b="2"))
        assert live(kube_cluster, namespace)["data"] == {"b": "2"}

    def test_keeps_what_others_have_added(self, api: Api, kube_cluster: Cluster, namespace: str) -> None:
        state = CONFIG_MAP.create(api, config_map(namespace, a="1"))
        body = {"data": {"theirs": "3"}}
        path = f"/api/v1/namespaces/{namespace}/configmaps/one"
        kube_cluster.admin.call("PATCH", path, body, content_type="application/merge-patch+json")
        assert CONFIG_MAP.read(api, state) == state
        CONFIG_MAP.update(api, state, config_map(namespace, a="2"))
        assert live(kube_cluster, namespace)["data"] == {"a": "2", "theirs": "3"}

    def test_that_has_drifted_is_seen_as_it_is(self, api: Api, kube_cluster: Cluster, namespace: str) -> None:
        state = CONFIG_MAP.create(api, config_map(namespace, a="1"))
        path = f"/api/v1/namespaces/{namespace}/configmaps/one"
        kube_cluster.admin.call("PATCH", path, {"data": {"a": "9"}}, content_type="application/merge-patch+json")
        drifted = CONFIG_MAP.read(api, state)
        assert drifted is not None
        assert CONFIG_MAP.differences(drifted, config_map(namespace, a="1")) == {"data.a": Kind.UPDATE}

    def test_that_is_gone_is_seen_to_be(self, api: Api, namespace: str) -> None:
        assert CONFIG_MAP.read(api, config_map(namespace)) is None
        assert CONFIG_MAP.find(api, f"{namespace}/one") is None

    def test_is_deleted_once_and_a_second_time_is_no_fault(
        self, api: Api, kube_cluster: Cluster, namespace: str
    ) -> None:
        state = CONFIG_MAP.create(api, config_map(namespace, a="1"))
        CONFIG_MAP.delete(api, state)
        CONFIG_MAP.delete(api, state)
        listed = kube_cluster.admin.call("GET", f"/api/v1/namespaces/{namespace}/configmaps")["items"]
        assert "one" not in {one["metadata"]["name"] for one in listed}

    def test_is_imported_with_what_may_be_written(self, api: Api, namespace: str) -> None:
        CONFIG_MAP.create(api, config_map(namespace, a="1"))
        found = CONFIG_MAP.find(api, f"{namespace}/one")
        assert found is not None
        assert CONFIG_MAP.inputs_after_import(found) == {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "one", "namespace": namespace},
            "data": {"a": "1"},
        }

    def test_of_a_field_that_somebody_else_has_is_refused_and_the_field_is_named(
        self, api: Api, kube_cluster: Cluster, namespace: str
    ) -> None:
        kube_cluster.admin.apply(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "one", "namespace": namespace},
                "data": {"a": "0"},
            }
        )
        with pytest.raises(Refused, match=r"conflict with \"lab\".*\.data\.a"):
            CONFIG_MAP.create(api, config_map(namespace, a="1"))

    def test_of_a_kind_that_is_not_served_is_refused(self, api: Api) -> None:
        kind = KubernetesObject("monitoring.example.com/v1", "ServiceMonitor")
        with pytest.raises(Refused):
            kind.create(
                api, kind.plan(None, {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": "x"}})
            )


class TestASecret:
    def test_is_compared_by_its_texts(self, api: Api, kube_cluster: Cluster, namespace: str) -> None:
        inputs: Any = {"metadata": {"name": "one", "namespace": namespace}, "stringData": {"token": "x"}}
        state = SECRET.create(api, SECRET.plan(None, SECRET.check("one", {}, inputs).inputs))
        assert SECRET.read(api, state) == state
        assert live(kube_cluster, namespace, "secrets")["data"] == {"token": "eA=="}


class TestDifferences:
    @pytest.mark.parametrize(
        ("change", "replaces"),
        [
            ({"spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}}}, False),
            ({"spec": {"replicas": 1, "selector": {"matchLabels": {"a": "c"}}}}, True),
            ({"metadata": {"name": "other", "namespace": "n"}}, True),
            ({"metadata": {"name": "one", "namespace": "other"}}, True),
            ({"metadata": {"name": "one", "namespace": "n", "labels": {"a": "b"}}}, False),
        ],
    )
    def test_replace_only_what_cannot_be_changed(self, change: dict[str, Any], replaces: bool) -> None:  # noqa: FBT001 - pytest's parameter
        before: Any = {
            "metadata": {"name": "one", "namespace": "n"},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}},
        }
        found = DEPLOYMENT.differences(DEPLOYMENT.plan(None, before), DEPLOYMENT.plan(None, before | change))
        assert found
        assert any(kind.replaces for kind in found.values()) is replaces

    def test_are_none_where_nothing_has_changed(self) -> None:
        inputs: Any = {"metadata": {"name": "one"}}
        assert DEPLOYMENT.differences(DEPLOYMENT.plan(None, inputs), DEPLOYMENT.plan(None, inputs)) == {}


class TestChecks:
    def test_an_object_needs_a_name(self) -> None:
        assert CONFIG_MAP.check("one", {}, {"metadata": {}}).failures == ("one: metadata.name is missing",)


class TestReadiness:
    def deployment(self, status: dict[str, Any], generation: int = 2) -> dict[str, Any]:
        metadata = {"name": "one", "generation": generation}
        return {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": 2}, "status": status}

    def is_ready(self, manifest: dict[str, Any]) -> bool:
        reached = condition_of(manifest)
        assert reached is not None
        return reached(manifest)

    def test_a_deployment_is_ready_with_all_replicas_of_the_newest_template(self) -> None:
        whole = {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}
        assert self.is_ready(self.deployment({"observedGeneration": 2, **whole}))
        assert not self.is_ready(self.deployment({"observedGeneration": 1, **whole}))
        for key in whole:
            assert not self.is_ready(self.deployment({"observedGeneration": 2, **whole, key: 1}))

    def test_a_deployment_whose_deadline_has_passed_has_failed(self) -> None:
        condition = {"type": "Progressing", "status": "False", "message": "has timed out progressing"}
        with pytest.raises(OperationFailed, match="has timed out progressing"):
            self.is_ready(self.deployment({"observedGeneration": 2, "conditions": [condition]}))

    def test_a_daemon_set_is_ready_on_all_its_nodes(self) -> None:
        status = {"observedGeneration": 1, "desiredNumberScheduled": 1, "updatedNumberScheduled": 1, "numberReady": 1}
        manifest = {"kind": "DaemonSet", "metadata": {"name": "one", "generation": 1}, "status": status}
        assert not self.is_ready(manifest)
        assert self.is_ready(manifest | {"status": {**status, "numberAvailable": 1}})

    def test_a_load_balancer_is_ready_with_an_address(self) -> None:
        manifest = {"kind": "Service", "metadata": {"name": "one"}, "spec": {"type": "LoadBalancer"}}
        assert not self.is_ready(manifest)
        assert self.is_ready(manifest | {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}})

    def test_who_does_not_want_to_wait_need_not(self) -> None:
        manifest = self.deployment({})
        manifest["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
        assert condition_of(manifest) is None


class TestConnecting:
    def test_takes_a_kubeconfig_as_a_text_too(self, kube_cluster: Cluster) -> None:
        api = connect({"kubeconfig": kube_cluster.kubeconfig.read_text()}, {})
        try:
            assert api.get("v1", "Namespace", "", "default") is not None
        finally:
            api.close()

    def test_takes_the_first_of_the_environment(self, kube_cluster: Cluster) -> None:
        api = connect({}, {"KUBECONFIG": f"{kube_cluster.kubeconfig}:/nowhere"})
        api.close()

    @pytest.mark.parametrize("inputs", [{"kubeconfig": "/nowhere"}, {"context": "other"}])
    def test_says_what_is_wrong(self, inputs: Any, kube_cluster: Cluster) -> None:  # noqa: ANN401 - a provider's inputs
        with pytest.raises(OperationFailed, match="the kubeconfig cannot be used"):
            connect(inputs, {"KUBECONFIG": str(kube_cluster.kubeconfig)})

    def test_says_that_nobody_answers(self, kube_cluster: Cluster, free_port: int) -> None:
        text = kube_cluster.kubeconfig.read_text().replace(kube_cluster.server, f"https://127.0.0.1:{free_port}")
        api = connect({"kubeconfig": text}, {})
        try:
            with pytest.raises(Refused, match="does not answer"):
                api.get("v1", "Namespace", "", "default")
        finally:
            api.close()


@pytest.fixture
def free_port() -> int:
    import socket  # noqa: PLC0415 - only here

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_states_are_json(api: Api, namespace: str) -> None:
    assert json.loads(json.dumps(CONFIG_MAP.create(api, config_map(namespace, a="1"))))
