"""How the operator is reached, and what it may reach."""

from __future__ import annotations

from typing import Any

from components.operator.args import OperatorArgs
from components.operator.manifests.labels import Manifest, manifest, selector
from components.operator.manifests.pod import PORT_NAME

DNS = 53
HTTP, HTTPS, API_SERVER = 80, 443, 6443
STUN = (3478, 19302)


def service(args: OperatorArgs) -> list[Manifest]:
    """The Service before the page and the metrics of all replicas."""
    asked = args.service
    port: dict[str, Any] = {"name": PORT_NAME, "port": asked.port, "targetPort": PORT_NAME, "protocol": "TCP"}
    if asked.node_port and asked.type != "ClusterIP":
        port["nodePort"] = asked.node_port
    spec: dict[str, Any] = {"type": asked.type, "selector": selector(args), "ports": [port]}
    if asked.source_ranges and asked.type == "LoadBalancer":
        spec["loadBalancerSourceRanges"] = list(asked.source_ranges)
    extra = {"annotations": dict(asked.annotations)} if asked.annotations else None
    return [manifest(args, "v1", "Service", args.name, extra=extra, spec=spec)]


def network_policy(args: OperatorArgs) -> list[Manifest]:
    """In: the one port. Out: DNS, HTTP and HTTPS, the API server, STUN.

    None for pods in the nodes' own network, which no policy reaches.
    """
    if not args.network_policy or args.pods.kind == "daemonset":
        return []
    tcp = (DNS, HTTP, HTTPS, API_SERVER, *STUN, *args.egress_ports)
    spec = {
        "podSelector": {"matchLabels": selector(args)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"ports": [{"port": PORT_NAME, "protocol": "TCP"}]}],
        "egress": [
            {
                "ports": [
                    *({"port": port, "protocol": "UDP"} for port in (DNS, *STUN)),
                    *({"port": port, "protocol": "TCP"} for port in dict.fromkeys(tcp)),
                ]
            }
        ],
    }
    return [manifest(args, "networking.k8s.io/v1", "NetworkPolicy", args.name, spec=spec)]
