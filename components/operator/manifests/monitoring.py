"""What Prometheus and Grafana are told, where their operators are in the cluster.

Sources: https://prometheus-operator.dev/docs/api-reference/api/, the sidecar of Grafana's Helm chart.
"""

from __future__ import annotations

from components.operator.args import OperatorArgs
from components.operator.manifests.labels import Manifest, labels, manifest, selector
from components.operator.manifests.pod import PORT_NAME

_VERSION = "monitoring.coreos.com/v1"
DASHBOARD_LABEL = {"grafana_dashboard": "1"}


def monitoring(args: OperatorArgs) -> list[Manifest]:
    """The ServiceMonitor, the PrometheusRule and the dashboard's ConfigMap, each where it is wanted."""
    made = []
    if args.service_monitor:
        spec = {
            "jobLabel": "app.kubernetes.io/instance",  # one job is one stack, as the rules want it
            "selector": {"matchLabels": selector(args)},
            "endpoints": [{"port": PORT_NAME, "path": "/metrics", "interval": "30s"}],
        }
        made.append(manifest(args, _VERSION, "ServiceMonitor", args.name, spec=spec))
    if args.rules:
        made.append(manifest(args, _VERSION, "PrometheusRule", args.name, spec={"groups": list(args.rules)}))
    if args.dashboard:
        extra = {"labels": {**labels(args), **DASHBOARD_LABEL}}
        data = {"truenorth.json": args.dashboard}
        made.append(manifest(args, "v1", "ConfigMap", f"{args.name}-dashboard", extra=extra, data=data))
    return made
