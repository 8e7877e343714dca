"""The Helm chart: it says what the component says, the API server takes it, and bad values are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from cli.deploy.gather import gather
from components.operator.manifests import manifests
from lab.kube.cluster import Cluster
from stacks.settings.cluster import SourceName
from tests.deploy.agreement import what_matters
from tests.deploy.conftest import CHART, DEPLOY, Manifest, Tools, accepted

PRESETS = ("values.yaml", "values-development.yaml", "values-production.yaml")
SOURCES = ["gateway-httproute", "ingress", "service"]


def settings(**others: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
    return {"zone": "example.com", "sources": SOURCES, **others}


CASES: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # name: the settings of the stack with those of `deploy`, and the chart's values for the same
    "the defaults": (settings(), {"settings": settings()}),
    "no cluster is read": ({"zone": "example.com"}, {"settings": {"zone": "example.com", "sources": None}}),
    "every source, limited to namespaces, with status": (
        settings(
            sources=[*get_args(SourceName)],
            cluster={"namespaces": ["a", "b"], "gateway_namespaces": ["edge"], "status_annotation": True},
        ),
        {},
    ),
    "pods' own targets": (settings(cluster={"namespaces": ["a"], "pod_targets": True}), {}),
    "pods": (settings(sources=["pod"]), {}),
    "kinds that the settings describe": (
        settings(
            sources=["traefik-ingressroute"],
            cluster={
                "source_services": {"traefik-ingressroute": "edge/traefik"},
                "kinds": [
                    {
                        "group": "example.com",
                        "version": "v1",
                        "kind": "Site",
                        "plural": "sites",
                        "names": ["spec.host"],
                    },
                    {"group": "example.net", "version": "v1", "kind": "Page", "plural": "pages", "service": "edge/web"},
                ],
            },
        ),
        {},
    ),
    "limited to its own namespace": (settings(cluster={"namespaces": ["truenorth"]}), {}),
    "names and targets that are limited": (
        settings(
            sources=[*get_args(SourceName)],
            names=["www", {"name": "api.example.com"}, "@"],
            records=[
                {"name": "mail", "type": "A", "content": "192.0.2.5"},
                {"name": "dev", "type": "NS", "content": "ns.example.net"},
                {"name": "note", "type": "TXT", "content": "x"},
            ],
            zones=[{"zone": "Example.NET", "mark_prefix": "m-%{record_type}.", "targets": "cname", "names": ["x"]}],
            external_dns=[{"prefix": "x-%{record_type}-"}, {"suffix": "-owner.txt"}],
            cluster={
                "namespaces": ["a", "b"],
                "ingress_classes": ["public"],
                "tls_hosts": "never",
                "annotation_prefix": "in.example.com/",
                "gateways": ["edge/external"],
                "gateway_namespaces": ["edge"],
                "annotations": "dns in (public, inner),rank>1 , !off,!on",
                "labels": "a=b,c!=d, e , f==g,h notin (i,,j),k<9,l=",
                "opt_in": True,
                "service_types": ["LoadBalancer"],
                "default_targets": {"service": "192.0.2.9"},
                "kinds": [
                    {
                        "group": "example.com",
                        "version": "v1beta1",
                        "kind": "Site",
                        "plural": "sites",
                        "names": ["spec.hosts[].names[]", "spec.odd-field", "host"],
                    },
                    {
                        "group": "",
                        "version": "v1",
                        "kind": "ConfigMap",
                        "plural": "configmaps",
                        "names": ["data.rule"],
                        "reading": "rule",
                    },
                    {"group": "example.com", "version": "v1beta1", "kind": "Page", "plural": "pages"},
                ],
                "domains": [
                    {
                        "namespaces": ["team-*"],
                        "labels": {"team": "web"},
                        "names": ["**.shop.example.com", "_acme-challenge.shop.example.com"],
                        "exclude": ["admin.shop.example.com", "**.x.example.com"],
                    },
                    {"names": ["*.Example.com"]},
                ],
                "targets": {"networks": ["192.0.2.0/24"], "names": ["*.lb.example.edu"]},
            },
        ),
        {},
    ),
    "zones that are found by the token": (
        {"zones": {"auto": {"include": ["example.com"]}}, "sources": SOURCES},
        {"settings": {"zone": None, "zones": {"auto": {"include": ["example.com"]}}, "sources": SOURCES}},
    ),
    "no events": (settings(sources=[*SOURCES, "crd"], cluster={"events": False}), {}),
    "load balancing": (
        settings(geo={"cluster": "one", "location": "eu", "account_id": "0123456789abcdef0123456789abcdef"}),
        {},
    ),
    "load balancing of Ingresses alone": (
        settings(geo={"cluster": "one", "location": "eu", "kinds": ["ingress"]}),
        {},
    ),
    "load balancing by the variables of external-dns-cloudflare-geo": (
        settings(deploy={"variables": {"GEO_LOCATION": "eu", "CF_LB_HOSTNAME": "app.example.com"}}),
        {"variables": {"GEO_LOCATION": "eu", "CF_LB_HOSTNAME": "app.example.com"}},
    ),
    "load balancing of given addresses": (
        settings(
            geo={
                "cluster": "one",
                "location": "eu",
                "account_id": "0123456789abcdef0123456789abcdef",
                "hostname": "app.example.com",
                "addresses": ["192.0.2.1"],
            }
        ),
        {},
    ),
    "another election and cache": (
        settings(
            watch={
                "election": {"lock_name": "mine", "lock_namespace": "locks"},
                "cache": {"name": "addresses", "namespace": "shared"},
            }
        ),
        {},
    ),
    "neither": (settings(watch={"election": {"enabled": "off"}, "cache": {"enabled": "off"}}), {}),
    "state elsewhere": (settings(backend="s3://bucket"), {}),
    "state in another namespace": (settings(backend="kubernetes://states/one"), {}),
    "a view that CoreDNS serves": (
        settings(
            zone="",
            zones=[
                {"zone": "example.com", "names": ["www"], "objects": "none"},
                {
                    "zone": "example.com",
                    "view": "inside",
                    "provider": "coredns",
                    "coredns": {"config_map": "house-zone", "namespace": "dns"},
                    "names": [{"name": "nas", "targets": ["192.168.1.20"]}],
                    "objects": "none",
                },
            ],
        ),
        {},
    ),
    "a pod a node": (settings(deploy={"kind": "daemonset"}), {"kind": "daemonset"}),
    "one pod": (settings(deploy={"replicas": 1}), {"replicas": 1}),
    "a load balancer": (
        settings(
            deploy={
                "service": {
                    "type": "LoadBalancer",
                    "port": 8000,
                    "node_port": 30880,
                    "annotations": {"a": "b"},
                    "source_ranges": ["192.0.2.0/24"],
                }
            }
        ),
        {
            "service": {
                "type": "LoadBalancer",
                "port": 8000,
                "nodePort": 30880,
                "annotations": {"a": "b"},
                "sourceRanges": ["192.0.2.0/24"],
            }
        },
    ),
    "routers that tell their addresses": (
        settings(
            wan={"links": {"cottage": {"sources": ["pushed:cottage"]}}},
            watch={"dyndns": {"listen": ":8245", "users": {"cottage": "COTTAGE_PASSWORD"}}},
            deploy={"dyndns_service": {"type": "LoadBalancer", "port": 8245, "source_ranges": ["192.0.2.0/24"]}},
        ),
        {"dyndnsService": {"type": "LoadBalancer", "port": 8245, "sourceRanges": ["192.0.2.0/24"]}},
    ),
    "routers of a single process": (
        settings(
            wan={"links": {"cottage": {"sources": ["pushed:cottage"]}}},
            watch={"dyndns": {"listen": ":8245", "users": {"cottage": "COTTAGE_PASSWORD"}, "shared": "off"}},
        ),
        {},
    ),
    "everything else": (
        settings(
            deploy={
                "image": "registry.example.com/dns/truenorth:2",
                "image_pull_policy": "Always",
                "image_pull_secrets": ["pull"],
                "credentials_secret": "mine",
                "kubeconfig_secret": "others",
                "variables": {"AWS_REGION": "eu-central-1"},
                "service_account_annotations": {"role": "dns"},
                "resources": {"cpu": "100m", "memory": "200Mi", "memory_limit": "512Mi"},
                "priority_class": "high",
                "annotations": {"note": "x"},
                "node_selector": {"kubernetes.io/os": "linux"},
                "tolerations": [{"operator": "Exists"}],
                "egress_ports": [8443],
                "probe_timeout": 9,
                "service_monitor": True,
                "alerts": True,
                "monitoring_labels": {"release": "prometheus", "app.kubernetes.io/part-of": "mine"},
                "dashboard": True,
            }
        ),
        {
            "image": {
                "repository": "registry.example.com/dns/truenorth",
                "tag": "2",
                "pullPolicy": "Always",
                "pullSecrets": ["pull"],
            },
            "credentials": {"existingSecret": "mine"},
            "kubeconfigSecret": "others",
            "variables": {"AWS_REGION": "eu-central-1"},
            "serviceAccount": {"annotations": {"role": "dns"}},
            "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}, "limits": {"memory": "512Mi"}},
            "probeTimeout": 9,
            "priorityClassName": "high",
            "podAnnotations": {"note": "x"},
            "nodeSelector": {"kubernetes.io/os": "linux"},
            "tolerations": [{"operator": "Exists"}],
            "networkPolicy": {"egressPorts": [8443]},
            "serviceMonitor": True,
            "alerts": True,
            "monitoringLabels": {"release": "prometheus", "app.kubernetes.io/part-of": "mine"},
            "dashboard": True,
        },
    ),
    "external-dns in the same pod": (
        settings(
            watch={"webhook": {"listen": "127.0.0.1:8888"}},
            deploy={
                "external_dns": {
                    "image": "registry.example.com/external-dns:v0.23.0",
                    "args": ["--source=ingress", "--label-filter=a in (b,c)"],
                    "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}],
                }
            },
        ),
        {
            "externalDns": {
                "image": "registry.example.com/external-dns:v0.23.0",
                "args": ["--source=ingress", "--label-filter=a in (b,c)"],
                "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}],
            }
        },
    ),
    "STUN servers at other ports": (
        settings(
            wan={
                "stun": ["stun.example.org:3479", "tcp:stun.example.net:5349", "stun.example.com", "[2001:db8::1]"],
                "agreement": 1,
                "links": {
                    "lte": {"sources": ["stun-tcp:stun.example.org:8443", "https://example.com/ip"], "via": "wwan0"},
                    "dsl": {"stun": ["stun.example.org:3480", "stun.example.edu:3479"]},
                },
            },
            deploy={"egress_ports": [80, 443]},
        ),
        {"networkPolicy": {"egressPorts": [80, 443]}},
    ),
    "no policy": (settings(deploy={"network_policy": False}), {"networkPolicy": {"enabled": False}}),
    "writes of Secrets that nothing holds": (settings(deploy={"state_policy": False}), {"statePolicy": False}),
    "a page for few": (
        settings(deploy={"page_from": ["monitoring", "ingress"]}),
        {"networkPolicy": {"pageFrom": ["monitoring", "ingress"]}},
    ),
}


def of_the_component(given: Mapping[str, Any], folder: Path, **deploy: Any) -> list[Manifest]:  # noqa: ANN401 - any setting
    """What `truenorth deploy --render` makes of settings."""
    whole = {**given, "deploy": {**given.get("deploy", {}), **deploy}}
    file = folder / "Pulumi.home.yaml"
    file.write_text(yaml.safe_dump({"config": {f"truenorth:{key}": value for key, value in whole.items()}}))
    return manifests(gather("home", file, {}, with_secrets=False).args)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("place", [("truenorth", "truenorth"), ("edge", "dns")], ids=" in ".join)
def test_the_chart_says_what_the_component_says(
    tools: Tools, tmp_path: Path, case: str, place: tuple[str, str]
) -> None:
    name, namespace = place
    given, values = CASES[case]
    own = {key: value for key, value in given.items() if key != "deploy"}
    ours = what_matters(of_the_component(given, tmp_path, name=name, namespace=namespace))
    chart = what_matters(tools.template({"settings": own, **values}, name=name, namespace=namespace))
    settings_map = ("ConfigMap", namespace, f"{name}-settings")
    said = ours.pop(settings_map)["data"]["Pulumi.home.yaml"]["config"]
    said.pop("truenorth:deploy", None)
    of_chart = chart.pop(settings_map)["data"]["Pulumi.home.yaml"]["config"]
    assert {key: value for key, value in of_chart.items() if value is not None} == said
    assert chart == ours


class TestExternalDns:
    VALUES: Mapping[str, Any] = {
        "settings": {"sources": None, "watch": {"webhook": {"listen": "127.0.0.1:8888"}}},
        "externalDns": {
            "image": "registry.example.com/external-dns:v0.22.0",
            "args": ["--source=ingress", "--label-filter=a in (b,c)"],
            "rules": [
                {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["get", "list", "watch"]}
            ],
        },
    }

    def test_runs_beside_it_with_the_webhook_as_its_provider_and_the_rights_of_its_sources(self, tools: Tools) -> None:
        found = tools.template(self.VALUES)
        (pod,) = (one["spec"]["template"]["spec"] for one in found if one["kind"] == "Deployment")
        ours, theirs = pod["containers"]
        assert (ours["name"], theirs["name"]) == ("truenorth", "external-dns")
        assert theirs["args"] == [
            "--provider=webhook",
            "--webhook-provider-url=http://127.0.0.1:8888",
            "--registry=noop",
            "--source=ingress",
            "--label-filter=a in (b,c)",
        ]
        assert theirs["securityContext"] == ours["securityContext"]
        assert "env" not in theirs, "it has none of the credentials"
        assert "envFrom" not in theirs
        (role,) = (one for one in found if one["kind"] == "ClusterRole")
        assert self.VALUES["externalDns"]["rules"][0] in role["rules"]

    def test_is_taken_by_the_api_server(self, tools: Tools, equipped_cluster: Cluster, tmp_path: Path) -> None:
        values = tmp_path / "values.yaml"
        values.write_text(yaml.safe_dump(dict(self.VALUES)))
        accepted(
            equipped_cluster, tools.rendered("template", "truenorth", str(CHART), "-n", "truenorth", "-f", str(values))
        )

    @pytest.mark.parametrize(
        ("values", "where"),
        [
            ({"externalDns": VALUES["externalDns"]}, "settings.watch.webhook.listen"),
            ({**VALUES, "kind": "daemonset"}, "kind: deployment"),
            ({**VALUES, "externalDns": {"image": "x", "args": ["source=ingress"]}}, "/externalDns/args/0"),
        ],
    )
    def test_that_cannot_work_is_refused_with_what_to_do(
        self, tools: Tools, values: dict[str, Any], where: str
    ) -> None:
        assert where in tools.refused(values)


class TestPresets:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_are_what_the_api_server_s_schemas_allow(self, tools: Tools, schemas: Path, preset: str) -> None:
        found = tools.rendered("template", "truenorth", str(CHART), "-n", "truenorth", "-f", str(CHART / preset))
        assert tools.check(found, schemas) == []

    @pytest.mark.parametrize("preset", PRESETS)
    def test_are_taken_by_the_api_server(self, tools: Tools, equipped_cluster: Cluster, preset: str) -> None:
        found = tools.rendered("template", "truenorth", str(CHART), "-n", "truenorth", "-f", str(CHART / preset))
        accepted(equipped_cluster, found)

    @pytest.mark.parametrize("preset", PRESETS)
    def test_pass_helm_s_own_checks(self, tools: Tools, preset: str) -> None:
        done = tools.helm("lint", "--strict", str(CHART), "--values", str(CHART / preset))
        assert done.returncode == 0, done.stdout

    @pytest.mark.parametrize("preset", PRESETS)
    def test_have_no_priority_that_a_cluster_keeps_for_its_own(self, preset: str) -> None:
        """GKE admits `system-cluster-critical` in kube-system alone (its ResourceQuota gcp-critical-pods)."""
        named = yaml.safe_load((CHART / preset).read_text()).get("priorityClassName", "")
        assert not named.startswith("system-")

    def test_of_production_hold_no_secret(self) -> None:
        values = yaml.safe_load((CHART / "values-production.yaml").read_text())
        assert values["credentials"] == {"existingSecret": "truenorth-credentials"}


class TestValues:
    @pytest.mark.parametrize(
        ("values", "where"),
        [
            ({"replica": 3}, "replica"),
            ({"replicas": 0}, "/replicas"),
            ({"kind": "StatefulSet"}, "/kind"),
            ({"port": 80}, "/port"),
            ({"state": "file:///tmp"}, "/state"),
            ({"settings": {"zone": None, "sources": ["pods"]}}, "/settings/sources/0"),
            ({"settings": {"cluster": {"kubeconfig": "/root/.kube/config"}}}, "/settings/cluster"),
            ({"settings": {"zone": None, "zones": "all"}}, "/settings/zones"),
            ({"variables": {"A B": "c"}}, "'A B'"),
        ],
    )
    def test_that_cannot_work_are_refused_and_the_place_is_named(
        self, tools: Tools, values: dict[str, Any], where: str
    ) -> None:
        assert where in tools.refused(values)

    def test_of_several_clusters_are_refused_with_what_to_do(self, tools: Tools) -> None:
        said = tools.refused({"settings": {"clusters": ["one"]}})
        assert "truenorth deploy --render" in said

    def test_of_a_policy_for_zones_that_are_found_are_refused_with_what_to_do(self, tools: Tools) -> None:
        rules = {"domains": [{"names": ["*.example.com"]}]}
        said = tools.refused({"settings": {"zone": None, "zones": "auto", "cluster": rules}})
        assert "list them in settings.zones in place of auto" in said
        assert tools.template({"settings": {"zone": None, "zones": "auto"}})

    def test_credentials_make_a_secret_only_where_none_is_named(self, tools: Tools) -> None:
        values = {"credentials": {"values": {"CLOUDFLARE_API_TOKEN": "x"}}}
        (made,) = (one for one in tools.template(values) if one["kind"] == "Secret")
        assert made["stringData"] == {"CLOUDFLARE_API_TOKEN": "x"}
        values["credentials"]["existingSecret"] = "mine"  # type: ignore[assignment] # a value of another type
        assert not [one for one in tools.template(values) if one["kind"] == "Secret"]

    def test_every_one_is_in_the_schema(self) -> None:
        known = json.loads((CHART / "values.schema.json").read_text())["properties"]
        assert yaml.safe_load((CHART / "values.yaml").read_text()).keys() == known.keys() - {"global"}


class TestFiles:
    def test_alerts_and_dashboard_are_those_of_the_project(self) -> None:
        for file, original in (("rules.yaml", "prometheus/rules.yaml"), ("truenorth.json", "grafana/truenorth.json")):
            assert (CHART / "files" / file).resolve() == (DEPLOY / original).resolve()


class TestTheChecks:
    @pytest.mark.parametrize(
        ("field", "value", "said"), [("replica", 1, "additional properties"), ("replicas", "two", "want integer")]
    )
    def test_find_what_is_wrong(self, tools: Tools, schemas: Path, field: str, value: object, said: str) -> None:
        found = tools.template({})
        (deployment,) = (one for one in found if one["kind"] == "Deployment")
        deployment["spec"][field] = value
        (problem,) = tools.check(found, schemas)
        assert "Deployment truenorth" in problem
        assert said in problem
