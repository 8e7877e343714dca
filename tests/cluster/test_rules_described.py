"""Kinds of other programs, with their real definitions on a real API server."""

from __future__ import annotations

from typing import Any

import pytest

from lab.kube.cluster import Cluster
from lab.kube.programs import Programs
from tests.cluster.objects import Manifest
from tests.cluster.place import KEPT, Place, make_place

DEFINED_BY = ("contour", "istio-api", "openshift-api", "traefik")
AT = {"loadBalancer": {"ingress": [{"ip": "203.0.113.10"}]}}
WWW = "www.example.com"


@pytest.fixture(scope="module")
def described(kube_cluster: Cluster, deploy_tools: Programs) -> Cluster:
    for name in DEFINED_BY:
        kube_cluster.install_custom_resources(deploy_tools.definitions[name])
    return kube_cluster


@pytest.fixture
def place(described: Cluster) -> Place:
    return make_place(described, "described")


def made(api: str, kind: str, spec: dict[str, Any], **more: Any) -> Manifest:  # noqa: ANN401 - other fields
    metadata = {"name": "web", "annotations": more.pop("annotations", {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec, **more}


def balancer(name: str, **selector: str) -> Manifest:
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": selector or {"app": name}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec, "status": AT}


def test_a_contour_httpproxy_is_named_once_it_is_valid(place: Place) -> None:
    spec = {"virtualhost": {"fqdn": WWW}, "routes": [{"services": [{"name": "web", "port": 80}]}]}
    condition = {
        "type": "Valid",
        "status": "True",
        "reason": "Valid",
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    one = made("projectcontour.io/v1", "HTTPProxy", spec)
    place.put({**one, "status": {**AT, "conditions": [{**condition, "status": "False"}]}})
    assert place.served("contour-httpproxy") == {WWW: KEPT}
    place.put({**one, "status": {**AT, "conditions": [condition]}})
    assert place.served("contour-httpproxy") == {f"{WWW} A": ("203.0.113.10",)}


def test_an_openshift_route_is_an_alias_of_its_router(place: Place) -> None:
    spec = {"host": WWW, "to": {"kind": "Service", "name": "web", "weight": 100}}
    ingress = {"host": WWW, "routerName": "default", "routerCanonicalHostname": "router.apps.example.net"}
    place.put(made("route.openshift.io/v1", "Route", spec, status={"ingress": [ingress]}))
    assert place.served("openshift-route") == {f"{WWW} CNAME": ("router.apps.example.net",)}


def test_a_traefik_ingressroute_has_the_addresses_of_the_service_that_the_settings_name(place: Place) -> None:
    routes = [{"kind": "Rule", "match": f"Host(`{WWW}`) && PathPrefix(`/`)", "services": [{"name": "web", "port": 80}]}]
    place.put(made("traefik.io/v1alpha1", "IngressRoute", {"routes": routes}))
    assert place.served("traefik-ingressroute") == {WWW: KEPT}
    place.put(balancer("traefik"))
    services = {"traefik-ingressroute": f"{place.namespace}/traefik"}
    assert place.served("traefik-ingressroute", source_services=services) == {f"{WWW} A": ("203.0.113.10",)}


def test_a_traefik_ingressroutetcp_has_the_names_of_its_rules(place: Place) -> None:
    routes = [{"match": f"HostSNI(`{WWW}`)", "services": [{"name": "web", "port": 80}]}]
    said = {"external-dns.alpha.kubernetes.io/target": "203.0.113.11"}
    place.put(made("traefik.io/v1alpha1", "IngressRouteTCP", {"routes": routes}, annotations=said))
    assert place.served("traefik-ingressroutetcp") == {f"{WWW} A": ("203.0.113.11",)}


def test_an_istio_gateway_and_its_virtual_services_lead_to_the_load_balancer_that_it_selects(place: Place) -> None:
    selector = {"istio": place.namespace}
    server = {"hosts": ["*.example.com"], "port": {"name": "http", "number": 80, "protocol": "HTTP"}}
    place.put(balancer("ingress", **selector))
    place.put(made("networking.istio.io/v1", "Gateway", {"selector": selector, "servers": [server]}))
    place.put(
        made("networking.istio.io/v1", "VirtualService", {"hosts": [WWW, "other.example.net"], "gateways": ["web"]})
    )
    assert place.served("istio-gateway") == {"*.example.com A": ("203.0.113.10",)}
    assert place.served("istio-virtualservice") == {f"{WWW} A": ("203.0.113.10",)}


def test_a_kind_that_the_settings_describe_is_named(place: Place) -> None:
    kind = {
        "group": "projectcontour.io",
        "version": "v1",
        "kind": "HTTPProxy",
        "plural": "httpproxies",
        "names": ["spec.virtualhost.fqdn"],
        "addresses": ["status.loadBalancer.ingress[].ip"],
    }
    spec = {"virtualhost": {"fqdn": WWW}, "routes": [{"services": [{"name": "web", "port": 80}]}]}
    place.put(made("projectcontour.io/v1", "HTTPProxy", spec, status=AT))
    assert place.served("ingress", kinds=[kind]) == {f"{WWW} A": ("203.0.113.10",)}
