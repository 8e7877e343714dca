"""The rules for Services, and for Nodes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from tests.cluster.objects import endpoint_slice, manifest, node, pod, service
from tests.cluster.place import KEPT, Place

WWW = "www.example.com"
SERVED = {f"{WWW} A": ("192.0.2.1",)}
AT = ({"ip": "192.0.2.1"},)
HEADLESS: dict[str, Any] = {"clusterIP": "None"}


class TestNames:
    @pytest.mark.parametrize(
        "annotation",
        ["truenorth/hostname", "external-dns.kubernetes.io/hostname", "external-dns.alpha.kubernetes.io/hostname"],
    )
    def test_are_those_of_the_hostname_annotation(self, place: Place, annotation: str) -> None:
        place.put(service("LoadBalancer", at=AT, annotations={annotation: f"{WWW}, api.example.com"}))
        assert place.served("service") == {"api.example.com A": ("192.0.2.1",), **SERVED}

    def test_are_none_without_it(self, place: Place) -> None:
        place.put(service("LoadBalancer", at=AT, annotations={}))
        assert place.served("service") == {}


class TestLoadBalancer:
    def test_has_the_addresses_of_its_status(self, place: Place) -> None:
        place.put(service("LoadBalancer", at=[{"ip": "192.0.2.2"}, {"ip": "192.0.2.1"}]))
        assert place.served("service") == {f"{WWW} A": ("192.0.2.1", "192.0.2.2")}
        place.put(service("LoadBalancer", at=[{"hostname": "lb.example.net"}]))
        assert place.served("service") == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_has_its_external_addresses_before_those_of_the_status(self, place: Place) -> None:
        place.put(service("LoadBalancer", at=AT, externalIPs=["198.51.100.1"]))
        assert place.served("service") == {f"{WWW} A": ("198.51.100.1",)}

    def test_without_an_address_is_unknown(self, place: Place) -> None:
        place.put(service("LoadBalancer", at=AT))
        place.put(service("LoadBalancer"))
        assert place.served("service") == {WWW: KEPT}


@pytest.mark.usefixtures("no_nodes")
class TestNodePort:
    def a_and_b(self, place: Place) -> None:
        place.put(
            node("a", ("ExternalIP", "192.0.2.1"), ("InternalIP", "10.0.0.1")),
            node("b", ("ExternalIP", "192.0.2.2"), ("InternalIP", "10.0.0.2")),
        )

    def addresses(self, place: Place, **settings: object) -> object:
        return place.served("service", **settings).get(f"{WWW} A", KEPT)

    def test_is_at_the_external_addresses_of_the_nodes(self, place: Place) -> None:
        self.a_and_b(place)
        place.put(service("NodePort"))
        assert self.addresses(place) == ("192.0.2.1", "192.0.2.2")

    def test_is_at_the_internal_ones_where_no_node_has_an_external_one(self, place: Place) -> None:
        place.put(node("a", ("InternalIP", "10.0.0.1")), service("NodePort"))
        assert self.addresses(place) == ("10.0.0.1",)

    def test_has_a_record_of_the_port_that_the_api_server_has_given(self, place: Place) -> None:
        self.a_and_b(place)
        place.put(service("NodePort"))
        made = place.cluster.admin.call("GET", f"/api/v1/namespaces/{place.namespace}/services/web")
        port = made["spec"]["ports"][0]["nodePort"]
        assert place.served("service")[f"_web._tcp.{WWW} SRV"] == (f"0 50 {port} {WWW}",)

    def test_with_the_policy_local_is_only_at_nodes_with_ready_pods(self, place: Place) -> None:
        self.a_and_b(place)
        place.put(service("NodePort", externalTrafficPolicy="Local"))
        place.put(endpoint_slice(pod("10.1.0.1", on="a", ready=False), pod("10.1.0.2", on="b")))
        assert self.addresses(place) == ("192.0.2.2",)
        place.put(endpoint_slice(pod("10.1.0.1", on="a", ready=False), pod("10.1.0.2", on="b", ready=False)))
        assert self.addresses(place) == KEPT

    def test_without_a_node_is_unknown(self, place: Place) -> None:
        place.put(service("NodePort"))
        assert self.addresses(place) == KEPT

    def test_is_not_at_a_cordoned_node_unless_the_settings_say_so(self, place: Place) -> None:
        self.a_and_b(place)
        place.put(node("b", ("ExternalIP", "192.0.2.2"), unschedulable=True), service("NodePort"))
        assert self.addresses(place) == ("192.0.2.1",)
        assert self.addresses(place, cordoned_nodes=True) == ("192.0.2.1", "192.0.2.2")

    @pytest.mark.parametrize("ready", ["False", "Unknown"])
    def test_is_not_at_a_node_that_is_not_ready_where_another_one_is(self, place: Place, ready: str) -> None:
        self.a_and_b(place)
        place.put(node("b", ("ExternalIP", "192.0.2.2"), ready=ready), service("NodePort"))
        assert self.addresses(place) == ("192.0.2.1",)
        place.put(node("a", ("ExternalIP", "192.0.2.1"), ready=ready))
        assert self.addresses(place) == KEPT

    def test_is_not_at_a_node_that_load_balancers_leave_out(self, place: Place) -> None:
        self.a_and_b(place)
        excluded = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}
        place.put(node("b", ("ExternalIP", "192.0.2.2"), labels=excluded), service("NodePort"))
        assert self.addresses(place) == ("192.0.2.1",)


class TestHeadless:
    def test_is_at_the_ready_addresses_of_its_endpoint_slices(self, place: Place) -> None:
        place.put(
            service("ClusterIP", **HEADLESS),
            endpoint_slice(pod("10.1.0.2"), pod("10.1.0.1", ready=None), pod("10.1.0.3", ready=False)),
            endpoint_slice(pod("2001:db8::1"), kind="IPv6"),
            endpoint_slice(pod("10.1.0.9"), of="other"),
        )
        assert place.served("service") == {
            f"{WWW} A": ("10.1.0.1", "10.1.0.2"),
            f"{WWW} AAAA": ("2001:db8::1",),
        }

    def test_has_the_others_too_where_it_publishes_them(self, place: Place) -> None:
        place.put(service("ClusterIP", **HEADLESS, publishNotReadyAddresses=True))
        place.put(endpoint_slice(pod("10.1.0.1", ready=False)))
        assert place.served("service") == {f"{WWW} A": ("10.1.0.1",)}

    def test_has_a_name_for_each_pod_that_has_one(self, place: Place) -> None:
        place.put(service("ClusterIP", **HEADLESS))
        place.put(endpoint_slice(pod("10.1.0.1", host="web-0"), pod("10.1.0.2", host="web-1")))
        assert place.served("service") == {
            f"{WWW} A": ("10.1.0.1", "10.1.0.2"),
            f"web-0.{WWW} A": ("10.1.0.1",),
            f"web-1.{WWW} A": ("10.1.0.2",),
        }

    def test_without_a_ready_pod_is_unknown(self, place: Place) -> None:
        place.put(service("ClusterIP", **HEADLESS), endpoint_slice(pod("10.1.0.1", ready=False)))
        assert place.served("service") == {WWW: KEPT}


class TestExternalName:
    def test_is_an_alias(self, place: Place) -> None:
        place.put(service("ExternalName", externalName="shop.example.net", ports=[]))
        assert place.served("service") == {f"{WWW} CNAME": ("shop.example.net",)}


class TestClusterIP:
    def test_is_named_only_when_asked_for(self, place: Place) -> None:
        place.put(service("ClusterIP"))
        assert place.served("service") == {}
        made = place.cluster.admin.call("GET", f"/api/v1/namespaces/{place.namespace}/services/web")
        assert place.served("service", cluster_addresses=True) == {f"{WWW} A": (made["spec"]["clusterIP"],)}

    def test_may_ask_itself_by_another_annotation(self, place: Place) -> None:
        said = {"external-dns.alpha.kubernetes.io/internal-hostname": WWW}
        place.put(service("ClusterIP", annotations=said))
        made = place.cluster.admin.call("GET", f"/api/v1/namespaces/{place.namespace}/services/web")
        assert place.served("service") == {f"{WWW} A": (made["spec"]["clusterIP"],)}


@pytest.mark.usefixtures("no_nodes")
class TestNode:
    NAMED = MappingProxyType({"truenorth/hostname": "a.example.com"})

    def test_has_the_names_of_its_annotation_at_its_external_addresses(self, place: Place) -> None:
        place.put(node("a", ("ExternalIP", "192.0.2.1"), ("InternalIP", "10.0.0.1"), annotations=self.NAMED))
        assert place.served("node") == {"a.example.com A": ("192.0.2.1",)}

    def test_has_its_own_name_where_that_is_one_in_full(self, place: Place) -> None:
        place.put(node("b.example.com", ("InternalIP", "10.0.0.1")), node("c", ("InternalIP", "10.0.0.2")))
        assert place.served("node") == {"b.example.com A": ("10.0.0.1",)}


def test_the_targets_of_the_annotation_come_first(place: Place) -> None:
    said = {"external-dns.kubernetes.io/hostname": WWW, "external-dns.kubernetes.io/target": "198.51.100.1"}
    place.put(service("ClusterIP", annotations=said), service("LoadBalancer", at=AT, name="lb", annotations=said))
    assert place.served("service") == {f"{WWW} A": ("198.51.100.1",)}


def test_a_slice_of_a_service_elsewhere_is_not_its(place: Place) -> None:
    elsewhere = place.other("elsewhere")
    labels = {"kubernetes.io/service-name": "web"}
    other = manifest("discovery.k8s.io/v1", "EndpointSlice", "web", labels=labels, namespace=elsewhere)
    place.put(service("ClusterIP", **HEADLESS), other | {"addressType": "IPv4", "endpoints": [pod("10.1.0.9")]})
    assert place.served("service", namespaces=(place.namespace, elsewhere)) == {WWW: KEPT}
