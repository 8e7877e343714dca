"""When an object is done: what the real provider waits for (https://www.pulumi.com/registry/packages/kubernetes/)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.plugin.package import OperationFailed

Manifest = dict[str, Any]
SKIP = "pulumi.com/skipAwait"


def condition_of(manifest: Manifest) -> Callable[[Manifest], bool] | None:
    """What to wait for after such an object was applied; None for nothing."""
    if (manifest["metadata"].get("annotations") or {}).get(SKIP) == "true":
        return None
    match manifest["kind"]:
        case "Deployment":
            return _deployment_is_rolled_out
        case "DaemonSet":
            return _daemon_set_is_rolled_out
        case "Service" if manifest["spec"].get("type") == "LoadBalancer":
            return _has_address
    return None


def _deployment_is_rolled_out(found: Manifest) -> bool:
    """Whether all replicas are those of the newest template, and available. Raises where its deadline has passed."""
    status = found.get("status") or {}
    if status.get("observedGeneration", 0) < found["metadata"]["generation"]:
        return False
    for one in status.get("conditions") or ():
        if one["type"] == "Progressing" and one["status"] == "False":
            raise OperationFailed(one["message"], one["message"])
    wanted = found["spec"]["replicas"]
    counted = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    return all(status.get(key, 0) == wanted for key in counted)


def _daemon_set_is_rolled_out(found: Manifest) -> bool:
    status = found.get("status") or {}
    if status.get("observedGeneration", 0) < found["metadata"]["generation"]:
        return False
    wanted = status.get("desiredNumberScheduled", 0)
    return all(status.get(key, 0) == wanted for key in ("updatedNumberScheduled", "numberReady", "numberAvailable"))


def _has_address(found: Manifest) -> bool:
    return bool(((found.get("status") or {}).get("loadBalancer") or {}).get("ingress"))
