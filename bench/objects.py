"""Many objects of a cluster, for measuring: HTTPRoutes on one Gateway, DNSEndpoints and Ingresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from bench.campaigns.paper import ZONE
from lab.kube.client import Client
from lab.kube.cluster import Cluster

_GATEWAY_API = "gateway.networking.k8s.io/v1"
_THREADS = 2
_NAMESPACE = "default"


def make_routes(cluster: Cluster, count: int) -> None:
    """A Gateway with an address, and routes that it has accepted."""
    listener = {"name": "http", "port": 80, "protocol": "HTTP", "hostname": f"*.{ZONE}"}
    gateway = _object(_GATEWAY_API, "Gateway", "gateway", {"gatewayClassName": "bench", "listeners": [listener]})
    _make(cluster.admin, gateway, {"addresses": [{"type": "IPAddress", "value": "203.0.113.7"}]})
    condition = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}
    parent = {
        "parentRef": {"name": "gateway"},
        "controllerName": "example.com/controller",
        "conditions": [{**condition, "lastTransitionTime": "2026-01-01T00:00:00Z"}],
    }
    _in_parallel(cluster, range(count), lambda client, n: _make(client, route(n, f"r{n}"), {"parents": [parent]}))


def route(number: int, host: str) -> dict[str, Any]:
    """A route for one name."""
    spec = {"parentRefs": [{"name": "gateway"}], "hostnames": [f"{host}.{ZONE}"]}
    return _object(_GATEWAY_API, "HTTPRoute", f"r{number}", spec)


def rename(client: Client, number: int, host: str) -> None:
    """Give a route another name."""
    client.apply(route(number, host))


def make_endpoints(cluster: Cluster, count: int) -> None:
    """DNSEndpoints with a CNAME each, and the status that external-dns writes: five a second, before its first plan."""
    _in_parallel(cluster, range(count), _make_endpoint)


def _make_endpoint(client: Client, number: int) -> None:
    record = {"dnsName": f"e{number}.{ZONE}", "recordType": "CNAME", "targets": ["tunnel.example.net"]}
    endpoint = _object("externaldns.k8s.io/v1alpha1", "DNSEndpoint", f"e{number}", {"endpoints": [record]})
    _make(client, endpoint, {"observedGeneration": 1})


def make_ingresses(cluster: Cluster, count: int) -> None:
    """Ingresses, each with a host and an address."""
    _in_parallel(cluster, range(count), _make_ingress)


def _make_ingress(client: Client, number: int) -> None:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    paths = {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}
    spec = {"rules": [{"host": f"i{number}.{ZONE}", "http": paths}]}
    ingress = _object("networking.k8s.io/v1", "Ingress", f"i{number}", spec)
    _make(client, ingress, {"loadBalancer": {"ingress": [{"ip": "203.0.113.8"}]}})


def _object(api_version: str, kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"namespace": _NAMESPACE, "name": name}, "spec": spec}


def _make(client: Client, manifest: dict[str, Any], status: dict[str, Any]) -> None:
    """Applied, so that what changes later is applied by the same manager."""
    client.apply(manifest)
    client.set_status(manifest, status)


def _in_parallel(cluster: Cluster, numbers: Iterable[int], make: Callable[[Client, int], None]) -> None:
    """A client is one thread's."""
    wanted = list(numbers)

    def some(first: int) -> None:
        with closing(Client(cluster.server, cluster.authority, cluster.token)) as client:
            for number in wanted[first::_THREADS]:
                make(client, number)

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(some, range(_THREADS)))
