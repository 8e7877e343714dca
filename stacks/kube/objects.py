"""Kubernetes objects as the API server gives them, their kinds, and the caches' interface for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from stacks.model.claims import ObjectKey
from stacks.model.values import Known, Unknown

Manifest = Mapping[str, Any]
"""An object as the API server gives it."""

GATEWAY_GROUP = "gateway.networking.k8s.io"
EXPERIMENTAL_GROUP = "gateway.networking.x-k8s.io"
"""The Gateway API's experimental kinds, which have this group and an X before their name."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object in the API. group: "" for the core one. plural: its name in paths.

    fields: those that are read of a kind that only a description knows, `[]` after a list; None for the others.
    """

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    fields: tuple[str, ...] | None = None


HTTP_ROUTES = Resource(GATEWAY_GROUP, "v1", "httproutes", "HTTPRoute")
GRPC_ROUTES = Resource(GATEWAY_GROUP, "v1", "grpcroutes", "GRPCRoute")
TLS_ROUTES = Resource(GATEWAY_GROUP, "v1", "tlsroutes", "TLSRoute")
TCP_ROUTES = Resource(GATEWAY_GROUP, "v1", "tcproutes", "TCPRoute")
UDP_ROUTES = Resource(GATEWAY_GROUP, "v1", "udproutes", "UDPRoute")
GATEWAYS = Resource(GATEWAY_GROUP, "v1", "gateways", "Gateway")
LISTENER_SETS = Resource(GATEWAY_GROUP, "v1", "listenersets", "ListenerSet")
X_LISTENER_SETS = Resource(EXPERIMENTAL_GROUP, "v1alpha1", "xlistenersets", "XListenerSet")
DNS_ENDPOINTS = Resource("externaldns.k8s.io", "v1alpha1", "dnsendpoints", "DNSEndpoint")
INGRESSES = Resource("networking.k8s.io", "v1", "ingresses", "Ingress")
SERVICES = Resource("", "v1", "services", "Service")
ENDPOINT_SLICES = Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
NODES = Resource("", "v1", "nodes", "Node", namespaced=False)
PODS = Resource("", "v1", "pods", "Pod")
NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)


class ClusterObjects(Protocol):
    """The caches of a cluster. A cache that is not synced is unknown: nothing is gone from it.

    A changed object is replaced, never changed in place: an object with the same identity has not changed.
    """

    @property
    def cluster(self) -> str:
        """The cluster's name in the settings."""

    def all(self, resource: Resource) -> Known[tuple[Manifest, ...]] | Unknown:
        """Return all selected objects of the resource."""

    def get(self, resource: Resource, namespace: str, name: str) -> Manifest | Unknown | None:
        """Return an object; None where it is known to be missing. namespace: "" where the kind has none."""

    def counts(self, resource: Resource, namespace: str) -> bool:
        """Return whether the settings have the objects of a namespace read."""


def key_of(cluster: str, resource: Resource, manifest: Manifest) -> ObjectKey:
    """Return the key of an object from a cache. resource: that of the cache, as items of lists have no kind."""
    metadata = manifest["metadata"]
    return ObjectKey(cluster, resource.kind, metadata.get("namespace", ""), metadata["name"])


def created(manifest: Manifest) -> str:
    """Return the object's creation time: RFC 3339 in UTC, whole seconds, so that texts compare as times do."""
    return str(manifest["metadata"].get("creationTimestamp") or "")


def called(resource: Resource) -> str:
    """Return the resource's name in RBAC rules and kubectl."""
    return f"{resource.plural}.{resource.group}" if resource.group else resource.plural
