"""From nothing to a record, by each way to deploy, on a real control plane; and nothing is left in the end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

from lab.kube.cluster import Cluster
from lab.kube.programs import Programs
from tests.cli.conftest import ROOT, STACK, Inside
from tests.cli.daemon.watching import ended, until
from tests.cli.deploy.cluster_state import await_furnished, await_gone, await_rollout, delete_namespace, everything
from tests.cli.deploy.conftest import stack_settings
from tests.cli.deploy.kubelet import container
from tests.cluster.objects import gateway, route
from tests.cluster.place import make_place

WWW = "www.example.com"
SOURCES = ["gateway-httproute", "ingress"]
ACCOUNT = "truenorth"
TOKEN = "CLOUDFLARE_API_TOKEN"
DEADLINE = 240
OVERLAY = ROOT / "deploy" / "kustomize" / "overlays" / "production"


class Way(Protocol):
    """A way to deploy. namespace: where to. stack: whose the settings are."""

    namespace: str
    stack: str

    def put(self, image: str, replicas: int) -> None:
        """Deploy, or upgrade."""

    def remove(self) -> None:
        """Remove it again, and the namespace."""


class ByCommand:
    """`truenorth deploy`."""

    namespace, stack = "by-command", STACK

    def __init__(self, inside: Inside, cluster: Cluster) -> None:
        self.inside, self.kubeconfig = inside, str(cluster.kubeconfig)

    def put(self, image: str, replicas: int) -> None:
        deploy = {"namespace": self.namespace, "image": f"truenorth:{image}", "replicas": replicas}
        self.inside.settings(sources=SOURCES, deploy=deploy)
        done = self.inside.run("deploy", KUBECONFIG=self.kubeconfig)
        assert done.returncode == 0, done.stderr

    def remove(self) -> None:
        done = self.inside.run("deploy", "--delete", "--yes", KUBECONFIG=self.kubeconfig)
        assert done.returncode == 0, done.stderr


class ByManifests:
    """`truenorth deploy --render`, and the files applied."""

    namespace, stack = "by-manifests", STACK

    def __init__(self, inside: Inside, cluster: Cluster, folder: Path) -> None:
        self.inside, self.cluster, self.folder = inside, cluster, folder / "rendered"
        self.token = inside.environment[TOKEN]

    def put(self, image: str, replicas: int) -> None:
        deploy = {"namespace": self.namespace, "image": f"truenorth:{image}", "replicas": replicas}
        self.inside.settings(sources=SOURCES, deploy=deploy)
        done = self.inside.run("deploy", "--render", str(self.folder))
        assert done.returncode == 0, done.stderr
        listing = yaml.safe_load((self.folder / "kustomization.yaml").read_text())
        manifests = [yaml.safe_load((self.folder / name).read_text()) for name in listing["resources"]]
        put_all(self.cluster, self.namespace, self.token, manifests)

    def remove(self) -> None:
        manifests = [yaml.safe_load(one.read_text()) for one in self.folder.glob("*.yaml")]
        remove_all(self.cluster, self.namespace, manifests)


class ByHelm:
    """The chart, with the values for production."""

    namespace, stack = "by-helm", "production"

    def __init__(self, cluster: Cluster, programs: Programs, folder: Path, token: str) -> None:
        self.cluster, self.program, self.folder, self.token = cluster, programs.paths["helm"], folder, token

    def put(self, image: str, replicas: int) -> None:
        secret(self.cluster, self.namespace, self.token)
        values = {
            "stack": self.stack,
            "settings": {"zone": "example.com", "sources": SOURCES},
            "image": {"tag": image},
            "replicas": replicas,
            "credentials": {"existingSecret": "truenorth-credentials"},
        }
        file = self.folder / "values.yaml"
        file.write_text(yaml.safe_dump(values))
        self.helm("upgrade", ACCOUNT, str(ROOT / "deploy/helm/truenorth"), "--install", "--values", str(file), "--wait")

    def remove(self) -> None:
        self.helm("uninstall", ACCOUNT, "--wait")
        assert not self.left()
        delete_namespace(self.cluster.admin, self.namespace)

    def left(self) -> set[tuple[str, str, str]]:
        """What uninstalling has left, but for what is the namespace's and the operator's own state."""
        ours = (one for one in everything(self.cluster.admin) if one[1] == self.namespace)
        own = {"default", "kube-root-ca.crt", "truenorth-credentials", "truenorth-wan-ip"}
        return {one for one in ours if one[2] not in own and not one[2].startswith("truenorth-state")}

    def helm(self, *arguments: str) -> None:
        to = ["--namespace", self.namespace, "--kubeconfig", str(self.cluster.kubeconfig)]
        done = subprocess.run(
            [str(self.program), *arguments, *to, "--timeout", "180s"],
            env={"HOME": str(self.folder), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stderr


class ByKustomize:
    """An overlay over the one for production."""

    namespace, stack = "truenorth", "cluster"

    def __init__(self, cluster: Cluster, programs: Programs, folder: Path, token: str) -> None:
        self.cluster, self.program, self.folder = cluster, programs.paths["kustomize"], folder / "overlay"
        self.token = token
        self.folder.mkdir()
        self.manifests: list[dict[str, Any]] = []

    def put(self, image: str, replicas: int) -> None:
        stack_settings(self.folder / "Pulumi.cluster.yaml", zone="example.com", sources=SOURCES)
        generated = {"name": "truenorth-settings", "namespace": "truenorth", "behavior": "replace"}
        overlay = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [os.path.relpath(OVERLAY, self.folder)],
            "images": [{"name": "truenorth", "newTag": image}],
            "replicas": [{"name": "truenorth", "count": replicas}],
            "configMapGenerator": [generated | {"files": ["Pulumi.cluster.yaml"]}],
            "generatorOptions": {"disableNameSuffixHash": True},
        }
        (self.folder / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
        done = subprocess.run(
            [str(self.program), "build", str(self.folder)],
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        self.manifests = list(yaml.safe_load_all(done.stdout))
        put_all(self.cluster, self.namespace, self.token, self.manifests)

    def remove(self) -> None:
        remove_all(self.cluster, self.namespace, self.manifests)


def secret(cluster: Cluster, namespace: str, token: str) -> None:
    """Make the Secret of the credentials, and the namespace, as a person does."""
    cluster.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    metadata = {"name": "truenorth-credentials", "namespace": namespace}
    variables = {"CLOUDFLARE_API_TOKEN": token}
    cluster.admin.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": variables})


def put_all(cluster: Cluster, namespace: str, token: str, manifests: list[dict[str, Any]]) -> None:
    """Apply manifests in their order, as `kubectl apply` does."""
    secret(cluster, namespace, token)
    for one in manifests:
        cluster.admin.apply(one)


def remove_all(cluster: Cluster, namespace: str, manifests: list[dict[str, Any]]) -> None:
    """Delete what was applied, as `kubectl delete` does."""
    for one in manifests:
        if one["kind"] not in {"Kustomization", "Namespace"}:
            cluster.admin.delete(one)
    delete_namespace(cluster.admin, namespace)
    await_gone(cluster.admin, namespace)


@pytest.fixture
def way(
    request: pytest.FixtureRequest, inside: Inside, pods_cluster: Cluster, deploy_tools: Programs, tmp_path: Path
) -> Way:
    ways: Mapping[str, Way] = {
        "truenorth deploy": ByCommand(inside, pods_cluster),
        "manifests": ByManifests(inside, pods_cluster, tmp_path),
        "helm": ByHelm(pods_cluster, deploy_tools, tmp_path, inside.environment[TOKEN]),
        "kustomize": ByKustomize(pods_cluster, deploy_tools, tmp_path, inside.environment[TOKEN]),
    }
    return ways[request.param]


@contextmanager
def left_as_it_was(cluster: Cluster) -> Iterator[None]:
    """Nothing has come that stays."""
    before = everything(cluster.admin)
    yield
    assert everything(cluster.admin) == before


@pytest.mark.parametrize("way", ["truenorth deploy", "manifests", "helm", "kustomize"], indirect=True)
def test_a_deployed_operator_makes_a_record_of_a_route_is_upgraded_and_leaves_nothing(
    way: Way, inside: Inside, pods_cluster: Cluster, tmp_path: Path
) -> None:
    place = make_place(pods_cluster, "ways")
    await_furnished(pods_cluster.admin, place.namespace)
    with left_as_it_was(pods_cluster):
        way.put("1", 2)
        await_rollout(pods_cluster.admin, way.namespace, ACCOUNT, 2)
        place.put(gateway("192.0.2.1"), route(WWW))
        with container(pods_cluster, inside, way.namespace, ACCOUNT, tmp_path) as process:
            told = until(process, "result")
            while f"{WWW}/A" not in inside.zone():
                told += until(process, "result")
            assert ended(process) == 0
        assert inside.zone() == {f"{WWW}/A": "192.0.2.1"}
        assert "forbidden" not in str(told)
        way.put("2", 3)
        await_rollout(pods_cluster.admin, way.namespace, ACCOUNT, 3)
        path = f"/api/v1/namespaces/{way.namespace}/pods"
        pods = pods_cluster.admin.call("GET", path)["items"]
        running = [one for one in pods if "deletionTimestamp" not in one["metadata"]]
        assert {one["spec"]["containers"][0]["image"] for one in running} == {"truenorth:2"}
        way.remove()
        place.delete(route())
        place.delete(gateway())
