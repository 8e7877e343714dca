"""A configuration of external-dns, and the objects of those who move in from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lab.kube.client import Client
from tests.cluster.objects import (
    Manifest,
    allow,
    dns_endpoint,
    gateway,
    ingress,
    listener,
    route,
)

COM, ORG = "example.com", "example.org"
NETWORK, APPS, OTHERS = "network", "apps", "others"
NAMESPACES = (NETWORK, APPS, OTHERS)
ALPHA, E = "external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/"
TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"
ROUTES = "gateway-httproute"
PROXIED = ("--cloudflare-proxied",)
_NOTHING: Mapping[tuple[str, str], str] = MappingProxyType({})


@dataclass(frozen=True)
class Configuration:
    """What external-dns is told, and TrueNorth.

    zones: those of the token; filtered: whether external-dns is told them. differs: names and types at which the two
    differ, each with the reason.
    """

    sources: tuple[str, ...]
    flags: tuple[str, ...]
    settings: Mapping[str, Any]
    objects: tuple[Manifest, ...]
    zones: tuple[str, ...] = (COM,)
    filtered: bool = True
    differs: Mapping[tuple[str, str], str] = field(default_factory=lambda: _NOTHING)


def make(client: Client, objects: tuple[Manifest, ...]) -> None:
    """Make the objects, with their status, and no others of their kinds."""
    for name in NAMESPACES:
        client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for one in objects:
        made = {key: value for key, value in one.items() if key != "status"}
        client.apply(made)
        if "status" in one:
            client.set_status(made, one["status"])


def edges(*, domain: str = COM, labels: bool = False) -> tuple[Manifest, ...]:
    """An external Gateway behind a tunnel, and an internal one, each with the name that stands for it."""

    def edge(name: str, address: str) -> Manifest:
        listeners = [
            listener("http", "HTTP", 80, allowed=allow("Same")),
            listener("web", "HTTP", 8080, allowed=allow("All")),
        ]
        return gateway(
            address,
            name=name,
            namespace=NETWORK,
            listeners=listeners,
            annotations={f"{ALPHA}target": f"{name}.{domain}"},
            labels={"dns": "public" if name == "external" else "private"} if labels else {},
        )

    redirect = [{"name": name, "sectionName": "http"} for name in ("external", "internal")]
    return (
        edge("external", "192.168.42.126"),
        edge("internal", "192.168.42.121"),
        route(name="https-redirect", namespace=NETWORK, refs=redirect, annotations={f"{ALPHA}controller": "none"}),
    )


def app(name: str, *gateways: str, hosts: tuple[str, ...] = (), kind: str = "HTTPRoute", **more: Any) -> Manifest:  # noqa: ANN401 - any field
    """A route of the Gateways, at NAME.example.com or at these hosts."""
    refs = [{"name": one, "namespace": NETWORK, "sectionName": "web"} for one in gateways]
    named = () if kind == "TCPRoute" else hosts or (f"{name}.{COM}",)
    return route(*named, name=name, namespace=APPS, refs=refs, kind=kind, **more)


def tunnel(*domains: str) -> Manifest:
    """The DNSEndpoint of a tunnel."""
    listed = [{"dnsName": f"external.{one}", "recordType": "CNAME", "targets": [TUNNEL]} for one in domains]
    return dns_endpoint("cloudflare-tunnel", *listed, namespace=NETWORK)


def within(namespace: str, one: Manifest) -> Manifest:
    """The object, in a namespace."""
    return one | {"metadata": {**one["metadata"], "namespace": namespace}}


def web(name: str, *hosts: str, klass: str = "external", **more: Any) -> Manifest:  # noqa: ANN401 - any field
    """An Ingress of a class, at the address of a controller in the house."""
    at = [{"ip": "203.0.113.10" if klass == "external" else "192.168.42.120"}]
    return within(APPS, ingress(*hosts, name=name, at=at, ingressClassName=klass, **more))


def labelled(one: Manifest, **labels: str) -> Manifest:
    """The object, with labels."""
    return one | {"metadata": {**one["metadata"], "labels": labels}}
