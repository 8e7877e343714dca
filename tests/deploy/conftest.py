"""Renders what is in deploy/ with the real tools, and holds it against the real API server's schemas."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from lab.kube.programs import Programs
from tests.deploy.schemas import write_schemas

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CHART = DEPLOY / "helm" / "truenorth"
KUSTOMIZE = DEPLOY / "kustomize"
OPERATOR = "truenorth"
Manifest = dict[str, Any]


@dataclass(frozen=True)
class Tools:
    """Helm, Kustomize, kubeconform."""

    programs: Programs
    folder: Path

    def helm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("helm", *arguments)

    def template(
        self, values: Mapping[str, Any], *, name: str = "truenorth", namespace: str = "truenorth"
    ) -> list[Manifest]:
        """What the chart makes of these values."""
        file = self.folder / "values.yaml"
        file.write_text(yaml.safe_dump(dict(values)))
        return self.rendered("template", name, str(CHART), "--namespace", namespace, "--values", str(file))

    def rendered(self, *arguments: str) -> list[Manifest]:
        done = self.helm(*arguments)
        assert done.returncode == 0, done.stderr
        return [one for one in yaml.safe_load_all(done.stdout) if one]

    def refused(self, values: Mapping[str, Any]) -> str:
        """Why the chart refuses these values."""
        file = self.folder / "values.yaml"
        file.write_text(yaml.safe_dump(dict(values)))
        done = self.helm("template", "truenorth", str(CHART), "--values", str(file))
        assert done.returncode != 0
        return done.stderr

    def kustomize(self, folder: Path) -> list[Manifest]:
        done = self._run("kustomize", "build", str(folder))
        assert done.returncode == 0, done.stderr
        return [one for one in yaml.safe_load_all(done.stdout) if one]

    def check(self, manifests: Sequence[Manifest], schemas: Path) -> list[str]:
        """What kubeconform finds wrong: nothing is left out, and no field is unknown."""
        file = self.folder / "manifests.yaml"
        file.write_text(yaml.safe_dump_all(manifests))
        location = f"{schemas}/{{{{.Group}}}}_{{{{.ResourceAPIVersion}}}}_{{{{.ResourceKind}}}}.json"
        options = ["-strict", "-summary", "-output", "json", "-schema-location", location]
        done = self._run("kubeconform", *options, str(file))
        document = json.loads(done.stdout)
        counts = document["summary"]
        assert counts["valid"] + counts["invalid"] + counts["errors"] == len(manifests), counts
        return [f"{one['kind']} {one['name']}: {one['msg']}" for one in document.get("resources") or ()]

    def _run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.programs.paths[name]), *arguments],
            env={"HOME": str(self.folder), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@pytest.fixture
def tools(deploy_tools: Programs, tmp_path: Path) -> Tools:
    return Tools(deploy_tools, tmp_path)


@pytest.fixture(scope="session")
def equipped_cluster(deploy_tools: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server that serves the kinds of the operators that a deployment may come with."""
    with control_plane(tmp_path_factory.mktemp("equipped"), gateway_api="", programs=deploy_tools) as cluster:
        for name, folder in deploy_tools.definitions.items():
            if name != "gateway-api":
                cluster.install_custom_resources(folder)
        for namespace in ("truenorth", "metallb-system", "argocd"):
            cluster.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        yield cluster


@pytest.fixture(scope="session")
def schemas(equipped_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JSON schema for each kind that the API server serves."""
    return write_schemas(equipped_cluster.admin, tmp_path_factory.mktemp("schemas"))


def accepted(cluster: Cluster, manifests: Sequence[Manifest]) -> None:
    """Have the API server check all manifests, defaults and rules of its own included; nothing is kept."""
    for one in manifests:
        cluster.admin.check(one)
