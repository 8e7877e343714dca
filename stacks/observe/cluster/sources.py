"""The registry of sources by their names in the settings, the same as in external-dns.

A further kind of object is a module in `kinds` and a line here. Sources of balanced objects come from `kinds.geo`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stacks.kube.objects import GRPC_ROUTES, HTTP_ROUTES, TCP_ROUTES, TLS_ROUTES, UDP_ROUTES
from stacks.observe.cluster.claims.source import ClaimSource, Options
from stacks.observe.cluster.kinds.dns_endpoint import DnsEndpoints
from stacks.observe.cluster.kinds.ingress import Ingresses
from stacks.observe.cluster.kinds.node import Nodes
from stacks.observe.cluster.kinds.routes import Routes
from stacks.observe.cluster.kinds.service import Services

HTTP, TLS, TCP, UDP = (frozenset({one}) for one in ("HTTP", "TLS", "TCP", "UDP"))

SOURCES: Mapping[str, Callable[[Options], ClaimSource]] = {
    "gateway-httproute": lambda options: Routes(HTTP_ROUTES, HTTP, options),
    "gateway-grpcroute": lambda options: Routes(GRPC_ROUTES, HTTP, options),
    "gateway-tlsroute": lambda options: Routes(TLS_ROUTES, TLS, options),
    "gateway-tcproute": lambda options: Routes(TCP_ROUTES, TCP, options),
    "gateway-udproute": lambda options: Routes(UDP_ROUTES, UDP, options),
    "ingress": Ingresses,
    "service": Services,
    "node": Nodes,
    "crd": DnsEndpoints,
}
