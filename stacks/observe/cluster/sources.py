"""The sources by the names that the settings give them, which are external-dns's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stacks.kube.objects import GRPC_ROUTES, HTTP_ROUTES, TLS_ROUTES
from stacks.observe.cluster.kinds.ingress import Ingresses
from stacks.observe.cluster.kinds.node import Nodes
from stacks.observe.cluster.kinds.routes import Routes
from stacks.observe.cluster.kinds.service import Services
from stacks.observe.cluster.source import Options, Source

HTTP, TLS = frozenset({"HTTP"}), frozenset({"TLS"})

SOURCES: Mapping[str, Callable[[Options], Source]] = {
    "gateway-httproute": lambda options: Routes(HTTP_ROUTES, HTTP, options),
    "gateway-grpcroute": lambda options: Routes(GRPC_ROUTES, HTTP, options),
    "gateway-tlsroute": lambda options: Routes(TLS_ROUTES, TLS, options),
    "ingress": Ingresses,
    "service": Services,
    "node": Nodes,
}
