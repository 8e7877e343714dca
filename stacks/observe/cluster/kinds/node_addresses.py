"""The addresses of nodes. Pure. Source: Kubernetes API core/v1, `NodeStatus.addresses`."""

from __future__ import annotations

from collections.abc import Iterable

from stacks.kube.objects import Manifest
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.assemble import known

EXTERNAL, INTERNAL = "ExternalIP", "InternalIP"
_BY_ACCESS = {"public": (EXTERNAL,), "private": (INTERNAL,)}


def is_cordoned(node: Manifest) -> bool:
    """Whether the node takes no new pods: somebody is about to empty it."""
    return bool((node.get("spec") or {}).get("unschedulable"))


def node_addresses(
    nodes: Iterable[Manifest], of_whom: str, access: str | None = None
) -> Known[tuple[str, ...]] | Unknown:
    """The external addresses of all nodes; where none has one, the internal ones. access: only these or only those."""
    found: dict[str, list[str]] = {EXTERNAL: [], INTERNAL: []}
    for node in nodes:
        for one in (node.get("status") or {}).get("addresses") or ():
            found.setdefault(one.get("type", ""), []).append(one.get("address", ""))
    kinds = _BY_ACCESS.get(access or "", (EXTERNAL, INTERNAL))
    return known(next((found[kind] for kind in kinds if found[kind]), ()), f"{of_whom}: no node has an address for it")
