"""The ConfigMap of a zone's file, as a resource of Pulumi's own Kubernetes provider.

Registered by its type token, without the SDK, which takes seconds to import: see `components.records.official`.
"""

from __future__ import annotations

import pulumi

from components.coredns.names import COMPONENT, ZONE, ZoneFilePlace
from components.records import official
from components.records.providers import PROVIDERS

_CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
_LABELS = {"app.kubernetes.io/managed-by": "truenorth"}
_FORCE = {"pulumi.com/patchForce": "true"}
"""Take back what was changed by hand (server-side apply), instead of reporting a conflict."""


def declare(
    zone: str, place: ZoneFilePlace, text: str, opts: pulumi.ResourceOptions | None, *, untouched: bool
) -> pulumi.Resource:
    """Declare the file of a zone. zone: with its view. untouched: the engine keeps what is in state."""
    component = pulumi.ComponentResource(COMPONENT, zone, None, opts)
    inputs = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": place.config_map,
            "namespace": place.namespace,
            "labels": _LABELS,
            "annotations": {ZONE: zone, **_FORCE},
        },
        "data": {place.file: text},
    }
    options = pulumi.ResourceOptions(parent=component, ignore_changes=["metadata", "data"] if untouched else None)
    made = official.resource(PROVIDERS["coredns"], zone, inputs, options, _CONFIG_MAP)
    component.register_outputs({})
    return made
