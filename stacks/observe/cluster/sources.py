"""The registry of sources by their names in the settings, the same as in external-dns.

A further kind of object is a module in `kinds` and a line here. Sources of balanced objects come from `kinds.geo`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from stacks.kube.objects import GRPC_ROUTES, HTTP_ROUTES, TCP_ROUTES, TLS_ROUTES, UDP_ROUTES, Resource
from stacks.observe.cluster.claims.selection import GatewaySelection
from stacks.observe.cluster.claims.source import ClaimSource, Options
from stacks.observe.cluster.hosts import Hosts
from stacks.observe.cluster.kinds.described import DescribedObjects, Description
from stacks.observe.cluster.kinds.descriptions import DESCRIPTIONS
from stacks.observe.cluster.kinds.dns_endpoint import DnsEndpoints
from stacks.observe.cluster.kinds.ingress import Ingresses
from stacks.observe.cluster.kinds.istio import IstioGateways, VirtualServices
from stacks.observe.cluster.kinds.node import Nodes
from stacks.observe.cluster.kinds.pod import Pods
from stacks.observe.cluster.kinds.routes import Routes
from stacks.observe.cluster.kinds.service import Services
from stacks.settings.cluster import ClusterSettings
from stacks.settings.kinds import KindSettings

HTTP, TLS, UDP = (frozenset({one}) for one in ("HTTP", "TLS", "UDP"))
TCP = frozenset({"TCP", "TLS"})
"""TLS: where the listener ends it (https://gateway-api.sigs.k8s.io/guides/tls/)."""

SOURCES: Mapping[str, Callable[[Options], ClaimSource]] = {
    "gateway-httproute": lambda options: Routes(HTTP_ROUTES, HTTP, options),
    "gateway-grpcroute": lambda options: Routes(GRPC_ROUTES, HTTP, options),
    "gateway-tlsroute": lambda options: Routes(TLS_ROUTES, TLS, options),
    "gateway-tcproute": lambda options: Routes(TCP_ROUTES, TCP, options),
    "gateway-udproute": lambda options: Routes(UDP_ROUTES, UDP, options),
    "ingress": Ingresses,
    "service": Services,
    "node": Nodes,
    "pod": Pods,
    "crd": DnsEndpoints,
    "istio-gateway": IstioGateways,
    "istio-virtualservice": VirtualServices,
}


def options_of(settings: ClusterSettings, hosts: Hosts | None = None) -> Options:
    """Return the settings of a cluster for its sources. hosts: as of `Options`."""
    return Options(
        opt_in=settings.opt_in,
        gateways=GatewaySelection.of(settings),
        ingress_classes=settings.ingress_classes,
        prefix=settings.annotation_prefix,
        tls_hosts=settings.tls_hosts,
        service_types=settings.service_types,
        cluster_addresses=settings.cluster_addresses,
        host_addresses=settings.host_addresses,
        unready_pods=settings.unready_pods,
        pod_targets=settings.pod_targets,
        pod_domain=settings.pod_domain,
        host_pods=settings.host_pods,
        cordoned_nodes=settings.cordoned_nodes,
        hosts=hosts,
        names_per_object=settings.names_per_object,
        targets_per_name=settings.targets_per_name,
        default_targets=tuple(settings.default_targets.items()),
        templates=settings.templates,
    )


def sources_of(settings: ClusterSettings, hosts: Hosts | None = None) -> dict[str, ClaimSource]:
    """Return the sources of a cluster, by name: those of `sources`, and the kinds that the settings describe.

    hosts: as of `Options`.
    """
    options = options_of(settings, hosts)
    found: dict[str, ClaimSource] = {}
    for name in settings.sources:
        own = replace(options, source=name)
        if name in SOURCES:
            found[name] = SOURCES[name](own)
        else:
            described = replace(DESCRIPTIONS[name], service=settings.source_services.get(name, ""))
            found[name] = DescribedObjects(described, own)
    for one in settings.kinds:
        found[one.source] = DescribedObjects(_description(one), replace(options, source=one.source))
    return found


def _description(kind: KindSettings) -> Description:
    fields = (*kind.names, *kind.addresses, *([kind.conditions] if kind.ready else []))
    resource = Resource(kind.group, kind.version, kind.plural, kind.kind, fields=fields)
    return Description(resource, kind.names, kind.addresses, kind.reading, kind.ready, kind.conditions, kind.service)
