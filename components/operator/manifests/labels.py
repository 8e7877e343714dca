"""What all objects of an operator have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.operator.args import OperatorArgs

Manifest = dict[str, Any]


def selector(args: OperatorArgs) -> dict[str, str]:
    """The labels that find the pods. They never change: a Deployment's selector cannot."""
    return {"app.kubernetes.io/name": "truenorth", "app.kubernetes.io/instance": args.name}


def labels(args: OperatorArgs) -> dict[str, str]:
    """The labels of every object."""
    return {**selector(args), "app.kubernetes.io/part-of": "truenorth"}


def manifest(
    args: OperatorArgs,
    api_version: str,
    kind: str,
    name: str,
    *,
    namespace: str | None = None,
    extra: Mapping[str, Any] | None = None,
    **content: Any,  # noqa: ANN401 - the fields of the kind
) -> Manifest:
    """An object in the operator's namespace, or in another one; "" for one that has none. extra: more of metadata."""
    place = args.namespace if namespace is None else namespace
    metadata = {"name": name, **({"namespace": place} if place else {}), "labels": labels(args), **(extra or {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
