"""Gateways and ListenerSets by chance: listeners of several protocols, hosts and permissions, and any addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.observe.cluster.kinds.conditions import LISTENER_REFUSALS, SET_REFUSALS
from tests.differential.drawing import ZONE, Draw, Manifest, metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

API = "gateway.networking.k8s.io/v1"
ROUTE_KINDS = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
_PORTS = {"HTTP": (80, 8080), "HTTPS": (443, 8443), "TLS": (443, 8443), "TCP": (9000, 9001), "UDP": (53,)}
_WITHOUT_HOSTS = {"TCP", "UDP"}


def gateway(draw: Draw, namespace: str) -> Manifest:
    """A Gateway with its status."""
    annotations = {}
    if draw.chance(0.25):
        annotations[f"{draw.prefix}target"] = draw.targets()
    if draw.chance(0.15):
        annotations[f"{draw.prefix}ttl"] = "240"
    if draw.chance(0.1):
        annotations[f"{draw.prefix}cloudflare-proxied"] = "true"
    spec: Manifest = {"gatewayClassName": "lab", "listeners": _listeners(draw)}
    if draw.chance(0.7):
        spec["allowedListeners"] = {"namespaces": {"from": draw.one(["All", "All", "Same", "None"])}}
    return {
        "apiVersion": API,
        "kind": "Gateway",
        "metadata": metadata(
            f"gw{draw.number()}", namespace, annotations, labels={"dns": draw.one(["outside", "outside", "inside"])}
        ),
        "spec": spec,
        "status": {"addresses": _addresses(draw)},
    }


def listener_set(draw: Draw, namespace: str, gateways: Sequence[Manifest]) -> Manifest:
    """A ListenerSet of one of the Gateways, with its status."""
    parent = draw.one(gateways)["metadata"]
    annotations = {f"{draw.prefix}target": draw.targets()} if draw.chance(0.2) else {}
    listeners = _listeners(draw)
    status = [
        {"name": one["name"], "attachedRoutes": 0, "conditions": accepted(draw, LISTENER_REFUSALS)} for one in listeners
    ]
    return {
        "apiVersion": API,
        "kind": "ListenerSet",
        "metadata": metadata(f"ls{draw.number()}", namespace, annotations),
        "spec": {"parentRef": {"name": parent["name"], "namespace": parent["namespace"]}, "listeners": listeners},
        "status": {
            "conditions": accepted(draw, SET_REFUSALS),
            "listeners": [one for one in status if draw.chance(0.9)],
        },
    }


def accepted(draw: Draw, refusals: frozenset[str]) -> list[Manifest]:
    """The condition Accepted, mostly true; or another, so that nothing is decided.

    refusals: the reasons that mean "not attached", one of which it has, or one that means something else.
    """
    condition = {
        "type": "Accepted" if draw.chance(0.95) else "ResolvedRefs",
        "status": draw.one(["True"] * 8 + ["False", "Unknown"]),
        "reason": draw.one([*sorted(refusals), "NotNow"]),
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    return [condition]


def _listeners(draw: Draw) -> list[Manifest]:
    """Some, each port and host once, as the API asks for."""
    drawn = [_listener(draw) for _ in range(draw.rng.randint(1, 4))]
    distinct = {(one["port"], one.get("hostname")): one for one in drawn}
    return _one_protocol_a_port([{**one, "name": f"l{position}"} for position, one in enumerate(distinct.values())])


def _one_protocol_a_port(listeners: Sequence[Manifest]) -> list[Manifest]:
    protocols: dict[int, str] = {}
    return [one for one in listeners if protocols.setdefault(one["port"], one["protocol"]) == one["protocol"]]


def _listener(draw: Draw) -> Manifest:
    protocol = draw.one(["HTTP", "HTTP", "HTTPS", "TLS", "TCP", "UDP"])
    made: Manifest = {"port": draw.one(_PORTS[protocol]), "protocol": protocol}
    hosts = [f"*.{ZONE}", f"*.{ZONE}", f"*.apps.{ZONE}", f"own{draw.number()}.{ZONE}", f"*.own{draw.number()}.{ZONE}"]
    if protocol not in _WITHOUT_HOSTS and draw.chance(0.6):
        made["hostname"] = draw.one(hosts)
    if protocol == "HTTPS":
        made["tls"] = {"mode": "Terminate", "certificateRefs": [{"name": "certificate"}]}
    if protocol == "TLS":
        made["tls"] = {"mode": "Passthrough"}
    allowed: Manifest = {}
    match draw.one(["", "All", "All", "All", "Same", "Selector"]):
        case "Selector":
            allowed["namespaces"] = {"from": "Selector", "selector": {"matchLabels": {"team": "red"}}}
        case "":
            pass
        case which:
            allowed["namespaces"] = {"from": which}
    if draw.chance(0.1):
        allowed["kinds"] = [{"kind": draw.one(ROUTE_KINDS)}]
    return {**made, "allowedRoutes": allowed} if allowed else made


def _addresses(draw: Draw) -> list[Manifest]:
    ip, ip6 = ({"type": "IPAddress", "value": one} for one in (draw.address(), draw.address6()))
    own = {"type": "example.com/own", "value": f"own{draw.number()}.example.net"}
    host = {"type": "Hostname", "value": draw.alias()}
    return draw.one(
        [[ip], [ip], [ip6], [ip, ip6], [host], [ip, host], [{"value": draw.address()}], [ip, own], [own], []]
    )
