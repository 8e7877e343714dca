"""Objects of a cluster, as small as the API server would take them, and caches that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stacks.kube.objects import (
    DNS_ENDPOINTS,
    ENDPOINT_SLICES,
    GATEWAYS,
    GRPC_ROUTES,
    HTTP_ROUTES,
    INGRESSES,
    LISTENER_SETS,
    NAMESPACES,
    NODES,
    PODS,
    SERVICES,
    TCP_ROUTES,
    TLS_ROUTES,
    UDP_ROUTES,
    X_LISTENER_SETS,
    Manifest,
    Resource,
)
from stacks.model.claims import Claim, Complaint, Detected
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.sources import SOURCES

RESOURCES = {
    one.kind: one
    for one in (
        *(HTTP_ROUTES, GRPC_ROUTES, TLS_ROUTES, TCP_ROUTES, UDP_ROUTES, DNS_ENDPOINTS),
        *(GATEWAYS, LISTENER_SETS, X_LISTENER_SETS),
        *(INGRESSES, SERVICES, ENDPOINT_SLICES, NODES, PODS, NAMESPACES),
    )
}
SOURCE_OF = {"HTTPRoute": "gateway-httproute", "GRPCRoute": "gateway-grpcroute", "TLSRoute": "gateway-tlsroute"}
UNSYNCED = Unknown("the cache has not synced")
ACCEPTED = {"type": "Accepted", "status": "True"}
NOT_ATTACHED = {"type": "Accepted", "status": "False", "reason": "NotAllowedByListeners"}
"""A route's; a listener and a ListenerSet have reasons of their own."""


@dataclass
class Caches:
    """Caches of the kinds that were given; those in `unsynced` are unknown."""

    items: tuple[Manifest, ...]
    unsynced: tuple[str, ...] = ()
    cluster: str = "home"
    uncounted: tuple[str, ...] = ()
    """The namespaces that the settings leave out."""
    _by_key: dict[tuple[str, str, str], Manifest] = field(init=False)

    def __post_init__(self) -> None:
        self._by_key = {
            (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in self.items
        }

    def all(self, resource: Resource) -> Known[tuple[Manifest, ...]] | Unknown:
        if resource.kind in self.unsynced:
            return UNSYNCED
        return Known(tuple(one for one in self.items if one["kind"] == resource.kind))

    def counts(self, _: Resource, namespace: str) -> bool:
        return namespace not in self.uncounted

    def get(self, resource: Resource, namespace: str, name: str) -> Manifest | Unknown | None:
        return UNSYNCED if resource.kind in self.unsynced else self._by_key.get((resource.kind, namespace, name))


def claims(
    source: str, *items: Manifest, unsynced: tuple[str, ...] = (), options: Options | None = None
) -> tuple[Claim | Complaint, ...] | Unknown:
    found = SOURCES[source](options or Options()).claims(Caches(items, unsynced))
    return found if isinstance(found, Unknown) else found.value


def targets(found: tuple[Claim | Complaint, ...] | Unknown) -> dict[str, object]:
    """Targets by "name type": a tuple where they are known, else the type that says why not."""
    assert not isinstance(found, Unknown)
    return {f"{one.name} {one.type}": told(one) for one in found if isinstance(one, Claim)}


def told(claim: Claim) -> object:
    match claim.targets:
        case Known(value):
            return value
        case Detected(links):
            return Detected, *links
    return Unknown


def one_claim(found: tuple[Claim | Complaint, ...] | Unknown) -> Claim:
    assert not isinstance(found, Unknown)
    (one,) = (claim for claim in found if isinstance(claim, Claim))
    return one


def complaints(found: tuple[Claim | Complaint, ...] | Unknown) -> list[Complaint]:
    assert not isinstance(found, Unknown)
    return [one for one in found if isinstance(one, Complaint)]


def manifest(  # noqa: PLR0913 - an object is made of these
    kind: str,
    name: str,
    spec: Mapping[str, Any],
    *,
    status: Mapping[str, Any] | None = None,
    namespace: str = "shop",
    annotations: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    generation: int = 1,
) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": name,
        "generation": generation,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "annotations": dict(annotations or {}),
        "labels": dict(labels or {}),
    }
    if RESOURCES[kind].namespaced:
        metadata["namespace"] = namespace
    return {"kind": kind, "metadata": metadata, "spec": dict(spec), "status": dict(status or {})}


def listener(name: str = "web", protocol: str = "HTTP", port: int = 80, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a manifest's fields
    return {"name": name, "protocol": protocol, "port": port, **more}


def allow(source: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a manifest's fields
    return {"namespaces": {"from": source, **more}}


def gateway(  # noqa: PLR0913 - a Gateway is made of these
    *addresses: str | tuple[str | None, str],
    name: str = "edge",
    listeners: tuple[Mapping[str, Any], ...] = (listener(),),
    allowed_listeners: Mapping[str, Any] | None = None,
    namespace: str = "shop",
    annotations: Mapping[str, str] | None = None,
    said: Mapping[str, tuple[Mapping[str, Any], ...]] | None = None,
    generation: int = 1,
    labels: Mapping[str, str] | None = None,
    of_class: str = "lab",
) -> dict[str, Any]:
    """A Gateway with these addresses. said: the conditions of its listeners, by name."""
    pairs = [("IPAddress", one) if isinstance(one, str) else one for one in addresses]
    listed = [{"value": text} | ({"type": kind} if kind else {}) for kind, text in pairs]
    spec: dict[str, Any] = {"gatewayClassName": of_class, "listeners": list(listeners)}
    if allowed_listeners is not None:
        spec["allowedListeners"] = allowed_listeners
    status: dict[str, Any] = {"addresses": listed}
    if said:
        status["listeners"] = [{"name": one, "conditions": list(conditions)} for one, conditions in said.items()]
    return manifest(
        "Gateway",
        name,
        spec,
        status=status,
        namespace=namespace,
        annotations=annotations,
        labels=labels,
        generation=generation,
    )


def parent(condition: Mapping[str, Any] | None = ACCEPTED, name: str = "edge", **ref: Any) -> dict[str, Any]:  # noqa: ANN401 - a manifest's fields
    """A parent as the status has it."""
    return {
        "parentRef": {"name": name, **ref},
        "controllerName": "example.net/gateway",
        "conditions": [dict(condition)] if condition else [],
    }


def route(  # noqa: PLR0913 - a route is made of these
    *hostnames: str,
    name: str = "web",
    kind: str = "HTTPRoute",
    refs: tuple[Mapping[str, Any], ...] = ({"name": "edge"},),
    parents: tuple[Mapping[str, Any], ...] | None = None,
    namespace: str = "shop",
    annotations: Mapping[str, str] | None = None,
    generation: int = 1,
) -> dict[str, Any]:
    spec: dict[str, Any] = {"parentRefs": list(refs)}
    if hostnames:
        spec["hostnames"] = list(hostnames)
    accepted = [{"parentRef": ref, "conditions": [ACCEPTED]} for ref in refs] if parents is None else list(parents)
    return manifest(
        kind,
        name,
        spec,
        status={"parents": accepted},
        namespace=namespace,
        annotations=annotations,
        generation=generation,
    )


def of_routes(*items: Manifest, unsynced: tuple[str, ...] = (), options: Options | None = None) -> dict[str, object]:
    """The targets of the HTTPRoutes."""
    return targets(claims("gateway-httproute", *items, unsynced=unsynced, options=options))
