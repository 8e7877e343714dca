"""Definitions of custom resources, taken out of the Go modules that bring them."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.kube import versions
from lab.kube.unavailable import KubeUnavailable
from toolchain.compile import fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.go import Toolchain


@dataclass(frozen=True, slots=True)
class Definitions:
    """The files of a module that are kept: each whose path matches the pattern, under the name of its group.

    checksum: the module's, as a go.sum would hold it (https://go.dev/ref/mod#go-sum-files).
    """

    name: str
    title: str
    version: str
    module: str
    checksum: str
    pattern: str

    @property
    def folder_name(self) -> str:
        """The name under which they are kept: another version is another folder."""
        return f"{self.name}-{self.version}"


GATEWAY_API = Definitions(
    "gateway-api",
    "Gateway API",
    versions.GATEWAY_API,
    "sigs.k8s.io/gateway-api",
    versions.GATEWAY_API_SUM,
    r"config/crd/((?:standard|experimental)/[^/]*k8s\.io_[^/]*)",
)
DNS_ENDPOINT = Definitions(
    "external-dns-definitions",
    "external-dns",
    versions.EXTERNAL_DNS,
    "sigs.k8s.io/external-dns",
    versions.EXTERNAL_DNS_SUM,
    r"config/crd/standard/(dnsendpoints\.externaldns\.k8s\.io\.yaml)",
)
OPERATORS = (
    Definitions(
        "prometheus-operator",
        "Prometheus operator",
        versions.PROMETHEUS_OPERATOR,
        "github.com/prometheus-operator/prometheus-operator",
        versions.PROMETHEUS_OPERATOR_SUM,
        r"example/prometheus-operator-crd/(monitoring\.coreos\.com_(?:prometheusrules|servicemonitors)\.yaml)",
    ),
    Definitions(
        "metallb",
        "MetalLB",
        versions.METALLB,
        "go.universe.tf/metallb",
        versions.METALLB_SUM,
        r"config/crd/bases/(metallb\.io_(?:ipaddresspools|l2advertisements)\.yaml)",
    ),
    Definitions(
        "argo-cd",
        "Argo CD",
        versions.ARGO_CD,
        "github.com/argoproj/argo-cd/v2",
        versions.ARGO_CD_SUM,
        r"manifests/crds/(application-crd\.yaml)",
    ),
    Definitions(
        "contour",
        "Contour",
        versions.CONTOUR,
        "github.com/projectcontour/contour",
        versions.CONTOUR_SUM,
        r"examples/contour/(01-crds\.yaml)",
    ),
    Definitions(
        "istio-api",
        "Istio",
        versions.ISTIO_API,
        "istio.io/api",
        versions.ISTIO_API_SUM,
        r"kubernetes/(customresourcedefinitions\.gen\.yaml)",
    ),
    Definitions(
        "openshift-api",
        "OpenShift",
        versions.OPENSHIFT_API,
        "github.com/openshift/api",
        versions.OPENSHIFT_API_SUM,
        r"route/v1/zz_generated\.crd-manifests/(routes\.crd\.yaml)",
    ),
    Definitions(
        "traefik",
        "Traefik",
        versions.TRAEFIK,
        "github.com/traefik/traefik/v3",
        versions.TRAEFIK_SUM,
        r"docs/content/reference/dynamic-configuration/(traefik\.io_[a-z]+\.yaml)",
    ),
)
"""Of the operators whose objects a deployment may come with, and of those whose objects have names."""


def fetch(one: Definitions, go: Toolchain, settings: Mapping[str, str], work: Path, target: Path) -> None:
    """Put the definitions into `target`, out of the module as Go fetches and sums it, where they are not there yet.

    Go gives an error beside the module where it is older than the module's go.mod asks for; YAML does not mind.
    """
    if target.is_dir():
        return
    module = f"{one.module}@v{one.version}"
    asked = subprocess.run(  # noqa: S603 - a fixed command
        [str(go.go), "mod", "download", "-json", module],
        cwd=work,
        env={**settings, "GOSUMDB": "off"},  # held against our own sum instead
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    told = json.loads(asked.stdout) if asked.stdout.strip() else {}
    if not told.get("Zip"):
        raise fault([told.get("Error", ""), *asked.stderr.splitlines()], work, target)
    if told["Sum"] != one.checksum:
        what = f"the module {module} is not the pinned one: its sum is {told['Sum']}, not {one.checksum}"
        raise KubeUnavailable(what, told["Zip"], "use the module proxy proxy.golang.org")
    wanted = re.compile(f"{re.escape(module)}/{one.pattern}")
    draft = work / target.name
    draft.mkdir()
    with zipfile.ZipFile(told["Zip"]) as archive:
        for name in archive.namelist():
            if found := wanted.fullmatch(name):
                file = draft / found[1]
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(archive.read(name))
    draft.replace(target)
