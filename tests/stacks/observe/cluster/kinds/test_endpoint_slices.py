"""The pods of headless Services, at addresses of their nodes and at targets of their own."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.model.values import Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.sources import SOURCES
from tests.stacks.observe.cluster.kinds.test_service import NAMED, WWW, endpoint_slice, node, service
from tests.stacks.observe.cluster.kinds.test_service import found as found_of
from tests.stacks.observe.cluster.worlds import claims, complaints, manifest

E = "external-dns.kubernetes.io/"
OF_PODS = Options(pod_targets=True)
WEB = service("ClusterIP", clusterIP="None")
DUAL = node("one", ("InternalIP", "10.0.0.1"), ("InternalIP", "fd00::1"), ("ExternalIP", "192.0.2.1"))
OTHER = node("two", ("InternalIP", "10.0.0.2"), ("ExternalIP", "192.0.2.2"), ("ExternalIP", "2001:db8::2"))
INSIDE = node("three", ("InternalIP", "10.0.0.3"))


def typed(kind: str) -> dict[str, Any]:
    return service("ClusterIP", clusterIP="None", annotations=NAMED | {f"{E}endpoints-type": kind})


def pod(name: str, target: str = "") -> dict[str, Any]:
    return manifest("Pod", name, {}, annotations={"truenorth/target": target} if target else {})


def endpoint(
    address: str, on: str = "", *, host: str = "", ready: bool = True, of: str = "", kind: str = "Pod"
) -> dict[str, Any]:
    named = {"hostname": host} if host else {}
    return {
        "addresses": [address],
        "conditions": {"ready": ready},
        "nodeName": on,
        "targetRef": {"kind": kind, "name": of or f"pod-{address}"},
        **named,
    }


class TestEndpointsType:
    def test_node_external_ip_has_all_external_addresses_of_the_pods_nodes(self) -> None:
        pods = endpoint_slice(
            endpoint("10.1.0.1", "one", host="web-0"), endpoint("10.1.0.2", "two"), endpoint("10.1.0.3", "three")
        )
        assert found_of(typed("NodeExternalIP"), pods, DUAL, OTHER, INSIDE) == {
            f"{WWW} A": ("192.0.2.1", "192.0.2.2"),
            f"{WWW} AAAA": ("2001:db8::2",),
            f"web-0.{WWW} A": ("192.0.2.1",),
        }

    def test_host_ip_has_the_first_internal_address_of_each(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", "one", host="web-0"), endpoint("10.1.0.2", "two"))
        assert found_of(typed("HostIP"), pods, DUAL, OTHER) == {
            f"{WWW} A": ("10.0.0.1", "10.0.0.2"),
            f"web-0.{WWW} A": ("10.0.0.1",),
        }

    def test_host_ip_is_an_external_one_where_the_node_has_no_other(self) -> None:
        outside = node("one", ("Hostname", "one"), ("ExternalIP", "192.0.2.1"))
        assert found_of(typed("HostIP"), endpoint_slice(endpoint("10.1.0.1", "one")), outside) == {
            f"{WWW} A": ("192.0.2.1",)
        }

    def test_a_cordoned_node_counts_because_its_pods_still_serve(self) -> None:
        cordoned = node("one", ("ExternalIP", "192.0.2.1"), cordoned=True)
        assert found_of(typed("NodeExternalIP"), endpoint_slice(endpoint("10.1.0.1", "one")), cordoned) == {
            f"{WWW} A": ("192.0.2.1",)
        }

    def test_a_setting_says_host_ip_for_all_services_that_do_not_say_otherwise(self) -> None:
        everywhere = Options(host_addresses=True)
        pods = endpoint_slice(endpoint("10.1.0.1", "one"))
        assert found_of(WEB, pods, DUAL, options=everywhere) == {f"{WWW} A": ("10.0.0.1",)}
        assert found_of(typed("NodeExternalIP"), pods, DUAL, options=everywhere) == {f"{WWW} A": ("192.0.2.1",)}

    def test_where_no_node_has_such_an_address_nothing_is_known(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", "three", host="web-0"))
        unknown = {f"{WWW} None": Unknown, f"web-0.{WWW} None": Unknown}
        assert found_of(typed("NodeExternalIP"), pods, INSIDE) == unknown
        assert found_of(typed("NodeExternalIP"), pods) == unknown

    def test_nodes_that_cannot_be_read_leave_all_names_unknown_and_other_services_alone(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", "one", host="web-0"))
        unknown = {f"{WWW} None": Unknown, f"web-0.{WWW} None": Unknown}
        assert found_of(typed("HostIP"), pods, unsynced=("Node",)) == unknown
        assert found_of(WEB, pods, unsynced=("Node",)) == {f"{WWW} A": ("10.1.0.1",), f"web-0.{WWW} A": ("10.1.0.1",)}

    def test_any_other_is_told(self) -> None:
        one = claims("service", typed("PodIP"), endpoint_slice(endpoint("10.1.0.1", "one")), DUAL)
        (complaint,) = complaints(one)
        assert (complaint.value, complaint.allowed) == ("PodIP", "NodeExternalIP or HostIP")


class TestUnreadyPods:
    def test_count_where_the_setting_says_so(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", ready=False))
        assert found_of(WEB, pods, options=Options(unready_pods=True)) == {f"{WWW} A": ("10.1.0.1",)}


class TestAPodsOwnTarget:
    def test_takes_the_place_of_its_address(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", host="web-0", of="web-0"), endpoint("10.1.0.2", of="web-1"))
        there = (pod("web-0", "192.0.2.8, 2001:db8::8"), pod("web-1"))
        assert found_of(WEB, pods, *there, options=OF_PODS) == {
            f"{WWW} A": ("10.1.0.2", "192.0.2.8"),
            f"{WWW} AAAA": ("2001:db8::8",),
            f"web-0.{WWW} A": ("192.0.2.8",),
            f"web-0.{WWW} AAAA": ("2001:db8::8",),
        }

    def test_may_be_a_name(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", of="web-0"))
        there = pod("web-0", "lb.example.net")
        assert found_of(WEB, pods, there, options=OF_PODS) == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_counts_before_the_addresses_of_its_node(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", "one", of="web-0"))
        there = pod("web-0", "192.0.2.8")
        assert found_of(typed("HostIP"), pods, DUAL, there, options=OF_PODS) == {f"{WWW} A": ("192.0.2.8",)}

    def test_is_not_read_without_the_setting_and_pods_are_not_either(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", of="web-0"))
        assert found_of(WEB, pods, pod("web-0", "192.0.2.8")) == {f"{WWW} A": ("10.1.0.1",)}
        of_pods, plain = (
            [one.kind for one in SOURCES["service"](options).resources()] for options in (OF_PODS, Options())
        )
        assert of_pods == [*plain, "Pod"]

    def test_that_is_bad_is_told_to_the_services_owner_and_leaves_all_as_it_is(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", host="web-0", of="web-0"))
        one = claims("service", WEB, pods, pod("web-0", "a b"), options=OF_PODS)
        (complaint,) = complaints(one)
        assert complaint.object.kind == "Service"
        assert complaint.text.startswith("Pod shop/web-0 in home: the annotation truenorth/target has the value 'a b'")
        assert found_of(WEB, pods, pod("web-0", "a b"), options=OF_PODS) == {
            f"{WWW} None": Unknown,
            f"web-0.{WWW} None": Unknown,
        }

    @pytest.mark.parametrize("unsynced", [("Pod",), ()])
    def test_of_pods_that_cannot_be_seen_may_be_anything(self, unsynced: tuple[str, ...]) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", host="web-0", of="web-0"))
        unknown = {f"{WWW} None": Unknown, f"web-0.{WWW} None": Unknown}
        assert found_of(WEB, pods, unsynced=unsynced, options=OF_PODS) == unknown

    def test_an_endpoint_that_is_no_pod_has_none(self) -> None:
        pods = endpoint_slice(endpoint("10.1.0.1", of="web-0", kind="Machine"))
        assert found_of(WEB, pods, options=OF_PODS) == {f"{WWW} A": ("10.1.0.1",)}

    def test_does_not_matter_where_the_service_has_a_target(self) -> None:
        said = service("ClusterIP", clusterIP="None", annotations=NAMED | {"truenorth/target": "192.0.2.9"})
        pods = endpoint_slice(endpoint("10.1.0.1", of="web-0"))
        one = claims("service", said, pods, pod("web-0", "a b"), options=OF_PODS)
        assert complaints(one) == []
