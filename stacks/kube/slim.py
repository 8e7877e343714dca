"""Reduce objects to the fields that sources and Events read, a small part of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import accumulate
from sys import intern
from typing import Any

from stacks.kube.objects import Manifest, Resource
from stacks.model.claims import STATUS_ANNOTATION, vocabularies

Shape = Mapping[str, "Shape | None"]
"""The fields to keep of an object, or of each object of a list; None: the whole value."""

_UNREAD = frozenset({"kubectl.kubernetes.io/last-applied-configuration", STATUS_ANNOTATION})
"""Long annotations that no source reads."""
LONGEST_VALUE = 8193
"""Characters that are kept of an annotation: one more than the longest list that a source reads."""
MOST_OF_OTHERS = 8192
"""Characters of keys and values that are kept of annotations of other vocabularies, the shortest first: an object may
have 262,144 (Kubernetes API, `TotalAnnotationSizeLimitB`), and selectors name short ones."""
_METADATA = ("namespace", "name", "uid", "creationTimestamp", "generation")
_READ_CONDITIONS = frozenset({"Accepted", "Conflicted", "Ready"})
"""The types of conditions that sources read."""

_CONDITIONS: Shape = dict.fromkeys(("type", "status", "reason", "observedGeneration"))
_OF_NODES: Shape = dict.fromkeys(("type", "status"))
_PARENT: Shape = dict.fromkeys(("group", "kind", "namespace", "name", "sectionName", "port"))
_ADDRESSES: Shape = {"loadBalancer": {"ingress": {"ip": None, "hostname": None}}}
_LISTENERS: Shape = dict.fromkeys(("name", "hostname", "port", "protocol", "allowedRoutes"))
_ROUTE: Shape = {
    "spec": {"parentRefs": _PARENT, "hostnames": None},
    "status": {"parents": {"parentRef": _PARENT, "conditions": _CONDITIONS}},
}
_LISTENER_STATUS: Shape = {"name": None, "conditions": _CONDITIONS}
_LISTENER_SET: Shape = {
    "spec": {"parentRef": _PARENT, "listeners": _LISTENERS},
    "status": {"conditions": _CONDITIONS, "listeners": _LISTENER_STATUS},
}
_ENDPOINT: Shape = dict.fromkeys(("dnsName", "recordType", "recordTTL", "targets", "setIdentifier", "providerSpecific"))
_SHAPES: Mapping[str, Shape] = {
    "HTTPRoute": _ROUTE,
    "GRPCRoute": _ROUTE,
    "TLSRoute": _ROUTE,
    "TCPRoute": _ROUTE,
    "UDPRoute": _ROUTE,
    "DNSEndpoint": {"spec": {"endpoints": _ENDPOINT}},
    "Gateway": {
        "spec": {"gatewayClassName": None, "listeners": _LISTENERS, "allowedListeners": None},
        "status": {"addresses": None, "listeners": _LISTENER_STATUS},
    },
    "ListenerSet": _LISTENER_SET,
    "XListenerSet": _LISTENER_SET,
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
        "endpoints": {"addresses": None, "conditions": {"ready": None}, "hostname": None, "nodeName": None}
        | {"targetRef": {"kind": None, "name": None}},
    },
    "Pod": {"spec": dict.fromkeys(("nodeName", "hostNetwork")), "status": dict.fromkeys(("phase", "podIP", "podIPs"))},
    "Node": {"spec": {"unschedulable": None}, "status": {"addresses": None, "conditions": _OF_NODES}},
    "Namespace": {},
}


def slim(resource: Resource, manifest: Manifest, also: Iterable[str] = (), prefix: str = "") -> Manifest:
    """Return the object with the fields that are read, its lists as tuples, recurring texts interned.

    also: further fields, in lower case: `spec.ports`, or `spec` for all of it.
    prefix: that of the annotations that are read, of the settings; "" for those of the vocabularies.
    """
    kept = _cut(manifest, _shape_of(resource.fields) if resource.fields is not None else _SHAPES[resource.kind])
    for outer, _, inner in (path.partition(".") for path in also):
        for name, value in manifest.items():
            if name.lower() == outer and not inner:
                kept[name] = _kept(value, None)
            elif name.lower() == outer and isinstance(value, dict):
                shape = dict.fromkeys(one for one in value if one.lower() == inner)
                kept[name] = {**kept.get(name, {}), **_cut(value, shape)}
    kept["metadata"] = _metadata(manifest["metadata"], vocabularies(prefix))
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


def _metadata(metadata: Manifest, read: tuple[str, ...]) -> dict[str, Any]:
    kept = {field: metadata[field] for field in _METADATA if field in metadata}
    if "namespace" in kept:
        kept["namespace"] = intern(kept["namespace"])
    for field, texts in (("labels", metadata.get("labels") or {}), ("annotations", _annotations(metadata, read))):
        if texts:
            kept[field] = {intern(key): intern(text) for key, text in texts.items()}
    return kept


def _annotations(metadata: Manifest, read: tuple[str, ...]) -> dict[str, str]:
    """Return the annotations of an object, as far as they are kept, in their order. read: the prefixes that count."""
    there = {key: text for key, text in (metadata.get("annotations") or {}).items() if key not in _UNREAD}
    others = sorted((key for key in there if not key.startswith(read)), key=lambda key: (len(there[key]), key))
    sizes = accumulate(len(key) + len(there[key]) for key in others)
    left_out = {key for key, size in zip(others, sizes, strict=True) if size > MOST_OF_OTHERS}
    return {key: text[:LONGEST_VALUE] for key, text in there.items() if key not in left_out}


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
        of_conditions = shape is _CONDITIONS or shape is _OF_NODES
        wanted = (one for one in value if one.get("type") in _READ_CONDITIONS) if of_conditions else value
        return tuple(_kept(one, shape) for one in wanted)
    return value
