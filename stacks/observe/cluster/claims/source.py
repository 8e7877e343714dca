"""The protocol that every source of claims implements, and the settings' options for sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from stacks.kube.objects import ClusterObjects, Manifest, Resource
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.selection import EVERY_GATEWAY, GatewaySelection
from stacks.observe.cluster.claims.templates import TemplatedObject
from stacks.observe.cluster.hosts import Hosts
from stacks.settings.cluster import TlsHosts
from stacks.settings.kinds import TemplateSettings


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of a cluster for its sources.

    opt_in: only objects with a content-mode (their own or their Gateway's) make claims, as in Routeflare.
    gateways: those that count.
    ingress_classes: the classes of the Ingresses that count; none: all.
    prefix: that of the annotations; "" for those of the vocabularies.
    tls_hosts: whether the hosts of an Ingress's tls are names: where nothing else names it, always, or never.
    service_types: the types of the Services that count; none: all.
    cluster_addresses: Services of type ClusterIP make claims too.
    host_addresses, unready_pods, pod_targets: of headless Services the addresses of the nodes, pods that are not ready
    and the pods' own targets count too.
    pod_domain: that below which each pod has its own name; "" for none. host_pods: only pods on the network of their
    host make claims.
    cordoned_nodes: nodes that take no new pods count too.
    hosts: the addresses of host names, where those of load balancers are resolved; None where they are not.
    names_per_object, targets_per_name: the most that an object may ask for.
    source: the name of the source. default_targets: the targets of objects that do not say any, by their places.
    templates: of names and targets.
    """

    opt_in: bool = False
    gateways: GatewaySelection = EVERY_GATEWAY
    ingress_classes: tuple[str, ...] = ()
    prefix: str = ""
    tls_hosts: TlsHosts = "fallback"
    service_types: tuple[str, ...] = ()
    cluster_addresses: bool = False
    host_addresses: bool = False
    unready_pods: bool = False
    pod_targets: bool = False
    pod_domain: str = ""
    host_pods: bool = False
    cordoned_nodes: bool = False
    hosts: Hosts | None = None
    names_per_object: int = 250
    targets_per_name: int = 100
    source: str = ""
    default_targets: tuple[tuple[str, str], ...] = ()
    templates: TemplateSettings = field(default_factory=TemplateSettings)

    def default_target(self, *places: str) -> str:
        """Return the default target of an object at these places, the nearest first; "" for none."""
        known = dict(self.default_targets)
        return next((known[one] for one in (*places, self.source) if one in known), "")

    def templated(self, resource: Resource, manifest: Manifest, key: ObjectKey) -> TemplatedObject:
        """Return an object with what the templates make of it."""
        return TemplatedObject(self.templates, resource, manifest, key)


class ClaimSource(Protocol):
    """A kind of Kubernetes object with claims."""

    def resources(self) -> tuple[Resource, ...]:
        """Return the resources to list and watch; the first is the kind itself."""

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        """Return the claims of all objects of the kind. Unknown where not even their names are known."""
