from __future__ import annotations

from typing import Any

import pytest

from stacks.kube.cache import select
from stacks.kube.objects import PODS
from stacks.model.claims import Detected
from stacks.model.values import WAN, Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.sources import SOURCES
from stacks.settings.cluster import ClusterSettings
from stacks.settings.kinds import TemplateSettings
from tests.stacks.observe.cluster.kinds.test_service import node
from tests.stacks.observe.cluster.worlds import claims, complaints, manifest, targets

WWW = "www.example.com"
E = "external-dns.kubernetes.io/"
NAMED = {"truenorth/hostname": WWW}
KEPT = {f"{WWW} None": Unknown}
DUAL = node("one", ("InternalIP", "10.0.0.1"), ("InternalIP", "2001:db8::1"), ("ExternalIP", "192.0.2.1"))


def pod(
    name: str = "web-0",
    *,
    annotations: dict[str, str] | None = None,
    on: str = "one",
    at: str = "10.1.0.1",
    phase: str = "Running",
    host: bool = False,
) -> dict[str, Any]:
    spec: dict[str, Any] = {"nodeName": on} if on else {}
    status = {"phase": phase} | ({"podIP": at} if at else {})
    said = NAMED if annotations is None else annotations
    return manifest("Pod", name, spec | ({"hostNetwork": True} if host else {}), status=status, annotations=said)


def found(*items: dict[str, Any], unsynced: tuple[str, ...] = (), options: Options | None = None) -> dict[str, object]:
    return targets(claims("pod", *items, unsynced=unsynced, options=options))


class TestTheHostnameAnnotation:
    def test_points_at_the_external_addresses_of_the_node_and_any_of_ipv6(self) -> None:
        assert found(pod(), DUAL) == {f"{WWW} A": ("192.0.2.1",), f"{WWW} AAAA": ("2001:db8::1",)}

    def test_points_at_the_pods_target_where_it_has_one(self) -> None:
        said = NAMED | {"truenorth/target": "lb.example.net"}
        assert found(pod(annotations=said), DUAL) == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_points_at_the_wan_address_where_the_pod_says_so(self) -> None:
        said = NAMED | {"truenorth/content-mode": "ddns"}
        assert found(pod(annotations=said), DUAL) == {f"{WWW} None": (Detected, WAN)}

    def test_follows_the_default_target_of_the_source(self) -> None:
        options = Options(source="pod", default_targets=(("pod", "192.0.2.7"),))
        said = NAMED | {f"{E}internal-hostname": "in.example.com"}
        assert found(pod(annotations=said), DUAL, options=options) == {
            f"{WWW} A": ("192.0.2.7",),
            "in.example.com A": ("10.1.0.1",),
        }

    @pytest.mark.parametrize("there", [(), (node("one", ("InternalIP", "10.0.0.1")),)])
    def test_is_unknown_without_a_node_that_has_one(self, there: tuple[dict[str, Any], ...]) -> None:
        assert found(pod(), *there) == KEPT

    def test_is_unknown_where_no_node_is_chosen_or_nodes_cannot_be_read(self) -> None:
        assert found(pod(on="", phase="Pending"), DUAL) == KEPT
        assert found(pod(), unsynced=("Node",)) == KEPT

    def test_that_is_bad_is_told_and_keeps_the_records(self) -> None:
        (complaint,) = complaints(claims("pod", pod(annotations={"truenorth/hostname": "a_b c"}), DUAL))
        assert (complaint.object.kind, complaint.value) == ("Pod", "a_b c")


class TestInternalHostname:
    SAID = ({f"{E}internal-hostname": "in.example.com"},)

    def test_points_at_the_pods_own_address(self) -> None:
        assert found(pod(annotations=self.SAID[0])) == {"in.example.com A": ("10.1.0.1",)}

    def test_is_unknown_until_the_pod_has_one(self) -> None:
        assert found(pod(annotations=self.SAID[0], at="")) == {"in.example.com None": Unknown}


class TestADomain:
    def test_gives_each_pod_its_own_name(self) -> None:
        options = Options(pod_domain="pods.example.com")
        assert found(pod(annotations={}), pod("web-1", at="2001:db8::1", annotations={}), options=options) == {
            "web-0.pods.example.com A": ("10.1.0.1",),
            "web-1.pods.example.com AAAA": ("2001:db8::1",),
        }

    def test_leaves_out_a_pod_whose_name_no_label_can_be(self) -> None:
        assert found(pod("w" * 64, annotations={}), options=Options(pod_domain="example.com")) == {}


class TestATemplate:
    OPTIONS = Options(templates=TemplateSettings(names="{{ .Name }}.example.com"))

    def test_names_each_pod_at_all_its_addresses(self) -> None:
        one = pod(annotations={})
        assert found(one, options=self.OPTIONS) == {"web-0.example.com A": ("10.1.0.1",)}
        one["status"]["podIPs"] = [{"ip": "10.1.0.1"}, {"ip": "2001:db8::1"}]
        assert found(one, options=self.OPTIONS).keys() == {"web-0.example.com A", "web-0.example.com AAAA"}

    def test_names_no_pod_with_a_name_of_its_own(self) -> None:
        assert found(pod(), DUAL, options=self.OPTIONS) == found(pod(), DUAL)


class TestWhichCount:
    def test_without_an_annotation_none_does(self) -> None:
        assert found(pod(annotations={}), DUAL) == {}

    @pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
    def test_one_that_has_ended_does_not(self, phase: str) -> None:
        assert found(pod(phase=phase), DUAL) == {}

    def test_with_the_setting_only_those_on_the_network_of_their_host_do(self) -> None:
        only = Options(host_pods=True)
        assert found(pod(), DUAL, options=only) == {}
        assert found(pod(host=True), DUAL, options=only) == found(pod(), DUAL)

    def test_one_that_another_controller_has_does_not(self) -> None:
        assert found(pod(annotations=NAMED | {f"{E}controller": "another"}), DUAL) == {}

    def test_pods_that_cannot_be_read_are_unknown(self) -> None:
        assert isinstance(claims("pod", pod(), unsynced=("Pod",)), Unknown)


class TestMemory:
    @pytest.mark.parametrize(
        ("settings", "kept"),
        [
            ({}, ["named"]),
            ({"annotation_prefix": "in.example.com/"}, ["own"]),
            ({"pod_domain": "example.com"}, ["named", "own", "plain"]),
            ({"templates": {"names": "{{ .Name }}.example.com"}}, ["named", "own", "plain"]),
            ({"pod_targets": True}, ["named", "own", "plain"]),
        ],
    )
    def test_only_pods_that_may_be_named_are_kept(self, settings: dict[str, Any], kept: list[str]) -> None:
        chosen = ClusterSettings.model_validate({"sources": ["pod"], **settings})
        selection = select(SOURCES["pod"](Options()).resources(), chosen)[PODS]
        there = [
            pod("named"),
            pod("own", annotations={"in.example.com/hostname": WWW}),
            pod("plain", annotations={"prometheus.io/scrape": "true"}),
        ]
        assert [one["metadata"]["name"] for one in there if selection.has(one)] == kept

    def test_a_source_of_pods_and_the_targets_of_pods_share_one_cache(self) -> None:
        chosen = ClusterSettings(sources=("pod", "service"), namespaces=("shop",), pod_targets=True)
        of_pods, of_services = (
            select(SOURCES[name](Options(pod_targets=True)).resources(), chosen)[PODS] for name in ("pod", "service")
        )
        assert of_pods == of_services
