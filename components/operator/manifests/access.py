"""Who the operator is, and what it may do."""

from __future__ import annotations

from components.operator.args import OperatorArgs
from components.operator.manifests.labels import Manifest, manifest
from components.operator.rbac import CLUSTER_WIDE, rules

_GROUP = "rbac.authorization.k8s.io"
_VERSION = f"{_GROUP}/v1"


def access(args: OperatorArgs) -> list[Manifest]:
    """The ServiceAccount; a Role and its binding for each namespace, and a ClusterRole with its binding if needed."""
    subject = {"kind": "ServiceAccount", "name": args.name, "namespace": args.namespace}
    annotations = dict(args.service_account_annotations)
    extra = {"annotations": annotations} if annotations else None
    made = [manifest(args, "v1", "ServiceAccount", args.name, extra=extra)]
    for namespace, found in sorted(rules(args.rights).items()):
        kind = "ClusterRole" if namespace == CLUSTER_WIDE else "Role"
        name = args.name if namespace == args.namespace else args.cluster_name
        reference = {"apiGroup": _GROUP, "kind": kind, "name": name}
        made.append(manifest(args, _VERSION, kind, name, namespace=namespace, rules=found))
        binding = f"{kind}Binding"
        made.append(manifest(args, _VERSION, binding, name, namespace=namespace, roleRef=reference, subjects=[subject]))
    return made
