"""Routes by chance: parents that accept them or do not, that are stale or behind, and hosts of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.observe.cluster.kinds.conditions import ROUTE_REFUSALS
from tests.differential.drawing import ZONE, Draw, Manifest, metadata
from tests.differential.gateways import API, accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

_SERVES = {
    "HTTPRoute": {"HTTP", "HTTPS"},
    "GRPCRoute": {"HTTP", "HTTPS"},
    "TLSRoute": {"TLS"},
    "TCPRoute": {"TCP", "TLS"},
    "UDPRoute": {"UDP"},
}
WITHOUT_HOSTS = {"TCPRoute", "UDPRoute"}
LAGGING = "lagging"
"""Label of a route whose controller has not seen its last change."""


def route(draw: Draw, kind: str, namespace: str, gateways: Sequence[Manifest]) -> Manifest:
    """A route of some of the Gateways and ListenerSets, with its status."""
    parents = [_reference(draw, kind, namespace, draw.one(gateways)) for _ in range(draw.one([1, 1, 1, 2]))]
    unique = list({repr(one): one for one in parents}.values())
    if len({one["name"] for one in unique}) < len(unique):  # sections and ports would have to be distinct
        unique = unique[:1]
    spec: Manifest = {"parentRefs": unique}
    hosts = [] if kind in WITHOUT_HOSTS else _hosts(draw, kind)
    if hosts:
        spec["hostnames"] = hosts
    if kind == "TLSRoute" or kind in WITHOUT_HOSTS:
        spec["rules"] = [{"backendRefs": [{"name": "backend", "port": 443}]}]
    lagging = draw.chance(0.08)
    status = [_status(draw, one, 1 if lagging else 0) for one in unique if draw.chance(0.93)]
    if draw.chance(0.12):
        status.append(_status(draw, _stale(draw, unique[0], gateways), 0))
    labels = {"labels": {LAGGING: "true"}} if lagging else {}
    annotations = draw.annotations(source="gateway-hostname-source")
    if kind in WITHOUT_HOSTS and draw.chance(0.7):
        annotations.setdefault(f"{draw.prefix}hostname", draw.hostnames())
    return {
        "apiVersion": API,
        "kind": kind,
        "metadata": metadata(f"r{draw.number()}", namespace, annotations, **labels),
        "spec": spec,
        "status": {"parents": status},
    }


def _reference(draw: Draw, kind: str, namespace: str, gateway: Manifest) -> Manifest:
    made: Manifest = {"name": gateway["metadata"]["name"]}
    if gateway["kind"] != "Gateway":
        made["kind"] = gateway["kind"]
    if gateway["metadata"]["namespace"] != namespace or draw.chance(0.3):
        made["namespace"] = gateway["metadata"]["namespace"]
    serving = [one for one in gateway["spec"]["listeners"] if one["protocol"] in _SERVES[kind]]
    listener = draw.one(serving or gateway["spec"]["listeners"])
    if draw.chance(0.35):
        made["sectionName"] = listener["name"]
    if draw.chance(0.15):
        made["port"] = draw.one([listener["port"], 9999])
    return made


def _hosts(draw: Draw, kind: str) -> list[str]:
    count = draw.one([1, 1, 1, 2, 2, 0] if kind != "TLSRoute" else [1, 1, 2])
    drawn = [draw.one([draw.name(), draw.name(), draw.name(), f"*.w{draw.number()}.{ZONE}"]) for _ in range(count)]
    return list(dict.fromkeys(drawn))


def _stale(draw: Draw, reference: Manifest, gateways: Sequence[Manifest]) -> Manifest:
    """A parent that the route has no more: another section or port of the same Gateway, or another Gateway."""
    other = draw.one([one for one in gateways if one["kind"] == "Gateway"])["metadata"]
    kept = {key: value for key, value in reference.items() if key not in {"sectionName", "port"}}
    changed = [{**kept, "sectionName": "l0"}, {**kept, "sectionName": "l1"}, kept, {**kept, "port": 80}]
    return draw.one([*changed, {"name": other["name"], "namespace": other["namespace"]}])


def _status(draw: Draw, reference: Manifest, observed: int) -> Manifest:
    [condition] = accepted(draw, ROUTE_REFUSALS)
    if observed:
        condition["observedGeneration"] = observed
    return {"parentRef": reference, "controllerName": "lab.example.com/controller", "conditions": [condition]}
