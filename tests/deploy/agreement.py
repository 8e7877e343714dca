"""What matters of an operator's manifests, in a form in which those of different origin can be compared."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import yaml

Manifest = dict[str, Any]
_OF_HELM = ("app.kubernetes.io/managed-by", "helm.sh/chart")
Key = tuple[str, str, str]


def what_matters(manifests: Iterable[Manifest]) -> dict[Key, Any]:
    """Each object by kind, namespace and name, without the Namespace; settings are read, rights are spelled out.

    A right of the whole cluster counts once: that a Role may give it too changes nothing.
    """
    found = {
        (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): _plain(one)
        for one in manifests
        if one["kind"] != "Namespace"
    }
    wide = {right[:3] for (kind, _, _), one in found.items() if kind == "ClusterRole" for right in one["rules"]}
    for (kind, _, _), one in found.items():
        if kind == "Role":
            one["rules"] = {right for right in one["rules"] if right[:3] not in wide}
    return found


def _plain(manifest: Manifest) -> Any:  # noqa: ANN401 - any form
    found = copy.deepcopy(manifest)
    for label in _OF_HELM:
        found["metadata"].get("labels", {}).pop(label, None)
    match found["kind"]:
        case "Role" | "ClusterRole":
            found["rules"] = spelled_out(found["rules"])
        case "ConfigMap" if "truenorth.json" in found["data"]:
            found["data"]["truenorth.json"] = found["data"]["truenorth.json"].rstrip("\n")
        case "ConfigMap":
            found["data"] = {name: yaml.safe_load(text) for name, text in found["data"].items()}
        case "Deployment" | "DaemonSet":
            pod = found["spec"]["template"]["spec"]
            pod["containers"][0]["env"].sort(key=lambda one: one["name"])
    return found


def spelled_out(rules: Iterable[Manifest]) -> set[tuple[str, str, str, str]]:
    """Everything that rules allow: group, resource, verb, name. What is allowed for all is not named for one."""
    every = {
        (group, resource, verb, name)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        for name in rule.get("resourceNames", [""])
    }
    return {one for one in every if not one[3] or (*one[:3], "") not in every}
