from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import pytest

from components.operator.args import ObjectName, OperatorArgs, PodArgs, Read, Rights, ServiceArgs
from components.operator.credentials import secret
from components.operator.manifests import manifests

RIGHTS = Rights(reads=(Read("", "services"),), leases=(ObjectName("truenorth", "truenorth-home"),))
ARGS = OperatorArgs(stack="home", settings="config: {}\n", image="truenorth:1", rights=RIGHTS)
WITH_CREDENTIALS = replace(ARGS, credentials={"CLOUDFLARE_API_TOKEN": "very-secret"})
DAEMON_SET = replace(ARGS, pods=PodArgs(kind="daemonset"))


def of_kind(args: OperatorArgs, kind: str) -> list[dict[str, Any]]:
    return [one for one in manifests(args) if one["kind"] == kind]


def one_of(args: OperatorArgs, kind: str) -> dict[str, Any]:
    (found,) = of_kind(args, kind)
    return found


def pod_of(args: OperatorArgs) -> dict[str, Any]:
    workload = next(one for one in manifests(args) if one["kind"] in {"Deployment", "DaemonSet"})
    found: dict[str, Any] = workload["spec"]["template"]["spec"]
    return found


def container_of(args: OperatorArgs) -> dict[str, Any]:
    (found,) = pod_of(args)["containers"]
    assert isinstance(found, dict)
    return found


def ports_of(rule: Mapping[str, Any]) -> dict[str, list[int]]:
    return {
        protocol: [one["port"] for one in rule["ports"] if one["protocol"] == protocol] for protocol in ("TCP", "UDP")
    }


class TestThePod:
    def test_is_what_the_standard_restricted_asks_for(self) -> None:
        pod, container = pod_of(ARGS), container_of(ARGS)
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 1000
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }

    def test_gives_probes_as_long_as_the_arguments_say(self) -> None:
        container = container_of(replace(ARGS, pods=PodArgs(probe_timeout=20)))
        assert {container[probe]["timeoutSeconds"] for probe in ("livenessProbe", "readinessProbe")} == {20}

    def test_has_a_port_for_routers_where_they_tell_their_addresses(self) -> None:
        told = replace(ARGS, pods=PodArgs(dyndns_port=8245), dyndns_service=ServiceArgs("LoadBalancer", 8245))
        assert [one["containerPort"] for one in container_of(told)["ports"]] == [8080, 8245]
        page, routers = of_kind(told, "Service")
        assert (page["metadata"]["name"], routers["metadata"]["name"]) == ("truenorth", "truenorth-dyndns")
        assert routers["spec"]["externalTrafficPolicy"] == "Local"
        assert "externalTrafficPolicy" not in page["spec"]
        _, rule = one_of(told, "NetworkPolicy")["spec"]["ingress"]
        assert rule == {"ports": [{"port": "dyndns", "protocol": "TCP"}]}

    def test_writes_into_volumes_of_its_own_only(self) -> None:
        writable = {one["name"] for one in container_of(ARGS)["volumeMounts"] if not one.get("readOnly")}
        volumes = {one["name"]: one for one in pod_of(ARGS)["volumes"]}
        assert all("emptyDir" in volumes[name] for name in writable)

    def test_finds_its_settings_where_it_is_told_to(self) -> None:
        variables = {one["name"]: one.get("value") for one in container_of(ARGS)["env"]}
        (mount,) = (one for one in container_of(ARGS)["volumeMounts"] if one["name"] == "settings")
        (key,) = one_of(ARGS, "ConfigMap")["data"]
        assert variables["TRUENORTH_SETTINGS"] == f"{mount['mountPath']}/{key}"

    def test_notices_changed_settings_which_a_mounted_file_alone_would_not_get(self) -> None:
        assert all("subPath" not in one for one in container_of(ARGS)["volumeMounts"])

    def test_has_its_secret_as_files_too_which_follow_the_secret(self) -> None:
        (mount,) = (one for one in container_of(ARGS)["volumeMounts"] if one["name"] == "credentials")
        (volume,) = (one for one in pod_of(ARGS)["volumes"] if one["name"] == "credentials")
        variables = {one["name"]: one.get("value") for one in container_of(ARGS)["env"]}
        assert variables["CREDENTIALS_DIRECTORY"] == mount["mountPath"]
        assert volume["secret"]["secretName"] == container_of(ARGS)["envFrom"][0]["secretRef"]["name"]

    def test_has_no_credentials_among_its_variables(self) -> None:
        args = replace(ARGS, credentials={"CLOUDFLARE_API_TOKEN": "very-secret"})
        assert "very-secret" not in str(one_of(args, "Deployment"))
        assert container_of(args)["envFrom"] == [{"secretRef": {"name": "truenorth-credentials"}}]

    def test_has_the_kubeconfigs_of_other_clusters(self) -> None:
        args = replace(ARGS, kubeconfig_secret="others")
        assert pod_of(args)["volumes"][-1]["secret"]["secretName"] == "others"

    def test_takes_its_place_from_the_settings(self) -> None:
        pods = PodArgs(
            priority_class="high",
            node_selector={"a": "b"},
            tolerations=({"operator": "Exists"},),
            image_pull_secrets=("pull",),
            annotations={"note": "x"},
        )
        args = replace(ARGS, pods=pods)
        pod = pod_of(args)
        assert pod["priorityClassName"] == "high"
        assert pod["nodeSelector"] == {"a": "b"}
        assert pod["tolerations"] == [{"operator": "Exists"}]
        assert pod["imagePullSecrets"] == [{"name": "pull"}]
        assert one_of(args, "Deployment")["spec"]["template"]["metadata"]["annotations"] == {"note": "x"}


class TestTheSecret:
    def test_is_made_of_credentials(self) -> None:
        made = secret(WITH_CREDENTIALS, {"CLOUDFLARE_API_TOKEN": "very-secret"})
        assert made["data"] == {"CLOUDFLARE_API_TOKEN": "dmVyeS1zZWNyZXQ="}
        assert made["metadata"]["name"] == container_of(WITH_CREDENTIALS)["envFrom"][0]["secretRef"]["name"]

    def test_is_none_of_the_manifests_which_name_it_and_a_digest_alone(self) -> None:
        assert of_kind(WITH_CREDENTIALS, "Secret") == []
        assert "very-secret" not in repr(WITH_CREDENTIALS) + repr(manifests(WITH_CREDENTIALS))

    def test_makes_other_pods_when_it_changes_and_only_then(self) -> None:
        def annotations(**credentials: str) -> dict[str, str]:
            args = replace(WITH_CREDENTIALS, credentials=credentials)
            found: dict[str, str] = one_of(args, "Deployment")["spec"]["template"]["metadata"]["annotations"]
            return found

        assert annotations(A="1", B="2") == annotations(B="2", A="1")
        assert len({annotations(**some)["truenorth/credentials"] for some in ({"A": "1"}, {"A": "2"}, {"B": "1"})}) == 3

    def test_that_is_there_already_is_referred_to(self) -> None:
        args = replace(ARGS, credentials_secret="mine")
        assert "annotations" not in one_of(args, "Deployment")["spec"]["template"]["metadata"]
        assert container_of(args)["envFrom"] == [{"secretRef": {"name": "mine"}}]


class TestADaemonSet:
    def test_is_in_the_node_s_network_which_no_policy_reaches(self) -> None:
        assert pod_of(DAEMON_SET)["hostNetwork"] is True
        assert pod_of(DAEMON_SET)["dnsPolicy"] == "ClusterFirstWithHostNet"
        assert of_kind(DAEMON_SET, "NetworkPolicy") == []

    def test_needs_a_namespace_that_lets_it(self) -> None:
        label = "pod-security.kubernetes.io/enforce"
        assert one_of(ARGS, "Namespace")["metadata"]["labels"][label] == "restricted"
        assert one_of(DAEMON_SET, "Namespace")["metadata"]["labels"][label] == "privileged"

    def test_has_no_replicas_and_no_budget(self) -> None:
        assert "replicas" not in one_of(DAEMON_SET, "DaemonSet")["spec"]
        assert of_kind(DAEMON_SET, "PodDisruptionBudget") == []


class TestADeployment:
    def test_with_standbys_has_a_budget(self) -> None:
        assert one_of(ARGS, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1

    def test_of_one_pod_has_none_which_would_only_hold_up_a_drain(self) -> None:
        assert of_kind(replace(ARGS, pods=PodArgs(replicas=1)), "PodDisruptionBudget") == []

    def test_a_new_pod_is_ready_before_an_old_one_goes(self) -> None:
        assert one_of(ARGS, "Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


class TestTheNetwork:
    def test_lets_in_what_asks_at_the_one_port(self) -> None:
        spec = one_of(ARGS, "NetworkPolicy")["spec"]
        assert spec["ingress"] == [{"ports": [{"port": "http", "protocol": "TCP"}]}]

    def test_lets_out_to_dns_https_the_api_server_and_stun(self) -> None:
        anywhere, outside = one_of(replace(ARGS, egress_ports=(8443, 443)), "NetworkPolicy")["spec"]["egress"]
        assert ports_of(anywhere) == {"UDP": [53], "TCP": [53, 443, 6443, 8443]}
        assert ports_of(outside) == {"UDP": [3478, 19302], "TCP": [80, 3478, 19302]}

    def test_lets_out_to_the_stun_servers_of_the_settings(self) -> None:
        _, outside = one_of(replace(ARGS, stun_ports=(3479, 3478)), "NetworkPolicy")["spec"]["egress"]
        assert ports_of(outside) == {"UDP": [3478, 19302, 3479], "TCP": [80, 3478, 19302, 3479]}

    def test_keeps_from_the_metadata_services_of_clouds(self) -> None:
        """They answer http alone; what has a port beside these was opened by a person."""
        anywhere, outside = one_of(ARGS, "NetworkPolicy")["spec"]["egress"]
        assert "to" not in anywhere
        assert 80 not in ports_of(anywhere)["TCP"]
        kept_from = {network for one in outside["to"] for network in one.get("ipBlock", {}).get("except", [])}
        assert kept_from == {"169.254.169.254/32", "fd00:ec2::254/128", "fd20:ce::254/128"}

    def test_lets_in_chosen_namespaces_only(self) -> None:
        (rule,) = one_of(replace(ARGS, page_from=("monitoring", "ingress")), "NetworkPolicy")["spec"]["ingress"]
        chosen = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["monitoring", "ingress"]}
        assert rule["from"] == [{"namespaceSelector": {"matchExpressions": [chosen]}}]

    def test_is_open_where_that_is_wanted(self) -> None:
        assert of_kind(replace(ARGS, network_policy=False), "NetworkPolicy") == []

    @pytest.mark.parametrize("kind", ["LoadBalancer", "NodePort"])
    def test_a_node_port_may_be_asked_for(self, kind: Literal["LoadBalancer", "NodePort"]) -> None:
        args = replace(ARGS, service=ServiceArgs(type=kind, node_port=30880))
        assert one_of(args, "Service")["spec"]["ports"][0]["nodePort"] == 30880

    def test_who_may_come_through_a_load_balancer(self) -> None:
        args = replace(ARGS, service=ServiceArgs(type="LoadBalancer", source_ranges=("192.0.2.0/24",)))
        assert one_of(args, "Service")["spec"]["loadBalancerSourceRanges"] == ["192.0.2.0/24"]


class TestMonitoring:
    def test_is_left_out_where_its_operator_may_be_lacking(self) -> None:
        assert not {"ServiceMonitor", "PrometheusRule"} & {one["kind"] for one in manifests(ARGS)}

    def test_one_job_is_one_operator(self) -> None:
        args = replace(ARGS, name="home", service_monitor=True)
        label = one_of(args, "ServiceMonitor")["spec"]["jobLabel"]
        assert one_of(args, "Service")["metadata"]["labels"][label] == "home"

    @pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule"])
    def test_has_the_labels_by_which_a_prometheus_selects_it_beside_its_own(self, kind: str) -> None:
        wanted = {"release": "prometheus", "app.kubernetes.io/name": "other"}
        args = replace(ARGS, service_monitor=True, rules=[{"name": "g"}], monitoring_labels=wanted)
        found = one_of(args, kind)["metadata"]["labels"]
        assert (found["release"], found["app.kubernetes.io/name"]) == ("prometheus", "truenorth")

    def test_the_alerts_are_those_that_are_given(self) -> None:
        groups = [{"name": "g", "rules": []}]
        assert one_of(replace(ARGS, rules=groups), "PrometheusRule")["spec"] == {"groups": groups}

    def test_the_dashboard_has_the_label_that_grafana_s_sidecar_looks_for(self) -> None:
        (found,) = (
            one for one in of_kind(replace(ARGS, dashboard="{}"), "ConfigMap") if "truenorth.json" in one["data"]
        )
        assert found["metadata"]["labels"]["grafana_dashboard"] == "1"


class TestNames:
    def test_two_operators_in_one_cluster_share_none(self) -> None:
        def names(args: OperatorArgs) -> set[tuple[str, str, str]]:
            found = (one["metadata"] | {"kind": one["kind"]} for one in manifests(args))
            return {(one["kind"], one.get("namespace", ""), one["name"]) for one in found}

        others = [
            replace(ARGS, namespace="other"),
            replace(ARGS, name="other", make_namespace=False),
            replace(ARGS, name="other", namespace="other"),
        ]
        assert all(names(ARGS).isdisjoint(names(one)) for one in others)

    def test_what_selects_pods_selects_those_of_this_operator_only(self) -> None:
        pods = one_of(ARGS, "Deployment")["spec"]["template"]["metadata"]["labels"]
        for selector in (
            one_of(ARGS, "Service")["spec"]["selector"],
            one_of(ARGS, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            one_of(ARGS, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
            one_of(ARGS, "Deployment")["spec"]["selector"]["matchLabels"],
        ):
            assert selector.items() <= pods.items()
            assert selector["app.kubernetes.io/instance"] == "truenorth"

    def test_every_binding_means_a_role_that_is_there(self) -> None:
        args = replace(ARGS, rights=replace(RIGHTS, reads=(Read("", "services", namespaces=("a", "truenorth")),)))
        made = {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in manifests(args)}
        bindings = [one for one in manifests(args) if one["kind"].endswith("RoleBinding")]
        assert bindings
        for one in bindings:
            assert (one["roleRef"]["kind"], one["metadata"].get("namespace"), one["roleRef"]["name"]) in made
