"""Reduce objects to the fields that sources and Events read, a small part of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from sys import intern
from typing import Any

from stacks.kube.objects import Manifest, Resource
from stacks.model.claims import STATUS_ANNOTATION

Shape = Mapping[str, "Shape | None"]
"""The fields to keep of an object, or of each object of a list; None: the whole value."""

_UNREAD = frozenset({"kubectl.kubernetes.io/last-applied-configuration", STATUS_ANNOTATION})
"""Long annotations that no source reads."""
_METADATA = ("namespace", "name", "uid", "creationTimestamp", "generation")
_READ_CONDITION = "Accepted"
"""The only type of condition that a source reads."""

_CONDITIONS: Shape = {"type": None, "status": None, "observedGeneration": None}
_PARENT: Shape = dict.fromkeys(("group", "kind", "namespace", "name", "sectionName", "port"))
_ADDRESSES: Shape = {"loadBalancer": {"ingress": {"ip": None, "hostname": None}}}
_LISTENERS: Shape = dict.fromkeys(("name", "hostname", "port", "protocol", "allowedRoutes"))
_ROUTE: Shape = {
    "spec": {"parentRefs": _PARENT, "hostnames": None},
    "status": {"parents": {"parentRef": _PARENT, "conditions": _CONDITIONS}},
}
_ENDPOINT: Shape = dict.fromkeys(("dnsName", "recordType", "recordTTL", "targets", "setIdentifier", "providerSpecific"))
_SHAPES: Mapping[str, Shape] = {
    "HTTPRoute": _ROUTE,
    "GRPCRoute": _ROUTE,
    "TLSRoute": _ROUTE,
    "TCPRoute": _ROUTE,
    "UDPRoute": _ROUTE,
    "DNSEndpoint": {"spec": {"endpoints": _ENDPOINT}},
    "Gateway": {"spec": {"listeners": _LISTENERS, "allowedListeners": None}, "status": {"addresses": None}},
    "ListenerSet": {
        "spec": {"parentRef": _PARENT, "listeners": _LISTENERS},
        "status": {"conditions": _CONDITIONS, "listeners": {"name": None, "conditions": _CONDITIONS}},
    },
    "Ingress": {
        "spec": {"ingressClassName": None, "rules": {"host": None}, "tls": {"hosts": None}},
        "status": _ADDRESSES,
    },
    "Service": {
        "spec": {
            **dict.fromkeys(("type", "clusterIP", "clusterIPs", "externalIPs", "externalName", "selector")),
            **dict.fromkeys(("externalTrafficPolicy", "publishNotReadyAddresses")),
            "ports": {"nodePort": None, "protocol": None},
        },
        "status": _ADDRESSES,
    },
    "EndpointSlice": {
        "addressType": None,
        "endpoints": {"addresses": None, "conditions": {"ready": None}, "hostname": None, "nodeName": None},
    },
    "Node": {"spec": {"unschedulable": None}, "status": {"addresses": None}},
    "Namespace": {},
}


def slim(resource: Resource, manifest: Manifest) -> Manifest:
    """Return the object with the fields that are read, its lists as tuples, recurring texts interned."""
    kept = _cut(manifest, _shape_of(resource.fields) if resource.fields is not None else _SHAPES[resource.kind])
    kept["metadata"] = _metadata(manifest["metadata"])
    return kept


@cache
def _shape_of(fields: tuple[str, ...]) -> Shape:
    """Return the shape of these fields; whoever keeps an outer field keeps all that is in it."""
    shape: dict[str, Any] = {}
    for path in sorted(fields, key=len, reverse=True):
        *outer, last = (step.removesuffix("[]") for step in path.split("."))
        inner = shape
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[last] = None
    return shape


def _metadata(metadata: Manifest) -> dict[str, Any]:
    kept = {field: metadata[field] for field in _METADATA if field in metadata}
    if "namespace" in kept:
        kept["namespace"] = intern(kept["namespace"])
    for field in ("labels", "annotations"):
        texts = {intern(key): intern(text) for key, text in (metadata.get(field) or {}).items() if key not in _UNREAD}
        if texts:
            kept[field] = texts
    return kept


def _cut(value: Manifest, shape: Shape) -> dict[str, Any]:
    return {field: _kept(value[field], inner) for field, inner in shape.items() if field in value}


def _kept(value: Any, shape: Shape | None) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return intern(value)
    if isinstance(value, dict):
        if shape is None:
            return {intern(field): _kept(inner, None) for field, inner in value.items()}
        return _cut(value, shape)
    if isinstance(value, list):
        wanted = (one for one in value if one.get("type") == _READ_CONDITION) if shape is _CONDITIONS else value
        return tuple(_kept(one, shape) for one in wanted)
    return value
