"""A real Traefik serves what objects ask for, and TrueNorth makes the records of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.kube.cluster import Cluster
from lab.kube.programs import Programs
from tests.cli.clusters import at, follow, up
from tests.cli.conftest import Inside
from tests.cli.traefik import PATIENCE, Traefik, backend, traefik
from tests.cluster.objects import GATEWAY_API, Manifest, manifest
from tests.cluster.place import Place, make_place

CLASSES = (
    ("networking.k8s.io/v1", "IngressClass", "controller", "traefik.io/ingress-controller"),
    (GATEWAY_API, "GatewayClass", "controllerName", "traefik.io/gateway-controller"),
)
BALANCER, ADDRESS, WORDS = "traefik", "192.0.2.1", "served by the pods"
ROUTE, INGRESS, GATEWAY_ROUTE = "route.example.com", "ingress.example.com", "gateway.example.com"


@pytest.fixture
def place(kube_cluster: Cluster, deploy_tools: Programs) -> Place:
    kube_cluster.install_custom_resources(deploy_tools.definitions["traefik"])
    for api_version, kind, key, controller in CLASSES:
        kube_cluster.admin.apply(manifest(api_version, kind, BALANCER, spec={key: controller}))
    return make_place(kube_cluster, "traefik")


@pytest.fixture
def running(place: Place, tmp_path: Path) -> Iterator[Traefik]:
    """A Traefik behind a load balancer's Service, in front of pods that answer; no status is written but the Service's.

    Each of its three kinds of object asks for a name.
    """
    with backend(WORDS) as port:
        at = {"loadBalancer": {"ingress": [{"ip": ADDRESS}]}}
        balancer = {"type": "LoadBalancer", "ports": [{"port": 80}]}
        pods = {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]}
        place.put(manifest("v1", "Service", BALANCER, spec=balancer, status=at))
        place.put(manifest("v1", "Service", "pods", spec=pods), ingress_route(port), ingress(port), route())
        with traefik(place.cluster, place.namespace, BALANCER, tmp_path) as one:
            place.put(gateway(one.port))
            yield one


def ingress_route(port: int) -> Manifest:
    routes = [{"match": f"Host(`{ROUTE}`)", "kind": "Rule", "services": [{"name": "pods", "port": port}]}]
    return manifest("traefik.io/v1alpha1", "IngressRoute", "web", spec={"entryPoints": ["web"], "routes": routes})


def ingress(port: int) -> Manifest:
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "pods", "port": {"number": port}}}}
    spec = {"ingressClassName": BALANCER, "rules": [{"host": INGRESS, "http": {"paths": [path]}}]}
    return manifest("networking.k8s.io/v1", "Ingress", "web", spec=spec)


def gateway(port: int) -> Manifest:
    spec = {"gatewayClassName": BALANCER, "listeners": [{"name": "web", "protocol": "HTTP", "port": port}]}
    return manifest(GATEWAY_API, "Gateway", "edge", spec=spec)


def route() -> Manifest:
    """A route that is answered by Traefik itself: its Gateway API part has no Services of type ExternalName."""
    away = {"type": "RequestRedirect", "requestRedirect": {"hostname": ROUTE, "statusCode": 302}}
    spec = {"parentRefs": [{"name": "edge"}], "hostnames": [GATEWAY_ROUTE], "rules": [{"filters": [away]}]}
    return manifest(GATEWAY_API, "HTTPRoute", "web", spec=spec)


def test_what_traefik_serves_gets_records_that_point_at_it(running: Traefik, inside: Inside, place: Place) -> None:
    expected = {ROUTE: (200, WORDS), INGRESS: (200, WORDS), GATEWAY_ROUTE: (302, "Found")}
    sources = ["ingress", "gateway-httproute", "traefik-ingressroute"]
    service = f"{place.namespace}/{BALANCER}"
    follow(inside, place, sources=sources, cluster=at(place, source_services={"traefik-ingressroute": service}))
    until = time.monotonic() + PATIENCE
    while (served := {host: running.answer(host) for host in expected}) != expected:
        assert time.monotonic() < until, served
    up(inside)
    while inside.zone() != {
        f"{host}/A": ADDRESS for host in expected
    }:  # Traefik writes a status when it serves already
        assert time.monotonic() < until, inside.zone()
        up(inside)

    place.delete(ingress_route(80))
    while running.answer(ROUTE)[0] != 404:
        assert time.monotonic() < until + PATIENCE
    assert up(inside) == {f"{ROUTE}/A": "delete", f"{ROUTE}/A/mark": "delete"}
