"""The objects of an operator as plain manifests, in the order in which they are made. Pure."""

from __future__ import annotations

from components.operator.args import OperatorArgs
from components.operator.manifests.access import access
from components.operator.manifests.labels import Manifest, labels
from components.operator.manifests.monitoring import monitoring
from components.operator.manifests.network import network_policy, service
from components.operator.manifests.settings import credentials, settings
from components.operator.manifests.workload import workload

ENFORCED = "restricted"
HOST_NETWORK = "privileged"


def manifests(args: OperatorArgs) -> list[Manifest]:
    """All objects. The Secret of the credentials is among them where `credentials` are given."""
    return [
        *_namespace(args),
        *access(args),
        *settings(args),
        *credentials(args),
        *network_policy(args),
        *service(args),
        *workload(args),
        *monitoring(args),
    ]


def _namespace(args: OperatorArgs) -> list[Manifest]:
    """The namespace, in which no pod may be more than ours need to be."""
    if not args.make_namespace:
        return []
    level = HOST_NETWORK if args.pods.kind == "daemonset" else ENFORCED
    enforced = {"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": "latest"}
    metadata = {"name": args.namespace, "labels": {**labels(args), **enforced}}
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}]
