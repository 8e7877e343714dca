"""The Kustomize base is what `truenorth deploy --render` writes; overlays and components change what they are to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.deploy.gather import gather
from cli.deploy.render import render
from components.operator.manifests import manifests
from lab.kube.cluster import Cluster
from stacks.settings.files import from_file
from tests.deploy.agreement import what_matters
from tests.deploy.conftest import DEPLOY, KUSTOMIZE, Manifest, Tools, accepted

OVERLAYS = ("development", "production")
STACKS = DEPLOY.parent / "stacks"


def one_of(found: Sequence[Manifest], kind: str, name: str = "truenorth") -> Manifest:
    (one,) = (one for one in found if (one["kind"], one["metadata"]["name"]) == (kind, name))
    return one


def with_component(tools: Tools, component: str) -> list[Manifest]:
    """The base with a component."""
    folder = tools.folder / "overlay"
    folder.mkdir()
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(KUSTOMIZE / "base", folder)],
        "components": [os.path.relpath(KUSTOMIZE / "components" / component, folder)],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(document))
    return tools.kustomize(folder)


class TestTheBase:
    def test_is_up_to_date(self, tmp_path: Path) -> None:
        """If not: truenorth deploy --stack cluster --render deploy/kustomize/base."""
        args = gather("cluster", STACKS / "Pulumi.cluster.yaml", {}, with_secrets=False).args
        render(manifests(args), tmp_path)
        kept = {file.name: file.read_text() for file in (KUSTOMIZE / "base").iterdir()}
        assert {file.name: file.read_text() for file in tmp_path.iterdir()} == kept

    def test_comes_through_kustomize_unchanged(self, tools: Tools) -> None:
        args = gather("cluster", STACKS / "Pulumi.cluster.yaml", {}, with_secrets=False).args
        assert what_matters(tools.kustomize(KUSTOMIZE / "base")) == what_matters(manifests(args))


class TestOverlays:
    @pytest.mark.parametrize("overlay", OVERLAYS)
    def test_are_what_schemas_and_api_server_allow(
        self, tools: Tools, schemas: Path, equipped_cluster: Cluster, overlay: str
    ) -> None:
        found = tools.kustomize(KUSTOMIZE / "overlays" / overlay)
        assert tools.check(found, schemas) == []
        accepted(equipped_cluster, found)

    @pytest.mark.parametrize("overlay", OVERLAYS)
    def test_have_settings_that_work_and_need_no_rights_beside_the_base_s(self, overlay: str) -> None:
        base = gather("cluster", STACKS / "Pulumi.cluster.yaml", {}, with_secrets=False).args
        file = KUSTOMIZE / "overlays" / overlay / "Pulumi.cluster.yaml"
        assert from_file(file, {}, "cluster").zone.endswith("example.com")
        assert gather("cluster", file, {}, with_secrets=False).args.rights == base.rights

    def test_replace_the_settings_where_the_pods_look_for_them(self, tools: Tools) -> None:
        found = tools.kustomize(KUSTOMIZE / "overlays" / "development")
        said = one_of(found, "ConfigMap", "truenorth-settings")["data"]
        assert "dev.example.com" in said["Pulumi.cluster.yaml"]
        volumes = one_of(found, "Deployment")["spec"]["template"]["spec"]["volumes"]
        assert volumes[0]["configMap"]["name"] == "truenorth-settings"

    def test_development_is_one_pod_without_a_budget(self, tools: Tools) -> None:
        found = tools.kustomize(KUSTOMIZE / "overlays" / "development")
        assert one_of(found, "Deployment")["spec"]["replicas"] == 1
        assert "PodDisruptionBudget" not in {one["kind"] for one in found}

    @pytest.mark.parametrize("overlay", OVERLAYS)
    def test_have_no_priority_that_a_cluster_keeps_for_its_own(self, tools: Tools, overlay: str) -> None:
        spec = one_of(tools.kustomize(KUSTOMIZE / "overlays" / overlay), "Deployment")["spec"]["template"]["spec"]
        assert not spec.get("priorityClassName", "").startswith("system-")

    def test_production_has_standbys(self, tools: Tools) -> None:
        found = tools.kustomize(KUSTOMIZE / "overlays" / "production")
        assert one_of(found, "Deployment")["spec"]["replicas"] == 3
        assert one_of(found, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


class TestComponents:
    @pytest.mark.parametrize("component", ["metallb", "nodeport"])
    def test_are_what_schemas_and_api_server_allow(
        self, tools: Tools, schemas: Path, equipped_cluster: Cluster, component: str
    ) -> None:
        found = with_component(tools, component)
        assert tools.check(found, schemas) == []
        accepted(equipped_cluster, found)

    def test_metallb_announces_an_address_of_its_range(self, tools: Tools) -> None:
        found = with_component(tools, "metallb")
        service = one_of(found, "Service")
        pool, announced = one_of(found, "IPAddressPool"), one_of(found, "L2Advertisement")
        assert service["spec"]["type"] == "LoadBalancer"
        assert service["metadata"]["annotations"] == {"metallb.io/address-pool": pool["metadata"]["name"]}
        assert announced["spec"]["ipAddressPools"] == [pool["metadata"]["name"]]
        assert {one["metadata"]["namespace"] for one in (pool, announced)} == {"metallb-system"}

    def test_nodeport_is_a_port_of_each_node(self, tools: Tools) -> None:
        spec = one_of(with_component(tools, "nodeport"), "Service")["spec"]
        assert (spec["type"], spec["ports"][0]["nodePort"]) == ("NodePort", 30880)


class TestArgoCd:
    @pytest.mark.parametrize("name", OVERLAYS)
    def test_the_application_is_what_argo_cd_s_own_definition_allows(
        self, tools: Tools, schemas: Path, equipped_cluster: Cluster, name: str
    ) -> None:
        application = self.application(name)
        assert tools.check([application], schemas) == []
        accepted(equipped_cluster, [application])

    @pytest.mark.parametrize("name", OVERLAYS)
    def test_it_means_an_overlay_and_a_namespace_that_are_there(self, tools: Tools, name: str) -> None:
        spec = self.application(name)["spec"]
        found = tools.kustomize(DEPLOY.parent / spec["source"]["path"])
        assert spec["destination"]["namespace"] == one_of(found, "Namespace")["metadata"]["name"]

    def test_development_follows_by_itself_and_production_waits_for_a_person(self) -> None:
        assert self.application("development")["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
        assert "automated" not in self.application("production")["spec"]["syncPolicy"]

    @staticmethod
    def application(name: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load((DEPLOY.parent / "examples" / "argocd" / f"{name}.yaml").read_text())
        return found
