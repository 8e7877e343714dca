"""Reads the values of Routeflare's chart, and its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.setup.moving.draft import Draft

TOOL = "routeflare"
_POD = "~about the pod: docs/deploy.md, or the values of TrueNorth's chart"
_STRATEGIES = {"full": "sync", "upsert-only": "upsert-only"}
VALUES: Mapping[str, str] = {
    "cloudflare.apiToken": "$CLOUDFLARE_API_TOKEN",
    "cloudflare.strategy": "=policy",
    "cloudflare.recordOwnerID": "~its records are found by name (adopt); the owner here is the stack's name",
    "kubernetes.kubeconfig": "=cluster.kubeconfig",
}
"""The values that are told one by one."""
VARIABLES: Mapping[str, str] = {
    "CLOUDFLARE_API_TOKEN": "$CLOUDFLARE_API_TOKEN",
    "STRATEGY": "=policy",
    "RECORD_OWNER_ID": VALUES["cloudflare.recordOwnerID"],
    "KUBECONFIG": "=cluster.kubeconfig",
}
_OF_PODS_TEXT = """
replicaCount image imagePullSecrets nameOverride fullnameOverride serviceAccount podAnnotations podLabels
podSecurityContext securityContext resources nodeSelector tolerations affinity livenessProbe readinessProbe
podDisruptionBudget serviceMonitor service rbac volumes volumeMounts
"""
_OF_PODS = frozenset(_OF_PODS_TEXT.split())


def is_chart(values: Mapping[str, Any]) -> bool:
    """Return whether values without a name are those of its chart."""
    cloudflare = values.get("cloudflare")
    return isinstance(cloudflare, Mapping) and isinstance(cloudflare.get("apiToken"), Mapping)


def read(draft: Draft, values: Mapping[str, Any], variables: Mapping[str, str | None]) -> None:
    """Tell all values, and the variables among them, and put what they become into the settings."""
    for name, value in values.items():
        if name == "env" or value in (None, "", [], {}):
            continue
        if name in ("cloudflare", "kubernetes") and isinstance(value, Mapping):
            for key, inner in value.items():
                if inner not in (None, ""):
                    _one(draft, f"{name}.{key}", VALUES, inner)
        else:
            draft.tell(name, _POD if name in _OF_PODS else "-its chart has no such value; is it misspelt?", value)
    for name, inner in variables.items():
        _one(draft, name, VARIABLES, inner)
    draft.carry("HTTPRoutes", "sources", ["gateway-httproute"])
    draft.carry("routes without content-mode", "cluster.opt_in", value=True)
    draft.settings["zones"] = "auto"
    draft.adopt += ["--from", TOOL]


def _one(draft: Draft, what: str, table: Mapping[str, str], value: object) -> None:
    way = table.get(what, "-nothing of this name is known of it; of a newer version, or misspelt?")
    draft.tell(what, way, _STRATEGIES.get(str(value), value) if way == "=policy" else value)
