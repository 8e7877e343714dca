"""Match labels by label selectors (Kubernetes API, `LabelSelector`). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from stacks.kube.objects import Manifest


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Return whether the selector matches the labels. An empty one matches all, an unknown operator none."""
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _fulfils(expression, labels) for expression in selector.get("matchExpressions") or ()
    )


def _fulfils(expression: Manifest, labels: Mapping[str, str]) -> bool:
    value = labels.get(expression["key"])
    values = expression.get("values") or ()
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values  # a label that is missing is in no set
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False
