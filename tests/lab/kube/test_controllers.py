from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.kube.control_plane import control_plane

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.kube.client import Client
    from lab.kube.programs import Programs

_PODS = "/api/v1/namespaces/a/pods"


def _deployment() -> dict[str, Any]:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "web"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "a"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
    }


def _await(client: Client, path: str, reached: Callable[[dict[str, Any]], bool]) -> None:
    """Follow a collection until an event is as it is awaited."""
    assert any(reached(event) for event in client.watch(path))


def test_with_controllers_pods_run_and_a_deleted_namespace_goes(kube_programs: Programs, tmp_path: Path) -> None:
    with control_plane(tmp_path, controllers=True, programs=kube_programs) as cluster:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
        cluster.admin.apply(namespace)
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "a"}}
        cluster.admin.apply({**service, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})
        cluster.admin.apply(_deployment())

        deployments = "/apis/apps/v1/namespaces/a/deployments"
        _await(cluster.admin, deployments, lambda event: event["object"]["status"].get("readyReplicas") == 2)
        slices = "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices"
        _await(cluster.admin, slices, lambda event: len(event["object"]["endpoints"] or []) == 2)

        version = cluster.admin.call("GET", "/api/v1/namespaces")["metadata"]["resourceVersion"]
        cluster.admin.delete(namespace)
        for event in cluster.admin.watch("/api/v1/namespaces", resource_version=version):
            if event["type"] == "DELETED":
                assert event["object"]["metadata"]["name"] == "a"
                break

        assert cluster.admin.call("GET", _PODS)["items"] == []
