"""The programs of a control plane and the Gateway API's definitions: what there is, and where it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.kube.versions import ETCD, GATEWAY_API, KUBERNETES, KWOK
from toolchain.cache import user_cache
from toolchain.compile import Program

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULES = Path(__file__).parent / "modules"
CHANNELS = ("standard", "experimental")
"""The release channels of the Gateway API (https://gateway-api.sigs.k8s.io/concepts/versioning/)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A program that is built: its version, and how."""

    name: str
    version: str
    source: Program

    @property
    def file_name(self) -> str:
        """The name under which it is kept: another version is another file."""
        return f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the programs are, by name, and the folder of the Gateway API's definitions, one folder a channel."""

    gateway_api: Path
    paths: Mapping[str, Path] = field(default_factory=dict)


def parts(*, controllers: bool) -> list[Part]:
    """The programs that are needed: for the API alone, or for a control plane whose Pods run."""
    wanted = [Part("etcd", ETCD, Program(MODULES / "etcd", "go.etcd.io/etcd/server/v3", {})), _kubernetes("apiserver")]
    if controllers:
        kwok = Program(MODULES / "kwok", "sigs.k8s.io/kwok/cmd/kwok", {})
        wanted += [_kubernetes("controller-manager"), _kubernetes("scheduler"), Part("kwok", KWOK, kwok)]
    return wanted


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


def find(environment: Mapping[str, str], *, controllers: bool = False) -> Programs | None:
    """The programs, if all that are needed have been built; each is there whole or not at all."""
    kept = folder(environment)
    paths = {part.name: kept / part.file_name for part in parts(controllers=controllers)}
    definitions = kept / f"gateway-api-{GATEWAY_API}"
    there = definitions.is_dir() and all(path.is_file() for path in paths.values())
    return Programs(definitions, paths) if there else None
