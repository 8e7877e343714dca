"""What runs the pods: a Deployment with standbys, or a DaemonSet in the nodes' own network."""

from __future__ import annotations

from components.operator.args import OperatorArgs
from components.operator.manifests.labels import Manifest, manifest, selector
from components.operator.manifests.pod import template


def workload(args: OperatorArgs) -> list[Manifest]:
    """The Deployment, and where it has standbys a PodDisruptionBudget; or the DaemonSet."""
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
