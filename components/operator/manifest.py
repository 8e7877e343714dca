"""A manifest of the operator, with the metadata and labels common to all its objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.operator.args import OperatorArgs

Manifest = dict[str, Any]


def selector(args: OperatorArgs) -> dict[str, str]:
    """Return the labels that find the pods. They never change: a Deployment's selector cannot."""
    return {"app.kubernetes.io/name": "truenorth", "app.kubernetes.io/instance": args.name}


def labels(args: OperatorArgs) -> dict[str, str]:
    """Return the labels of every object."""
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
    """Return the manifest of one object.

    namespace: None for the operator's own, "" for a cluster-wide object. extra: more fields of its metadata.
    """
    chosen = args.namespace if namespace is None else namespace
    metadata = {"name": name, **({"namespace": chosen} if chosen else {}), "labels": labels(args), **(extra or {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
