"""Objects of a cluster, for tests."""

from __future__ import annotations

from typing import Any

_GATEWAY_API = "gateway.networking.k8s.io/v1"


def gateway(namespace: str, name: str, **metadata: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of metadata
    """A Gateway with one HTTP listener that takes routes of all namespaces."""
    listener = {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    return {
        "apiVersion": _GATEWAY_API,
        "kind": "Gateway",
        "metadata": {"namespace": namespace, "name": name, **metadata},
        "spec": {"gatewayClassName": "lab", "listeners": [listener]},
    }


def http_route(namespace: str, name: str, hostname: str, parent: str, **metadata: Any) -> dict[str, Any]:  # noqa: ANN401
    """An HTTPRoute for one name, attached to a Gateway of its namespace."""
    return {
        "apiVersion": _GATEWAY_API,
        "kind": "HTTPRoute",
        "metadata": {"namespace": namespace, "name": name, **metadata},
        "spec": {"hostnames": [hostname], "parentRefs": [{"name": parent}]},
    }
