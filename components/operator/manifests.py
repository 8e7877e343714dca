"""The objects of an operator as plain manifests, in the order in which they are made. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.operator.args import OperatorArgs, ServiceArgs
from components.operator.manifest import Manifest, labels, manifest, selector
from components.operator.pod import DYNDNS_NAME, PORT_NAME, template
from components.operator.policy import policy
from components.operator.rbac import CLUSTER_WIDE, rules
from components.operator.state_policy import state_policy

ENFORCED = "restricted"
HOST_NETWORK = "privileged"
DASHBOARD_LABEL = {"grafana_dashboard": "1"}
"""Label by which Grafana's sidecar finds dashboards."""

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
DNS = 53
HTTP, HTTPS, API_SERVER = 80, 443, 6443
STUN = (3478, 19302)
METADATA = {"0.0.0.0/0": ("169.254.169.254/32",), "::/0": ("fd00:ec2::254/128", "fd20:ce::254/128")}
"""The metadata services of clouds, which give out credentials of the node, by the network that they are in."""

_RBAC_GROUP = "rbac.authorization.k8s.io"
_RBAC_VERSION = f"{_RBAC_GROUP}/v1"
_MONITORING_VERSION = "monitoring.coreos.com/v1"


def manifests(args: OperatorArgs) -> list[Manifest]:
    """Return all objects but the Secret of the credentials, which is in no file and in no state."""
    return [
        *_namespace(args),
        *_access(args),
        *policy(args),
        *state_policy(args),
        *_settings(args),
        *_network_policy(args),
        *_services(args),
        *_workload(args),
        *_monitoring(args),
    ]


def _namespace(args: OperatorArgs) -> list[Manifest]:
    """Return the namespace, which admits no pod with more privileges than the operator's own pods need."""
    if not args.make_namespace:
        return []
    level = HOST_NETWORK if args.pods.kind == "daemonset" else ENFORCED
    enforced = {"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": "latest"}
    metadata = {"name": args.namespace, "labels": {**labels(args), **enforced}}
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}]


def _access(args: OperatorArgs) -> list[Manifest]:
    """Return the ServiceAccount; a Role with its binding for each namespace, and a ClusterRole likewise if needed."""
    subject = {"kind": "ServiceAccount", "name": args.name, "namespace": args.namespace}
    annotations = dict(args.service_account_annotations)
    extra = {"annotations": annotations} if annotations else None
    made = [manifest(args, "v1", "ServiceAccount", args.name, extra=extra)]
    given = rules(args.rights)
    if args.pods.external_dns and (theirs := args.pods.external_dns.rules):
        given = {**given, CLUSTER_WIDE: [*given.get(CLUSTER_WIDE, ()), *map(dict, theirs)]}
    for namespace, allowed in sorted(given.items()):
        kind = "ClusterRole" if namespace == CLUSTER_WIDE else "Role"
        name = args.name if namespace == args.namespace else args.cluster_name
        reference = {"apiGroup": _RBAC_GROUP, "kind": kind, "name": name}
        made.append(manifest(args, _RBAC_VERSION, kind, name, namespace=namespace, rules=allowed))
        binding = manifest(args, _RBAC_VERSION, f"{kind}Binding", name, namespace=namespace)
        made.append({**binding, "roleRef": reference, "subjects": [subject]})
    return made


def _settings(args: OperatorArgs) -> list[Manifest]:
    """Return the ConfigMap of the settings. The operator notices when it changes, and need not be started anew."""
    return [manifest(args, "v1", "ConfigMap", args.settings_name, data={args.settings_file: args.settings})]


def _network_policy(args: OperatorArgs) -> list[Manifest]:
    """Return the NetworkPolicy. In: the ports of page and routers. Out: DNS, HTTP and HTTPS, the API server, STUN.

    The node itself, and so its kubelet, may always connect (Kubernetes, Network Policies). None for pods in the nodes'
    own network, which no policy reaches.
    """
    if not args.network_policy or args.pods.kind == "daemonset":
        return []
    stun = tuple(dict.fromkeys((*STUN, *args.stun_ports)))
    spec = {
        "podSelector": {"matchLabels": selector(args)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {"ports": [{"port": PORT_NAME, "protocol": "TCP"}], **_from(args.page_from)},
            *([{"ports": [{"port": DYNDNS_NAME, "protocol": "TCP"}]}] if args.pods.dyndns_port else []),
        ],
        "egress": [
            # No peers: some networks take the API server and the nodes for no part of an ipBlock.
            {"ports": _ports((DNS,), (DNS, HTTPS, API_SERVER, *args.egress_ports))},
            {"to": _all_but_metadata(), "ports": _ports(stun, (HTTP, *stun))},
        ],
    }
    return [manifest(args, "networking.k8s.io/v1", "NetworkPolicy", args.name, spec=spec)]


def _ports(udp: Sequence[int], tcp: Sequence[int]) -> list[Manifest]:
    """Return the ports of a rule, each once."""
    return [
        *({"port": port, "protocol": "UDP"} for port in dict.fromkeys(udp)),
        *({"port": port, "protocol": "TCP"} for port in dict.fromkeys(tcp)),
    ]


def _all_but_metadata() -> list[Manifest]:
    """Return the peers of a rule: every pod, and every address but those of metadata services."""
    outside: list[Manifest] = [{"ipBlock": {"cidr": network, "except": list(out)}} for network, out in METADATA.items()]
    return [*outside, {"namespaceSelector": {}}]


def _from(namespaces: Sequence[str]) -> Manifest:
    """Return the peers of a rule: the pods of these namespaces, by the label that the API server gives each."""
    if not namespaces:
        return {}
    chosen = {"key": NAMESPACE_LABEL, "operator": "In", "values": list(namespaces)}
    return {"from": [{"namespaceSelector": {"matchExpressions": [chosen]}}]}


def _services(args: OperatorArgs) -> list[Manifest]:
    """Return the Service before the page and the metrics of all replicas, and that before their dyndns2 endpoint."""
    made = [_service(args, args.service, args.name, PORT_NAME)]
    if args.pods.dyndns_port:
        made.append(_service(args, args.dyndns_service, f"{args.name}-dyndns", DYNDNS_NAME))
        if args.dyndns_service.type == "LoadBalancer":
            # The router's own address is then seen: what it calls from counts where it tells none, and is limited.
            made[-1]["spec"]["externalTrafficPolicy"] = "Local"
    return made


def _service(args: OperatorArgs, wanted: ServiceArgs, name: str, port_name: str) -> Manifest:
    port: dict[str, Any] = {"name": port_name, "port": wanted.port, "targetPort": port_name, "protocol": "TCP"}
    if wanted.node_port and wanted.type != "ClusterIP":
        port["nodePort"] = wanted.node_port
    spec: dict[str, Any] = {"type": wanted.type, "selector": selector(args), "ports": [port]}
    if wanted.source_ranges and wanted.type == "LoadBalancer":
        spec["loadBalancerSourceRanges"] = list(wanted.source_ranges)
    extra = {"annotations": dict(wanted.annotations)} if wanted.annotations else None
    return manifest(args, "v1", "Service", name, extra=extra, spec=spec)


def _workload(args: OperatorArgs) -> list[Manifest]:
    """Return the DaemonSet; or the Deployment, with a PodDisruptionBudget where it has standbys."""
    spec: Manifest = {"selector": {"matchLabels": selector(args)}, "template": template(args)}
    if args.pods.kind == "daemonset":
        return [manifest(args, "apps/v1", "DaemonSet", args.name, spec=spec)]
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    spec = {"replicas": args.pods.replicas, "strategy": strategy, "revisionHistoryLimit": 3, **spec}
    made = [manifest(args, "apps/v1", "Deployment", args.name, spec=spec)]
    if args.pods.replicas > 1:
        budget = {"maxUnavailable": 1, "selector": {"matchLabels": selector(args)}}
        made.append(manifest(args, "policy/v1", "PodDisruptionBudget", args.name, spec=budget))
    return made


def _monitoring(args: OperatorArgs) -> list[Manifest]:
    """Return the ServiceMonitor, the PrometheusRule and the dashboard's ConfigMap, each where it is wanted."""
    made = []
    selected = {"labels": {**args.monitoring_labels, **labels(args)}}
    if args.service_monitor:
        spec = {
            "jobLabel": "app.kubernetes.io/instance",  # one job is one stack, as the rules want it
            "selector": {"matchLabels": selector(args)},
            "endpoints": [{"port": PORT_NAME, "path": "/metrics", "interval": "30s"}],
        }
        made.append(manifest(args, _MONITORING_VERSION, "ServiceMonitor", args.name, extra=selected, spec=spec))
    if args.rules:
        spec = {"groups": list(args.rules)}
        made.append(manifest(args, _MONITORING_VERSION, "PrometheusRule", args.name, extra=selected, spec=spec))
    if args.dashboard:
        extra = {"labels": {**labels(args), **DASHBOARD_LABEL}}
        data = {"truenorth.json": args.dashboard}
        made.append(manifest(args, "v1", "ConfigMap", f"{args.name}-dashboard", extra=extra, data=data))
    return made
