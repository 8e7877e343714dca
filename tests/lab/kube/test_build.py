from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.kube.build import install
from lab.kube.definitions import DNS_ENDPOINT, OPERATORS, Definitions
from lab.kube.programs import CHANNELS, MODULES, Part, find, folder, parts
from lab.kube.unavailable import KubeUnavailable
from lab.kube.versions import (
    ETCD,
    EXTERNAL,
    EXTERNAL_DNS,
    GATEWAY_API,
    GATEWAY_API_SUM,
    HELM,
    KUBECONFORM,
    KUBERNETES,
    KUSTOMIZE,
    KWOK,
    OPENTOFU,
)
from toolchain.go import minimum_of
from toolchain.progress import Silent

_GO = """#!/bin/sh
case "$1" in
env) echo go1.27.3 ;;
mod)
  while [ $# -gt 1 ]; do shift; done
  cat "{folder}/${{1##*/}}.json"; exit 1 ;;
build)
  while [ $# -gt 0 ]; do [ "$1" = -o ] && target=$2; shift; done
  echo "${{target##*/}}" >> "{folder}/built"
  if [ -e "{folder}/fault" ]; then cat "{folder}/fault" >&2; exit 1; fi
  if [ "${{target##*/}}" = etcd ] && [ -e "{folder}/gate" ]; then read -r _ < "{folder}/gate"; fi
  printf '#!/bin/sh\\necho {versions}\\n' > "$target"
  chmod 755 "$target" ;;
esac
"""


@dataclass(frozen=True)
class _Machine:
    """A machine whose Go makes scripts, and which has the module of the Gateway API."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache"), "PATH": f"{self.folder}/bin"}

    def built(self) -> list[str]:
        file = self.folder / "built"
        return file.read_text().split() if file.exists() else []

    def fails_with(self, words: str) -> None:
        (self.folder / "fault").write_text(words)

    def has_the_module(self, checksum: str = GATEWAY_API_SUM) -> None:
        archive = self.folder / "module.zip"
        root = f"sigs.k8s.io/gateway-api@v{GATEWAY_API}"
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr(f"{root}/README.md", "")
            for channel in CHANNELS:
                zipped.writestr(f"{root}/config/crd/{channel}/kustomization.yaml", "")
                zipped.writestr(f"{root}/config/crd/{channel}/gateway.networking.k8s.io_gateways.yaml", channel)
        told = {"Error": "requires go >= 1.27.0", "Zip": str(archive), "Sum": checksum}
        (self.folder / f"gateway-api@v{GATEWAY_API}.json").write_text(json.dumps(told))
        self._has(DNS_ENDPOINT, ["config/crd/standard/dnsendpoints.externaldns.k8s.io.yaml", "README.md"])

    def has_the_modules_of_operators(self) -> None:
        files = {
            "prometheus-operator": [
                f"example/prometheus-operator-crd/monitoring.coreos.com_{kind}.yaml"
                for kind in ("prometheusrules", "servicemonitors", "probes")
            ],
            "metallb": ["config/crd/bases/metallb.io_ipaddresspools.yaml", "config/crd/bases/metallb.io_bgppeers.yaml"],
            "argo-cd": ["manifests/crds/application-crd.yaml", "manifests/crds/appproject-crd.yaml"],
            "contour": ["examples/contour/01-crds.yaml", "examples/contour/02-rbac.yaml"],
            "istio-api": ["kubernetes/customresourcedefinitions.gen.yaml"],
            "openshift-api": ["route/v1/zz_generated.crd-manifests/routes.crd.yaml"],
            "traefik": ["docs/content/reference/dynamic-configuration/traefik.io_ingressroutes.yaml"],
        }
        for one in OPERATORS:
            self._has(one, files[one.name])

    def _has(self, one: Definitions, files: Sequence[str]) -> None:
        archive = self.folder / f"{one.name}.zip"
        with zipfile.ZipFile(archive, "w") as zipped:
            for file in files:
                zipped.writestr(f"{one.module}@v{one.version}/{file}", file)
        name = f"{one.module.rpartition('/')[2]}@v{one.version}.json"
        (self.folder / name).write_text(json.dumps({"Zip": str(archive), "Sum": one.checksum}))

    def has_no_go(self) -> None:
        (self.folder / "bin" / "go").unlink()
        uv = self.folder / "bin" / "uv"
        uv.write_text("#!/bin/sh\necho 'no route to the package index' >&2; exit 2\n")
        uv.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> _Machine:
    made = _Machine(tmp_path)
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    versions = f"{ETCD} {KUBERNETES} {KWOK} {EXTERNAL_DNS} {HELM} {KUSTOMIZE} {KUBECONFORM} {OPENTOFU} {EXTERNAL}"
    go.write_text(_GO.format(folder=tmp_path, versions=versions))
    go.chmod(0o755)
    for tool in ("cat", "chmod"):
        (go.parent / tool).symlink_to(shutil.which(tool) or tool)
    made.has_the_module()
    return made


class _Lines(Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, what: str) -> None:
        self.lines.append(what)

    def step(self, what: str) -> None:
        self.lines.append(what)


class TestBuild:
    def test_the_programs_and_both_channels_of_definitions_are_kept(self, machine: _Machine) -> None:
        programs = install(machine.environment, controllers=True)

        assert machine.built() == [
            "etcd",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "kwok",
        ]
        assert all(os.access(path, os.X_OK) for path in programs.paths.values())
        for channel in CHANNELS:
            [definition] = (programs.gateway_api / channel).iterdir()
            assert definition.read_text() == channel

    def test_nothing_is_left_beside_them(self, machine: _Machine) -> None:
        install(machine.environment)

        kept = {path.name for path in folder(machine.environment).iterdir()}
        assert kept == {
            "lock",
            f"etcd-{ETCD}",
            f"kube-apiserver-{KUBERNETES}",
            f"external-dns-definitions-{EXTERNAL_DNS}",
            f"gateway-api-{GATEWAY_API}",
        }

    def test_what_is_there_is_not_built_again(self, machine: _Machine) -> None:
        install(machine.environment)
        assert install(machine.environment) == find(machine.environment)
        install(machine.environment, controllers=True)

        assert len(machine.built()) == len(set(machine.built())) == 5

    def test_external_dns_is_built_only_where_it_is_asked_for(self, machine: _Machine) -> None:
        assert "external-dns" not in install(machine.environment).paths
        programs = install(machine.environment, external_dns=True)

        assert machine.built() == ["etcd", "kube-apiserver", "external-dns"]
        assert programs.paths["external-dns"].name == f"external-dns-{EXTERNAL_DNS}"

    def test_what_renders_and_checks_manifests_comes_with_the_definitions_that_these_may_use(
        self, machine: _Machine
    ) -> None:
        machine.has_the_modules_of_operators()
        programs = install(machine.environment, deploy_tools=True)

        assert machine.built()[2:] == ["helm", "kustomize", "kubeconform"]
        assert {
            name: sorted(file.name for file in folder.iterdir()) for name, folder in programs.definitions.items()
        } == {
            "gateway-api": ["experimental", "standard"],
            "prometheus-operator": [
                f"monitoring.coreos.com_{kind}.yaml" for kind in ("prometheusrules", "servicemonitors")
            ],
            "metallb": ["metallb.io_ipaddresspools.yaml"],
            "argo-cd": ["application-crd.yaml"],
            "contour": ["01-crds.yaml"],
            "istio-api": ["customresourcedefinitions.gen.yaml"],
            "openshift-api": ["routes.crd.yaml"],
            "traefik": ["traefik.io_ingressroutes.yaml"],
            "external-dns-definitions": ["dnsendpoints.externaldns.k8s.io.yaml"],
        }
        assert find(machine.environment, deploy_tools=True) == programs

    def test_opentofu_comes_with_its_provider_and_only_where_it_is_asked_for(self, machine: _Machine) -> None:
        programs = install(machine.environment, opentofu=True)

        assert machine.built()[2:] == ["tofu", "opentofu-external"]
        assert find(machine.environment, opentofu=True) == programs

    def test_the_time_it_takes_is_told_beforehand(self, machine: _Machine) -> None:
        told = _Lines()

        install(machine.environment, told)

        assert "minutes on two processors" in told.lines[0]

    def test_a_second_builder_waits_for_the_first(self, machine: _Machine) -> None:
        os.mkfifo(machine.folder / "gate")
        environment = {**machine.environment, "PYTHONPATH": str(Path(__file__).parents[3])}
        program = """
import os, sys
from lab.kube.build import install
from lab.kube.definitions import OPERATORS
from toolchain.progress import Silent
class Told(Silent):
    def note(self, what):
        print(what, flush=True)
install(os.environ, Told())
"""
        command = [sys.executable, "-c", program]
        started = []
        try:
            for begins in ("builds a Kubernetes", "waits for process"):
                process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
                started.append(process)
                assert process.stdout
                assert process.stdout.readline().startswith(begins)
            (machine.folder / "gate").write_text("go on\n")
            assert [process.wait(120) for process in started] == [0, 0]
        finally:
            for process in started:
                process.kill()
                process.communicate()

        assert machine.built() == ["etcd", "kube-apiserver"]


class TestFailure:
    def test_without_a_network_it_says_so(self, machine: _Machine) -> None:
        machine.fails_with("go: x: Get y: dial tcp: lookup z: no such host\n")

        with pytest.raises(KubeUnavailable, match=r"Go modules cannot be fetched: go: x: .*no such host") as error:
            install(machine.environment)

        assert "GOPROXY" in error.value.do

    def test_what_does_not_compile_is_told_in_go_s_words(self, machine: _Machine) -> None:
        machine.fails_with("main.go:1: undefined: x\n")

        with pytest.raises(KubeUnavailable, match=r"does not build; Go said:\nmain\.go:1: undefined: x"):
            install(machine.environment)

        assert find(machine.environment) is None

    def test_without_any_go_it_says_what_to_install(self, machine: _Machine) -> None:
        machine.has_no_go()

        with pytest.raises(KubeUnavailable, match="no route to the package index") as error:
            install(machine.environment)

        assert "install Go 1.24.0" in error.value.do

    def test_another_module_under_the_same_name_is_refused(self, machine: _Machine) -> None:
        machine.has_the_module("h1:somethingelse=")

        with pytest.raises(KubeUnavailable, match="is not the pinned one: its sum is h1:somethingelse="):
            install(machine.environment)

        assert machine.built() == []

    def test_a_full_disk_is_told_as_one(self, machine: _Machine) -> None:
        machine.fails_with("link: write x: no space left on device\n")

        with pytest.raises(KubeUnavailable, match="No space left on device") as error:
            install(machine.environment)

        assert "XDG_CACHE_HOME" in error.value.do


class TestPins:
    @pytest.mark.parametrize(
        "part", parts(controllers=True, external_dns=True, deploy_tools=True, opentofu=True), ids=lambda part: part.name
    )
    def test_the_go_modules_are_of_the_pinned_versions(self, part: Part) -> None:
        wanted = {
            "etcd": f"go.etcd.io/etcd/server/v3 v{ETCD}\n",
            "external-dns": f"sigs.k8s.io/external-dns v{EXTERNAL_DNS}\n",
            "kwok": f"sigs.k8s.io/kwok v{KWOK}\n",
            "kubernetes": f"k8s.io/kubernetes v{KUBERNETES}\n",
            "helm": f"helm.sh/helm/v3 v{HELM}\n",
            "kustomize": f"sigs.k8s.io/kustomize/kustomize/v5 v{KUSTOMIZE}\n",
            "kubeconform": f"github.com/yannh/kubeconform v{KUBECONFORM}\n",
            "opentofu": f"github.com/opentofu/opentofu v{OPENTOFU}\n",
            "opentofu-external": "github.com/hashicorp/terraform-plugin-framework v",
        }
        module = part.source.module

        assert wanted[module.name] in (module / "go.mod").read_text()
        newer = {
            "external-dns": "1.27.0",
            "helm": "1.26.0",
            "kubeconform": "1.26.0",
            "opentofu": "1.26.6",
            "opentofu-external": "1.26.0",
        }
        assert minimum_of(module) == newer.get(module.name, minimum_of(MODULES / "kubernetes"))

    def test_each_staging_module_of_kubernetes_is_replaced_by_its_release(self) -> None:
        lines = (MODULES / "kubernetes" / "go.mod").read_text().splitlines()
        replaced = [line.split() for line in lines if " => " in line]

        assert len(replaced) == 31
        for name, _, release, version in replaced:
            assert (release, version) == (name, f"v0.{KUBERNETES.removeprefix('1.')}")
