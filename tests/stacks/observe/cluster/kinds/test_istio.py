from __future__ import annotations

import pytest

from stacks.kube.objects import Manifest
from stacks.kube.slim import slim
from stacks.model.claims import Claim, Complaint
from stacks.model.values import Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.istio import GATEWAYS, VIRTUAL_SERVICES, IstioGateways, VirtualServices
from tests.stacks.observe.cluster.worlds import Caches, complaints, manifest, targets

WWW = "www.example.com"
EXTERNAL = "external-dns.alpha.kubernetes.io/"
SELECTOR = {"istio": "ingressgateway"}


def balancer(*addresses: str, selector: dict[str, str] | None = None, name: str = "ingress") -> Manifest:
    status = {"loadBalancer": {"ingress": [{"ip": one} for one in addresses]}}
    spec = {"type": "LoadBalancer", "selector": {"app": "istio", **(SELECTOR if selector is None else selector)}}
    return manifest("Service", name, spec, status=status, namespace="istio-system")


def gateway(*hosts: str, selector: dict[str, str] | None = None, annotations: dict[str, str] | None = None) -> Manifest:
    spec = {"selector": SELECTOR if selector is None else selector, "servers": [{"hosts": [one]} for one in hosts]}
    metadata = {"name": "edge", "namespace": "shop", "annotations": annotations or {}}
    made = {"metadata": metadata, "spec": spec}
    return {"kind": "Gateway", **slim(GATEWAYS, made)}


def virtual_service(
    *hosts: str, namespace: str = "shop", annotations: dict[str, str] | None = None, **spec: list[str]
) -> Manifest:
    metadata = {"name": "web", "namespace": namespace, "annotations": annotations or {}}
    made = {"metadata": metadata, "spec": {"hosts": list(hosts), "gateways": ["edge"], **spec}}
    return {"kind": "VirtualService", **slim(VIRTUAL_SERVICES, made)}


def of_gateways(*items: Manifest, unsynced: tuple[str, ...] = ()) -> tuple[Claim | Complaint, ...]:
    seen = IstioGateways(Options()).claims(Caches(items, unsynced))
    assert not isinstance(seen, Unknown)
    return seen.value


def of_virtual_services(
    *items: Manifest, unsynced: tuple[str, ...] = (), options: Options | None = None
) -> tuple[Claim | Complaint, ...]:
    seen = VirtualServices(options or Options()).claims(Caches(items, unsynced))
    assert not isinstance(seen, Unknown)
    return seen.value


class TestGateways:
    def test_have_their_hosts_at_the_load_balancers_that_they_select(self) -> None:
        other = balancer("192.0.2.9", selector={"istio": "other"}, name="other")
        seen = of_gateways(gateway(WWW, "*.apps.example.com"), balancer("192.0.2.2", "192.0.2.1"), other)
        addresses = ("192.0.2.1", "192.0.2.2")
        assert targets(seen) == {f"{WWW} A": addresses, "*.apps.example.com A": addresses}

    def test_have_hosts_without_their_namespaces_and_none_for_all(self) -> None:
        assert {*targets(of_gateways(gateway(f"shop/{WWW}", "*", "./*"), balancer("192.0.2.1")))} == {f"{WWW} A"}

    def test_have_the_targets_of_their_annotation(self) -> None:
        seen = of_gateways(gateway(WWW, annotations={f"{EXTERNAL}target": "192.0.2.9"}), balancer("192.0.2.1"))
        assert targets(seen) == {f"{WWW} A": ("192.0.2.9",)}

    @pytest.mark.parametrize("services", [(), (balancer(),)])
    def test_without_an_address_stay(self, services: tuple[Manifest, ...]) -> None:
        assert targets(of_gateways(gateway(WWW), *services)) == {f"{WWW} None": Unknown}

    def test_with_a_load_balancer_that_has_no_address_yet_stay(self) -> None:
        seen = of_gateways(gateway(WWW), balancer("192.0.2.1"), balancer(name="second"))
        assert targets(seen) == {f"{WWW} None": Unknown}

    def test_that_select_nothing_lead_to_no_load_balancer(self) -> None:
        assert targets(of_gateways(gateway(WWW, selector={}), balancer("192.0.2.1"))) == {f"{WWW} None": Unknown}

    def test_are_unknown_where_services_are(self) -> None:
        assert targets(of_gateways(gateway(WWW), unsynced=("Service",))) == {f"{WWW} None": Unknown}

    def test_tell_a_host_that_is_no_name(self) -> None:
        assert [one.value for one in complaints(of_gateways(gateway("a b")))] == ["a b"]


class TestVirtualServices:
    AT = balancer("192.0.2.1")

    def test_have_the_hosts_that_their_gateways_serve(self) -> None:
        seen = of_virtual_services(virtual_service(WWW, "other.example.net"), gateway("*.example.com"), self.AT)
        assert targets(seen) == {f"{WWW} A": ("192.0.2.1",)}

    @pytest.mark.parametrize(
        ("host", "namespace", "served"),
        [
            ("*", "team", True),
            (f"team/{WWW}", "team", True),
            (f"*/{WWW}", "team", True),
            (f"./{WWW}", "team", False),
            (f"./{WWW}", "shop", True),
            (f"other/{WWW}", "team", False),
            ("*.example.net", "team", False),
        ],
    )
    def test_are_served_where_the_gateway_takes_hosts_of_their_namespace(
        self, host: str, namespace: str, *, served: bool
    ) -> None:
        one = virtual_service(WWW, namespace=namespace, gateways=["shop/edge"])
        assert bool(targets(of_virtual_services(one, gateway(host), self.AT))) is served

    @pytest.mark.parametrize(("exported", "served"), [([], True), (["*"], True), (["shop"], True), (["other"], False)])
    def test_are_served_where_they_are_exported_to_the_gateway(self, exported: list[str], *, served: bool) -> None:
        one = virtual_service(WWW, exportTo=exported)
        assert bool(targets(of_virtual_services(one, gateway(WWW), self.AT))) is served

    def test_for_the_mesh_alone_have_no_names(self) -> None:
        assert of_virtual_services(virtual_service(WWW, gateways=["mesh"]), gateway(WWW), self.AT) == ()

    def test_with_short_hosts_have_no_names(self) -> None:
        assert targets(of_virtual_services(virtual_service("reviews"), gateway("*"), self.AT)) == {}

    def test_have_the_targets_and_settings_of_their_gateways_annotations(self) -> None:
        edge = gateway(WWW, annotations={f"{EXTERNAL}target": "192.0.2.9"})
        assert targets(of_virtual_services(virtual_service(WWW), edge, self.AT)) == {f"{WWW} A": ("192.0.2.9",)}

    @pytest.mark.parametrize("unsynced", [(), ("Gateway",), ("Service",)])
    def test_stay_where_their_gateway_or_its_address_is_not_known(self, unsynced: tuple[str, ...]) -> None:
        there = () if not unsynced else (gateway(WWW), self.AT)
        assert targets(of_virtual_services(virtual_service(WWW), *there, unsynced=unsynced)) == {f"{WWW} None": Unknown}

    def test_count_with_a_content_mode_only_where_the_settings_say_so(self) -> None:
        options = Options(opt_in=True)
        edge = gateway(WWW)
        assert of_virtual_services(virtual_service(WWW), edge, self.AT, options=options) == ()
        said = virtual_service(WWW, annotations={"truenorth/content-mode": "gateway-address"})
        assert {*targets(of_virtual_services(said, edge, self.AT, options=options))} == {f"{WWW} A"}

    def test_that_another_controller_names_do_not_count(self) -> None:
        one = virtual_service(WWW, annotations={f"{EXTERNAL}controller": "other"})
        assert of_virtual_services(one, gateway(WWW), self.AT) == ()
