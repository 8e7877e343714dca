"""The programs of a control plane and the Gateway API's definitions: what there is, and where it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.kube.versions import ETCD, EXTERNAL_DNS, GATEWAY_API, HELM, KUBECONFORM, KUBERNETES, KUSTOMIZE, KWOK
from toolchain.cache import user_cache
from toolchain.compile import Program

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULES = Path(__file__).parent / "modules"
CHANNELS = ("standard", "experimental")
"""The release channels of the Gateway API (https://gateway-api.sigs.k8s.io/concepts/versioning/)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A program that is built: its version, and how. asked: the argument to which it says its version."""

    name: str
    version: str
    source: Program
    asked: str = "--version"

    @property
    def file_name(self) -> str:
        """The name under which it is kept: another version is another file."""
        return f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the programs are, by name, and the folder of the Gateway API's definitions, one folder a channel."""

    gateway_api: Path
    paths: Mapping[str, Path] = field(default_factory=dict)


def parts(*, controllers: bool, external_dns: bool = False, deploy_tools: bool = False) -> list[Part]:
    """The programs that are needed: of the API alone, or of a control plane whose Pods run; what else is wanted.

    deploy_tools: what renders and checks manifests.
    """
    wanted = [Part("etcd", ETCD, Program(MODULES / "etcd", "go.etcd.io/etcd/server/v3", {})), _kubernetes("apiserver")]
    if controllers:
        kwok = Program(MODULES / "kwok", "sigs.k8s.io/kwok/cmd/kwok", {})
        wanted += [_kubernetes("controller-manager"), _kubernetes("scheduler"), Part("kwok", KWOK, kwok)]
    if external_dns:
        version = {"sigs.k8s.io/external-dns/pkg/apis/externaldns.Version": f"v{EXTERNAL_DNS}"}
        program = Program(MODULES / "external-dns", "sigs.k8s.io/external-dns", version)
        wanted.append(Part("external-dns", EXTERNAL_DNS, program))
    return [*wanted, *_deploy_tools()] if deploy_tools else wanted


def _deploy_tools() -> list[Part]:
    return [
        _tool("helm", HELM, "helm.sh/helm/v3/cmd/helm", "helm.sh/helm/v3/internal/version.version", "version"),
        _tool(
            "kustomize",
            KUSTOMIZE,
            "sigs.k8s.io/kustomize/kustomize/v5",
            "sigs.k8s.io/kustomize/api/provenance.version",
            "version",
        ),
        _tool("kubeconform", KUBECONFORM, "github.com/yannh/kubeconform/cmd/kubeconform", "main.version", "-v"),
    ]


def _tool(name: str, version: str, package: str, variable: str, asked: str) -> Part:
    return Part(name, version, Program(MODULES / name, package, {variable: f"v{version}"}), asked)


def _kubernetes(name: str) -> Part:
    major, minor, _ = KUBERNETES.split(".")
    version = "k8s.io/component-base/version"
    variables = {
        f"{version}.gitVersion": f"v{KUBERNETES}",
        f"{version}.gitMajor": major,
        f"{version}.gitMinor": minor,
    }
    package = f"k8s.io/kubernetes/cmd/kube-{name}"
    return Part(f"kube-{name}", KUBERNETES, Program(MODULES / "kubernetes", package, variables))


def folder(environment: Mapping[str, str]) -> Path:
    """The folder of the built programs, beside that of the engine."""
    return user_cache(environment) / "kube"


def find(
    environment: Mapping[str, str],
    *,
    controllers: bool = False,
    external_dns: bool = False,
    deploy_tools: bool = False,
) -> Programs | None:
    """The programs, if all that are needed have been built; each is there whole or not at all."""
    kept = folder(environment)
    wanted = parts(controllers=controllers, external_dns=external_dns, deploy_tools=deploy_tools)
    paths = {part.name: kept / part.file_name for part in wanted}
    definitions = kept / f"gateway-api-{GATEWAY_API}"
    there = definitions.is_dir() and all(path.is_file() for path in paths.values())
    return Programs(definitions, paths) if there else None
