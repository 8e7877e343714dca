from __future__ import annotations

from typing import Any, cast

import pytest

from stacks.model.claims import Detected
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.hosts import HostAnswer, Hosts
from tests.stacks.observe.cluster.worlds import claims, complaints, manifest, one_claim, targets

WWW = "www.example.com"
EXTERNAL = "external-dns.alpha.kubernetes.io/"
NAMED = {f"{EXTERNAL}hostname": WWW}
KEPT = {f"{WWW} None": Unknown}


def service(
    kind: str,
    *,
    annotations: dict[str, str] | None = None,
    at: list[dict[str, str]] | None = None,
    name: str = "web",
    **spec: Any,  # noqa: ANN401 - a manifest's fields
) -> dict[str, Any]:
    status = {"loadBalancer": {"ingress": at or []}}
    said = NAMED if annotations is None else annotations
    return manifest("Service", name, {"type": kind, **spec}, status=status, annotations=said)


def node(
    name: str, *addresses: tuple[str, str], cordoned: bool = False, ready: str = "", excluded: bool = False
) -> dict[str, Any]:
    listed = [{"type": kind, "address": address} for kind, address in addresses]
    status: dict[str, Any] = {"addresses": listed}
    if ready:
        status["conditions"] = [{"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": ready}]
    labels = {"node.kubernetes.io/exclude-from-external-load-balancers": ""} if excluded else {}
    return manifest("Node", name, {"unschedulable": True} if cordoned else {}, status=status, labels=labels)


def pod(address: str, *, ready: bool | None = True, host: str = "", on: str = "") -> dict[str, Any]:
    """An endpoint of a slice."""
    conditions = {} if ready is None else {"ready": ready}
    return {
        "addresses": [address],
        "conditions": conditions,
        **({"hostname": host} if host else {}),
        **({"nodeName": on} if on else {}),
    }


def endpoint_slice(
    *pods: dict[str, Any], of: str = "web", kind: str = "IPv4", namespace: str = "shop"
) -> dict[str, Any]:
    labels = {"kubernetes.io/service-name": of} if of else {}
    one = manifest("EndpointSlice", f"{of}-{kind}-{namespace}", {}, labels=labels, namespace=namespace)
    return one | {"addressType": kind, "endpoints": list(pods)}


def found(*items: dict[str, Any], unsynced: tuple[str, ...] = (), options: Options | None = None) -> dict[str, object]:
    return targets(claims("service", *items, unsynced=unsynced, options=options))


class TestNames:
    def test_a_service_needs_a_hostname_annotation(self) -> None:
        assert found(service("LoadBalancer", at=[{"ip": "192.0.2.1"}], annotations={})) == {}

    @pytest.mark.parametrize(
        "annotation",
        ["truenorth/hostname", "external-dns.kubernetes.io/hostname", "external-dns.alpha.kubernetes.io/hostname"],
    )
    def test_it_may_be_any_vocabularys_and_name_several(self, annotation: str) -> None:
        balancer = service(
            "LoadBalancer", at=[{"ip": "192.0.2.1"}], annotations={annotation: "a.example.com, B.example.com."}
        )
        assert found(balancer) == {"a.example.com A": ("192.0.2.1",), "b.example.com A": ("192.0.2.1",)}

    def test_a_bad_one_is_told(self) -> None:
        one = claims("service", service("LoadBalancer", annotations={"truenorth/hostname": "a_b c"}))
        assert [complaint.annotation for complaint in complaints(one)] == ["truenorth/hostname"]
        assert targets(one) == {}

    def test_another_controllers_is_left_alone(self) -> None:
        said = NAMED | {f"{EXTERNAL}controller": "another"}
        assert found(service("LoadBalancer", at=[{"ip": "192.0.2.1"}], annotations=said)) == {}

    def test_where_the_settings_ask_for_it_only_those_with_a_content_mode_count(self) -> None:
        balancer = service("LoadBalancer", at=[{"ip": "192.0.2.1"}])
        asked = service("LoadBalancer", annotations=NAMED | {"truenorth/content-mode": "ddns"})
        assert found(balancer, options=Options(opt_in=True)) == {}
        assert found(asked, options=Options(opt_in=True)) == {f"{WWW} None": (Detected, "")}


class TestTypes:
    EACH = (
        service("LoadBalancer", at=[{"ip": "192.0.2.1"}]),
        service(
            "ExternalName",
            name="alias",
            annotations={f"{EXTERNAL}hostname": "b.example.com"},
            externalName="c.example.net",
        ),
        service(
            "ClusterIP", name="inside", annotations={f"{EXTERNAL}hostname": "d.example.com"}, clusterIP="192.0.2.2"
        ),
    )

    def test_count_all_unless_the_settings_choose(self) -> None:
        assert found(*self.EACH, options=Options(cluster_addresses=True)) == {
            f"{WWW} A": ("192.0.2.1",),
            "b.example.com CNAME": ("c.example.net",),
            "d.example.com A": ("192.0.2.2",),
        }

    def test_count_alone_where_the_settings_choose_them(self) -> None:
        chosen = Options(service_types=("LoadBalancer", "NodePort"), cluster_addresses=True)
        assert found(*self.EACH, options=chosen) == {f"{WWW} A": ("192.0.2.1",)}

    def test_that_are_not_chosen_wait_for_no_pods(self) -> None:
        headless = service("ClusterIP", clusterIP="None")
        assert found(headless, unsynced=("EndpointSlice",), options=Options(service_types=("NodePort",))) == {}


class TestLoadBalancers:
    def test_external_addresses_come_before_the_status(self) -> None:
        both = service("LoadBalancer", at=[{"ip": "192.0.2.1"}], externalIPs=["198.51.100.2", "198.51.100.1"])
        assert found(both) == {f"{WWW} A": ("198.51.100.1", "198.51.100.2")}

    def test_the_status_has_addresses_or_a_name(self) -> None:
        dual = service("LoadBalancer", at=[{"ip": "192.0.2.1"}, {"ip": "2001:db8::1"}])
        assert found(dual) == {f"{WWW} A": ("192.0.2.1",), f"{WWW} AAAA": ("2001:db8::1",)}
        assert found(service("LoadBalancer", at=[{"hostname": "lb.example.net"}])) == {
            f"{WWW} CNAME": ("lb.example.net",)
        }

    def test_one_that_has_no_address_is_unknown(self) -> None:
        assert found(service("LoadBalancer")) == KEPT

    def test_the_target_annotation_comes_first(self) -> None:
        said = service("LoadBalancer", at=[{"ip": "192.0.2.1"}], annotations=NAMED | {"truenorth/target": "192.0.2.9"})
        assert found(said) == {f"{WWW} A": ("192.0.2.9",)}


class TestResolvedLoadBalancers:
    def test_are_at_the_addresses_of_their_host_names(self) -> None:
        hosts = resolved("lb.example.net", "203.0.113.9", "2001:db8::9")
        balancer = service("LoadBalancer", at=[{"hostname": "lb.example.net"}])
        assert found(balancer, options=Options(hosts=hosts)) == {
            f"{WWW} A": ("203.0.113.9",),
            f"{WWW} AAAA": ("2001:db8::9",),
        }

    def test_keep_what_they_have_while_one_of_their_names_does_not_resolve(self) -> None:
        hosts = resolved("lb.example.net", "203.0.113.9")
        balancer = service("LoadBalancer", at=[{"hostname": "lb.example.net"}, {"hostname": "other.example.net"}])
        one = one_claim(claims("service", balancer, options=Options(hosts=hosts)))
        assert one.targets == Unknown(
            "Service shop/web in home: the host name other.example.net has not been resolved yet"
        )
        assert "other.example.net" in hosts.due(0)

    def test_have_the_addresses_of_the_status_too(self) -> None:
        hosts = resolved("lb.example.net", "203.0.113.9")
        balancer = service("LoadBalancer", at=[{"ip": "192.0.2.1"}, {"hostname": "lb.example.net"}])
        assert found(balancer, options=Options(hosts=hosts)) == {f"{WWW} A": ("192.0.2.1", "203.0.113.9")}

    def test_keep_the_name_of_a_tunnel_which_has_no_address(self) -> None:
        tunnel = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"
        balancer = service("LoadBalancer", at=[{"hostname": tunnel}])
        assert found(balancer, options=Options(hosts=Hosts())) == {f"{WWW} CNAME": (tunnel,)}

    def test_have_as_many_targets_as_a_name_may(self) -> None:
        hosts = resolved("lb.example.net", *(f"203.0.113.{number}" for number in range(1, 200)))
        balancer = service("LoadBalancer", at=[{"hostname": "lb.example.net"}])
        several = claims("service", balancer, options=Options(hosts=hosts, targets_per_name=100))
        (limit,) = complaints(several)
        assert len(cast("Known[tuple[str, ...]]", one_claim(several).targets).value) == 100
        assert f"{WWW} has too many targets" in limit.text

    @pytest.mark.parametrize(
        "other",
        [
            service("ExternalName", externalName="lb.example.net"),
            service("LoadBalancer", at=[{"hostname": "lb.example.net"}], externalIPs=["198.51.100.1"]),
            service("LoadBalancer", at=[{"hostname": "lb.example.net"}], annotations={}),
        ],
    )
    def test_nothing_else_is_asked_for(self, other: dict[str, Any]) -> None:
        hosts = Hosts()
        found(other, options=Options(hosts=hosts))
        assert hosts.due(0) == ()

    def test_a_name_that_no_service_has_any_more_is_not_asked_again(self) -> None:
        hosts = Hosts()
        options = Options(hosts=hosts)
        found(service("LoadBalancer", at=[{"hostname": "lb.example.net"}]), options=options)
        found(service("LoadBalancer", at=[{"hostname": "new.example.net"}]), options=options)
        assert hosts.due(0) == ("new.example.net",)


def resolved(host: str, *addresses: str) -> Hosts:
    """Host names of which one has been resolved."""
    hosts = Hosts()
    hosts.addresses(host)
    hosts.note({host: HostAnswer(Known(addresses), 1e12)})
    return hosts


class TestNodePorts:
    NODES = (
        node("one", ("ExternalIP", "192.0.2.1"), ("InternalIP", "10.0.0.1"), ("Hostname", "one")),
        node("two", ("InternalIP", "10.0.0.2")),
        node("three", ("InternalIP", "10.0.0.3"), ("ExternalIP", "192.0.2.3")),
    )
    PORTS = [  # noqa: RUF012 - never changed
        {"port": 80, "nodePort": 30080, "protocol": "TCP"},
        {"port": 443, "nodePort": 30443},
        {"port": 53, "nodePort": 30053, "protocol": "UDP"},
        {"port": 9},
    ]

    def test_the_nodes_external_addresses_are_the_targets(self) -> None:
        assert found(service("NodePort"), *self.NODES) == {f"{WWW} A": ("192.0.2.1", "192.0.2.3")}

    def test_where_no_node_has_one_the_internal_ones_are(self) -> None:
        assert found(service("NodePort"), self.NODES[1], node("four", ("InternalIP", "10.0.0.4"))) == {
            f"{WWW} A": ("10.0.0.2", "10.0.0.4")
        }

    def test_the_access_annotation_chooses(self) -> None:
        private = service("NodePort", annotations=NAMED | {f"{EXTERNAL}access": "private"})
        assert found(private, *self.NODES) == {f"{WWW} A": ("10.0.0.1", "10.0.0.2", "10.0.0.3")}
        public = service("NodePort", annotations=NAMED | {f"{EXTERNAL}access": "public"})
        assert found(public, self.NODES[1]) == KEPT

    def test_with_the_policy_local_only_nodes_with_ready_pods_count(self) -> None:
        local = service("NodePort", externalTrafficPolicy="Local")
        pods = endpoint_slice(pod("10.1.0.1", on="one", ready=False), pod("10.1.0.3", on="three"), pod("10.1.0.4"))
        assert found(local, *self.NODES, pods) == {f"{WWW} A": ("192.0.2.3",)}
        others = endpoint_slice(pod("10.1.0.1", on="one"), of="other"), endpoint_slice(pod("10.1.0.1", on="one"), of="")
        assert found(local, *self.NODES, pods, *others) == {f"{WWW} A": ("192.0.2.3",)}
        assert found(service("NodePort"), *self.NODES, pods) == {f"{WWW} A": ("192.0.2.1", "192.0.2.3")}

    def test_with_the_policy_local_and_no_ready_pod_they_are_unknown(self) -> None:
        local = service("NodePort", externalTrafficPolicy="Local")
        assert found(local, *self.NODES, endpoint_slice(pod("10.1.0.1", on="one", ready=False))) == KEPT
        assert found(local, *self.NODES, unsynced=("EndpointSlice",)) == KEPT

    @pytest.mark.parametrize("ready", ["False", "Unknown"])
    def test_nodes_that_are_not_ready_do_not_count_where_others_do(self, ready: str) -> None:
        up = node("one", ("ExternalIP", "192.0.2.1"), ready="True")
        off = node("off", ("ExternalIP", "192.0.2.9"), ready=ready)
        assert found(service("NodePort"), up, off) == {f"{WWW} A": ("192.0.2.1",)}
        assert found(service("NodePort"), off) == KEPT

    def test_a_node_that_says_nothing_of_it_counts(self) -> None:
        silent = node("new", ("ExternalIP", "192.0.2.1"))
        assert found(service("NodePort"), silent) == {f"{WWW} A": ("192.0.2.1",)}

    def test_no_internal_address_comes_in_because_the_node_with_the_external_one_is_not_ready(self) -> None:
        edge = node("edge", ("ExternalIP", "192.0.2.1"), ready="False")
        inner = node("inner", ("InternalIP", "10.0.0.2"), ready="True")
        assert found(service("NodePort"), edge, inner) == KEPT

    def test_nodes_that_load_balancers_leave_out_never_count(self) -> None:
        plane = node("plane", ("ExternalIP", "192.0.2.9"), ready="True", excluded=True)
        assert found(service("NodePort"), node("one", ("ExternalIP", "192.0.2.1")), plane) == {
            f"{WWW} A": ("192.0.2.1",)
        }
        assert found(service("NodePort"), plane) == KEPT

    def test_nodes_that_are_cordoned_count_only_where_the_settings_say_so(self) -> None:
        nodes = (self.NODES[0], node("four", ("ExternalIP", "192.0.2.4"), cordoned=True))
        assert found(service("NodePort"), *nodes) == {f"{WWW} A": ("192.0.2.1",)}
        assert found(service("NodePort"), *nodes, options=Options(cordoned_nodes=True)) == {
            f"{WWW} A": ("192.0.2.1", "192.0.2.4")
        }

    def test_without_a_node_they_are_unknown(self) -> None:
        assert found(service("NodePort")) == KEPT
        assert found(service("NodePort"), *self.NODES, unsynced=("Node",)) == KEPT

    def test_the_ports_are_srv_records_a_protocol(self) -> None:
        ported = service("NodePort", ports=self.PORTS, annotations=NAMED | {"truenorth/ttl": "60"})
        assert found(ported, *self.NODES) == {
            f"{WWW} A": ("192.0.2.1", "192.0.2.3"),
            f"_web._tcp.{WWW} SRV": (f"0 50 30080 {WWW}", f"0 50 30443 {WWW}"),
            f"_web._udp.{WWW} SRV": (f"0 50 30053 {WWW}",),
        }

    def test_a_bad_annotation_keeps_the_srv_records_too_and_is_told_once(self) -> None:
        bad = service("NodePort", ports=self.PORTS[:1], annotations=NAMED | {"truenorth/ttl": "x"})
        one = claims("service", bad, *self.NODES)
        assert targets(one) == KEPT | {f"_web._tcp.{WWW} SRV": Unknown}
        assert len(complaints(one)) == 1

    def test_targets_of_its_own_or_detected_ones_have_no_ports(self) -> None:
        for said in ({"truenorth/target": "192.0.2.9"}, {"truenorth/content-mode": "ddns"}):
            assert len(found(service("NodePort", ports=self.PORTS, annotations=NAMED | said), *self.NODES)) == 1


class TestHeadless:
    WEB = service("ClusterIP", clusterIP="None")

    def test_the_ready_addresses_of_its_endpoint_slices_are_the_targets(self) -> None:
        four = endpoint_slice(pod("10.1.0.2"), pod("10.1.0.1", ready=None), pod("10.1.0.3", ready=False))
        six = endpoint_slice(pod("2001:db8::1"), kind="IPv6")
        others = (
            endpoint_slice(pod("10.1.0.9"), of="other"),
            endpoint_slice(pod("10.1.0.9"), namespace="bank"),
            endpoint_slice(pod("pod.example.net"), kind="FQDN"),
        )
        assert found(self.WEB, four, six, *others) == {
            f"{WWW} A": ("10.1.0.1", "10.1.0.2"),
            f"{WWW} AAAA": ("2001:db8::1",),
        }

    def test_those_that_are_not_ready_count_where_the_service_publishes_them(self) -> None:
        web = service("ClusterIP", clusterIP="None", publishNotReadyAddresses=True)
        assert found(web, endpoint_slice(pod("10.1.0.1", ready=False))) == {f"{WWW} A": ("10.1.0.1",)}

    def test_of_several_addresses_of_a_pod_the_first_counts(self) -> None:
        both = pod("10.1.0.1") | {"addresses": ["10.1.0.1", "10.1.0.2"]}
        assert found(self.WEB, endpoint_slice(both)) == {f"{WWW} A": ("10.1.0.1",)}

    def test_a_pod_with_a_host_name_has_a_record_of_its_own(self) -> None:
        pods = endpoint_slice(pod("10.1.0.1", host="web-0"), pod("10.1.0.2", host="web-1", ready=False))
        assert found(self.WEB, pods) == {
            f"{WWW} A": ("10.1.0.1",),
            f"web-0.{WWW} A": ("10.1.0.1",),
            f"web-1.{WWW} None": Unknown,
        }

    def test_below_a_wildcard_no_pod_has_one_because_the_wildcard_has_it_already(self) -> None:
        web = service("ClusterIP", clusterIP="None", annotations={f"{EXTERNAL}hostname": "*.example.com, example.com"})
        assert found(web, endpoint_slice(pod("10.1.0.1", host="web-0"))) == {
            "*.example.com A": ("10.1.0.1",),
            "example.com A": ("10.1.0.1",),
            "web-0.example.com A": ("10.1.0.1",),
        }

    def test_without_a_ready_pod_they_are_unknown(self) -> None:
        assert found(self.WEB) == KEPT
        assert found(self.WEB, endpoint_slice(pod("10.1.0.1", ready=False))) == KEPT

    def test_slices_that_cannot_be_seen_hide_names_so_that_the_source_is_unknown(self) -> None:
        assert claims("service", self.WEB, unsynced=("EndpointSlice",)) == Unknown("the cache has not synced")
        silent = service("ClusterIP", clusterIP="None", annotations={}, name="silent")
        balancer = service("LoadBalancer", at=[{"ip": "192.0.2.1"}])
        assert found(silent, balancer, unsynced=("EndpointSlice",)) == {f"{WWW} A": ("192.0.2.1",)}

    def test_the_target_annotation_stands_for_all_of_it(self) -> None:
        said = service("ClusterIP", clusterIP="None", annotations=NAMED | {"truenorth/target": "192.0.2.9"})
        assert found(said, endpoint_slice(pod("10.1.0.1", host="web-0"))) == {f"{WWW} A": ("192.0.2.9",)}


class TestExternalNames:
    def test_they_are_cnames(self) -> None:
        assert found(service("ExternalName", externalName="Shop.example.net")) == {
            f"{WWW} CNAME": ("shop.example.net",)
        }

    def test_external_addresses_come_first(self) -> None:
        both = service("ExternalName", externalName="shop.example.net", externalIPs=["192.0.2.1"])
        assert found(both) == {f"{WWW} A": ("192.0.2.1",)}

    def test_without_a_name_they_are_unknown(self) -> None:
        assert found(service("ExternalName")) == KEPT


class TestClusterAddresses:
    def test_they_are_named_only_when_asked_for(self) -> None:
        inner = service("ClusterIP", clusterIP="10.96.0.1")
        assert found(inner) == {}
        assert found(inner, options=Options(cluster_addresses=True)) == {f"{WWW} A": ("10.96.0.1",)}
        untyped = service("", clusterIP="10.96.0.1")
        assert found(untyped, options=Options(cluster_addresses=True)) == {f"{WWW} A": ("10.96.0.1",)}

    def test_the_service_may_ask_for_it(self) -> None:
        said = {f"{EXTERNAL}internal-hostname": "in.example.com"}
        dual = service("LoadBalancer", clusterIP="10.96.0.1", clusterIPs=["10.96.0.1", "fd00::1"], annotations=said)
        assert found(dual) == {"in.example.com A": ("10.96.0.1",), "in.example.com AAAA": ("fd00::1",)}

    def test_a_headless_service_has_none(self) -> None:
        said = {f"{EXTERNAL}internal-hostname": "in.example.com"}
        assert found(service("ClusterIP", clusterIP="None", annotations=said)) == {}

    def test_one_that_has_none_yet_is_unknown(self) -> None:
        assert found(service("ClusterIP"), options=Options(cluster_addresses=True)) == KEPT

    def test_targets_that_are_said_need_not_be_asked_for(self) -> None:
        said = service("ClusterIP", clusterIP="10.96.0.1", annotations=NAMED | {"truenorth/target": "192.0.2.9"})
        assert found(said) == {f"{WWW} A": ("192.0.2.9",)}


def test_a_cache_that_has_not_synced_is_unknown() -> None:
    assert isinstance(claims("service", service("LoadBalancer"), unsynced=("Service",)), Unknown)


def test_the_settings_of_a_service_are_read() -> None:
    said = NAMED | {"truenorth/ttl": "60", f"{EXTERNAL}cloudflare-proxied": "true"}
    one = one_claim(claims("service", service("LoadBalancer", at=[{"ip": "192.0.2.1"}], annotations=said)))
    assert (one.ttl, one.proxied) == (60, True)
