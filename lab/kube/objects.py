"""Where an object is in the API (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CLUSTER_WIDE = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "GatewayClass",
        "IngressClass",
        "Namespace",
        "Node",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }
)


def collection(api_version: str, kind: str, namespace: str = "") -> str:
    """The path of all objects of a kind, in one namespace if one is given: `/apis/apps/v1/namespaces/a/deployments`."""
    root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    inside = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{inside}/{_plural(kind)}"


def path_of(manifest: Mapping[str, Any]) -> str:
    """The path of an object; it is in the namespace `default` if it names none and its kind needs one."""
    kind, metadata = manifest["kind"], manifest["metadata"]
    namespace = "" if kind in _CLUSTER_WIDE else metadata.get("namespace", "default")
    return f"{collection(manifest['apiVersion'], kind, namespace)}/{metadata['name']}"


def _plural(kind: str) -> str:
    """The resource of a kind; all kinds that the lab has to do with are regular, but Endpoints, which is plural."""
    name = kind.lower()
    if name.endswith("endpoints"):
        return name
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"
