"""`truenorth deploy` with the real engine, on a control plane whose pods run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.deploy.gather import gather
from components.operator.manifests import manifests
from lab.kube.cluster import Cluster
from lab.kube.objects import path_of
from tests.cli.conftest import STACK, Inside
from tests.cli.deploy.cluster_state import await_object, everything

MERGE = "application/merge-patch+json"
NAMESPACE = "deployed"
WORKLOAD = f"/apis/apps/v1/namespaces/{NAMESPACE}"


class Deploying:
    """A stack whose operator is deployed, and removed in the end."""

    def __init__(self, inside: Inside, cluster: Cluster) -> None:
        self.inside, self.cluster = inside, cluster

    def run(self, *arguments: str, **deploy: Any) -> dict[str, str]:  # noqa: ANN401 - any setting
        """Run the command; what it did, by object."""
        self.inside.settings(sources=["ingress"], deploy={"namespace": NAMESPACE, **deploy})
        done = self.inside.run("deploy", "--json", *arguments, KUBECONFIG=str(self.cluster.kubeconfig))
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout.strip().splitlines()[-1])
        return {one["object"]: one["operation"] for one in document["changes"]}

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cluster.admin.call("GET", path)
        return found


def has(found: Any, asked: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether what is there has all that was asked for."""
    if isinstance(asked, dict):
        return isinstance(found, dict) and all(key in found and has(found[key], one) for key, one in asked.items())
    if isinstance(asked, list):
        return len(found) == len(asked) and all(map(has, found, asked))
    return bool(found == asked)


@pytest.fixture
def deploying(inside: Inside, pods_cluster: Cluster) -> Deploying:
    return Deploying(inside, pods_cluster)


def test_an_operator_is_seen_first_made_ready_kept_as_it_was_meant_and_removed(deploying: Deploying) -> None:
    cluster = deploying.cluster
    before = everything(cluster.admin)
    seen = deploying.run("--preview")
    assert everything(cluster.admin) == before

    assert deploying.run() == seen
    status = deploying.get(f"{WORKLOAD}/deployments/truenorth")["status"]
    assert (status["readyReplicas"], status["updatedReplicas"]) == (2, 2)
    for one in manifests(
        gather(STACK, deploying.inside.settings_file, deploying.inside.environment, with_secrets=False).args
    ):
        assert has(deploying.get(path_of(one)), one), one
    assert deploying.run() == {}

    # Somebody scales by hand, and deletes the Service.
    cluster.admin.call("PATCH", f"{WORKLOAD}/deployments/truenorth", {"spec": {"replicas": 1}}, content_type=MERGE)
    cluster.admin.call("DELETE", f"/api/v1/namespaces/{NAMESPACE}/services/truenorth")
    changes = deploying.run()
    assert changes == {
        f"Deployment/{NAMESPACE}/truenorth": "update",
        f"Service/{NAMESPACE}/truenorth": "create",
    }
    assert deploying.get(f"{WORKLOAD}/deployments/truenorth")["status"]["readyReplicas"] == 2

    changes = deploying.run(kind="daemonset")
    assert changes[f"DaemonSet/{NAMESPACE}/truenorth"] == "create"
    assert changes[f"Deployment/{NAMESPACE}/truenorth"] == "delete"
    assert deploying.get(f"{WORKLOAD}/daemonsets/truenorth")["status"]["numberReady"] == 1

    deploying.run("--delete", "--yes", kind="daemonset")
    await_object(cluster.admin, "/api/v1/namespaces", NAMESPACE, lambda found: found is None)
    assert everything(cluster.admin) == before


def test_the_state_of_the_deployment_does_not_show_the_credentials(deploying: Deploying) -> None:
    token = deploying.inside.environment["CLOUDFLARE_API_TOKEN"]
    try:
        deploying.run()
        kept = [file for file in deploying.inside.state.rglob("*") if file.is_file()]
        assert kept
        assert not [file for file in kept if token in file.read_text(errors="replace")]
    finally:
        deploying.run("--delete", "--yes")
