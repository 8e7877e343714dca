"""Match labels by the label selectors of manifests (Kubernetes API, `LabelSelector`). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from stacks.kube.objects import Manifest
from stacks.model.selectors import Requirement

_OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Return whether the selector matches the labels. An empty one matches all, an unknown operator none."""
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        one["operator"] in _OPERATORS
        and Requirement(one["key"], one["operator"], tuple(one.get("values") or ())).holds(labels)
        for one in selector.get("matchExpressions") or ()
    )
