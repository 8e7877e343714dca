"""Rights, on the real API server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.doctor.clusters import cluster, own
from cli.doctor.context import Examined
from lab.kube.cluster import Cluster
from stacks.model.errors import UserError
from tests.cli.doctor.conftest import Admit, told

INGRESSES = {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["get", "list", "watch"]}
EVENTS = {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]}


def examined(examined: Examined) -> list[tuple[str, str]]:
    (one,) = examined.settings.each_cluster()
    return told(cluster(examined, one))


def reading(kubeconfig: Path, *sources: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
    return {
        "sources": list(sources or ["ingress"]),
        "cluster": {"kubeconfig": str(kubeconfig), "timeout": 60, **others},
    }


class TestACluster:
    def test_that_lets_us_do_all(self, admit: Admit, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("doctor-all", [INGRESSES, EVENTS])
        assert examined(admit(**reading(user.kubeconfig))) == [("ok", "ingress can be read")]

    def test_that_lets_us_do_nothing(self, admit: Admit, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("doctor-nobody", [])
        blind, mute = examined(admit(**reading(user.kubeconfig)))
        assert blind == ("failed", "we may not list, watch ingresses.networking.k8s.io in all namespaces")
        assert mute[0] == "warning"
        assert "create, patch events in all namespaces: the owners of objects are not told" in mute[1]

    def test_that_does_not_let_us_write_the_status_of_dns_endpoints(self, admit: Admit, kube_cluster: Cluster) -> None:
        endpoints = {**INGRESSES, "apiGroups": ["externaldns.k8s.io"], "resources": ["dnsendpoints"]}
        user = kube_cluster.service_account("doctor-mute", [endpoints, EVENTS])
        ((level, what),) = examined(admit(**reading(user.kubeconfig, "crd")))
        assert (level, what.split(":")[0]) == (
            "warning",
            "we may not patch dnsendpoints.externaldns.k8s.io/status in all namespaces",
        )
        written = {**endpoints, "resources": ["dnsendpoints/status"], "verbs": ["patch"]}
        user = kube_cluster.service_account("doctor-told", [endpoints, written, EVENTS])
        assert examined(admit(**reading(user.kubeconfig, "crd"))) == [("ok", "crd can be read")]

    def test_that_lets_us_read_one_namespace(self, admit: Admit, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("doctor-narrow", [INGRESSES], within="default")
        quiet = {"events": False}
        assert examined(admit(**reading(user.kubeconfig, namespaces=["default"], **quiet)))[0][0] == "ok"
        ((level, what),) = examined(admit(**reading(user.kubeconfig, namespaces=["default", "kube-system"], **quiet)))
        assert (level, what) == (
            "failed",
            "we may not list, watch ingresses.networking.k8s.io in the namespace kube-system",
        )

    def test_that_does_not_serve_a_kind(self, admit: Admit, kube_cluster: Cluster) -> None:
        kube_cluster.remove_gateway_api()
        try:
            found = examined(admit(**reading(kube_cluster.kubeconfig, "gateway-httproute", "ingress")))
        finally:
            kube_cluster.install_gateway_api()
        assert found == [("warning", "gateway-httproute: the cluster does not serve the kind")]

    def test_that_does_not_answer(self, admit: Admit, tmp_path: Path) -> None:
        ((level, what),) = examined(admit(**reading(gone(tmp_path))))
        assert (level, what.startswith("the cluster cannot be asked: ")) == ("failed", True)

    def test_that_is_not_configured(self, admit: Admit) -> None:
        with pytest.raises(UserError, match="no cluster is configured"):
            examined(admit(sources=["ingress"]))


class TestTheOwnCluster:
    def test_is_not_looked_at_where_nothing_is_kept_there(self, admit: Admit) -> None:
        assert told(own(admit())) == []

    def test_has_to_let_us_keep_the_lease_and_the_cache(self, admit: Admit, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("doctor-lease", [])
        watch = {"election": {"enabled": "on"}, "cache": {"enabled": "on"}}
        examined = admit(watch=watch, cluster={"kubeconfig": str(user.kubeconfig)})
        ((level, what),) = told(own(examined))
        assert level == "failed"
        assert "create leases.coordination.k8s.io in the namespace default" in what
        assert "update configmaps truenorth-wan-ip in the namespace default" in what

    def test_has_to_let_us_keep_the_state(self, admit: Admit, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("doctor-state", [])
        examined = admit({"PULUMI_BACKEND_URL": "kubernetes://kept/home"}, cluster={"kubeconfig": str(user.kubeconfig)})
        ((level, what),) = told(own(examined))
        assert (level, "create, get, list, update, delete secrets in the namespace kept" in what) == ("failed", True)

    def test_may_be_another_one_for_the_state(self, admit: Admit, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("doctor-elsewhere", [])
        examined = replace(admit(), state_url=f"kubernetes://kept/home?kubeconfig={user.kubeconfig}")
        ((level, what),) = told(own(examined))
        assert (level, "update, delete secrets in the namespace kept" in what) == ("failed", True)
        well = replace(examined, state_url=f"kubernetes://kept/home?kubeconfig={kube_cluster.kubeconfig}")
        assert told(own(well)) == [("ok", "leases, secrets can be kept there")]

    def test_that_lets_us_is_told(self, admit: Admit, kube_cluster: Cluster) -> None:
        examined = admit(watch={"election": {"enabled": "on"}}, cluster={"kubeconfig": str(kube_cluster.kubeconfig)})
        assert told(own(examined)) == [("ok", "leases can be kept there")]

    def test_is_looked_at_in_a_pod_by_itself(self, admit: Admit, tmp_path: Path) -> None:
        examined = admit({"KUBERNETES_SERVICE_HOST": "127.0.0.1"}, cluster={"kubeconfig": str(gone(tmp_path))})
        assert told(own(examined))[0][0] == "failed"


def gone(folder: Path) -> Path:
    """The kubeconfig of a cluster that does not answer."""
    file = folder / "kubeconfig"
    clusters = [{"name": "gone", "cluster": {"server": "http://127.0.0.1:9"}}]
    contexts = [{"name": "gone", "context": {"cluster": "gone"}}]
    file.write_text(yaml.safe_dump({"clusters": clusters, "contexts": contexts, "current-context": "gone"}))
    return file
