"""The programs of a control plane and the Gateway API's definitions: what there is, and where it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.kube.definitions import DNS_ENDPOINT, GATEWAY_API, OPERATORS, Definitions
from lab.kube.versions import (
    COREDNS,
    ETCD,
    EXTERNAL,
    EXTERNAL_DNS,
    HELM,
    KUBECONFORM,
    KUBERNETES,
    KUSTOMIZE,
    KWOK,
    OPENTOFU,
)
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
    """Where the programs are, by name, and the folder of the Gateway API's definitions, one folder a channel.

    definitions: the folders of all definitions, by name.
    """

    gateway_api: Path
    paths: Mapping[str, Path] = field(default_factory=dict)
    definitions: Mapping[str, Path] = field(default_factory=dict)


def parts(
    *,
    controllers: bool,
    external_dns: bool = False,
    coredns: bool = False,
    deploy_tools: bool = False,
    opentofu: bool = False,
) -> list[Part]:
    """The programs that are needed: of the API alone, or of a control plane whose Pods run; what else is wanted.

    coredns: CoreDNS with the plugins that serve a zone from a file. deploy_tools: what renders and checks manifests.
    opentofu: OpenTofu and a provider for it.
    """
    wanted = [Part("etcd", ETCD, Program(MODULES / "etcd", "go.etcd.io/etcd/server/v3", {})), _kubernetes("apiserver")]
    if controllers:
        kwok = Program(MODULES / "kwok", "sigs.k8s.io/kwok/cmd/kwok", {})
        wanted += [_kubernetes("controller-manager"), _kubernetes("scheduler"), Part("kwok", KWOK, kwok)]
    if external_dns:
        version = {"sigs.k8s.io/external-dns/pkg/apis/externaldns.Version": f"v{EXTERNAL_DNS}"}
        program = Program(MODULES / "external-dns", "sigs.k8s.io/external-dns", version)
        wanted.append(Part("external-dns", EXTERNAL_DNS, program))
    if coredns:
        wanted.append(Part("coredns", COREDNS, Program(MODULES / "coredns", ".", {}), "-version"))
    return [*wanted, *(_deploy_tools() if deploy_tools else ()), *(_opentofu() if opentofu else ())]


def definitions(*, deploy_tools: bool) -> list[Definitions]:
    """The definitions that are needed: of the sources; of what a deployment may come with, if wanted."""
    return [GATEWAY_API, DNS_ENDPOINT, *(OPERATORS if deploy_tools else ())]


def _deploy_tools() -> list[Part]:
    major, minor, _ = KUBERNETES.split(".")
    capabilities = "helm.sh/helm/v3/pkg/chartutil"
    helm = {
        "helm.sh/helm/v3/internal/version.version": f"v{HELM}",
        # The version for which it renders where no cluster is asked.
        f"{capabilities}.k8sVersionMajor": major,
        f"{capabilities}.k8sVersionMinor": minor,
    }
    kustomize = {"sigs.k8s.io/kustomize/api/provenance.version": f"v{KUSTOMIZE}"}
    package = "github.com/yannh/kubeconform/cmd/kubeconform"
    return [
        Part("helm", HELM, Program(MODULES / "helm", "helm.sh/helm/v3/cmd/helm", helm), "version"),
        Part(
            "kustomize",
            KUSTOMIZE,
            Program(MODULES / "kustomize", "sigs.k8s.io/kustomize/kustomize/v5", kustomize),
            "version",
        ),
        Part(
            "kubeconform",
            KUBECONFORM,
            Program(MODULES / "kubeconform", package, {"main.version": f"v{KUBECONFORM}"}),
            "-v",
        ),
    ]


def _opentofu() -> list[Part]:
    """Return OpenTofu and a stand-in for the provider `hashicorp/external`, whose module no proxy has."""
    release = {"github.com/opentofu/opentofu/version.dev": "no"}
    tofu = Program(MODULES / "opentofu", "github.com/opentofu/opentofu/cmd/tofu", release)
    external = Program(MODULES / "opentofu-external", ".", {"main.version": EXTERNAL})
    return [Part("tofu", OPENTOFU, tofu), Part("opentofu-external", EXTERNAL, external)]


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
    coredns: bool = False,
    deploy_tools: bool = False,
    opentofu: bool = False,
) -> Programs | None:
    """The programs, if all that are needed have been built; each is there whole or not at all."""
    kept = folder(environment)
    wanted = parts(
        controllers=controllers,
        external_dns=external_dns,
        coredns=coredns,
        deploy_tools=deploy_tools,
        opentofu=opentofu,
    )
    paths = {part.name: kept / part.file_name for part in wanted}
    folders = {one.name: kept / one.folder_name for one in definitions(deploy_tools=deploy_tools)}
    there = all(path.is_dir() for path in folders.values()) and all(path.is_file() for path in paths.values())
    return Programs(kept / GATEWAY_API.folder_name, paths, folders) if there else None
