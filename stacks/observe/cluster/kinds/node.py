"""Nodes: a record for each, and the addresses of several together. Pure.

Sources: Kubernetes API core/v1, `NodeStatus.addresses`, `NodeCondition`; KEP-1143, the label that excludes a node from
external load balancers; KEP-3458, which nodes the service controller hands to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stacks.kube.objects import NODES, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.annotations import (
    HOSTNAME,
    Annotated,
    annotated_names,
    makes_claims,
)
from stacks.observe.cluster.claims.assemble import Claimant, assemble, known
from stacks.observe.cluster.claims.hostnames import hostname, is_hostname
from stacks.observe.cluster.claims.limits import claims_of_each
from stacks.observe.cluster.claims.source import Options

EXTERNAL, INTERNAL = "ExternalIP", "InternalIP"
EXCLUDED_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers"
"""A label whose value plays no part."""
_BY_ACCESS = {"public": (EXTERNAL,), "private": (INTERNAL,)}


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes, by the host names in their annotation, else by their own name where it has a domain."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (NODES,)

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        return claims_of_each(objects.all(NODES), lambda one: self._of_node(one, objects.cluster), self.options)

    def _of_node(self, node: Manifest, cluster: str) -> Iterator[Claim | Complaint]:
        key = key_of(cluster, NODES, node)
        annotated = Annotated.of(key, node, self.options.prefix)
        if is_cordoned(node) and not self.options.cordoned_nodes:
            return
        if not makes_claims((annotated,), opt_in=self.options.opt_in):
            return
        faults: list[Complaint] = []
        templated = self.options.templated(NODES, node, key)
        names = annotated_names((annotated,), HOSTNAME, faults)
        if not names and (self.options.templates.combine or not self.options.templates.names):
            names = own_name(key.name)
        added = templated.names(names, faults)
        yield from assemble(
            Claimant(key, created(node), (annotated,), default=self.options.default_target(), templated=added),
            (*names, *added),
            node_addresses((node,), str(key)),
            faults,
        )


def is_cordoned(node: Manifest) -> bool:
    """Return whether the node takes no new pods: somebody is about to empty it."""
    return bool((node.get("spec") or {}).get("unschedulable"))


def node_addresses(
    nodes: Iterable[Manifest], user: str, access: str | None = None, *, serving: bool = False
) -> Known[tuple[str, ...]] | Unknown:
    """Return the external addresses of all nodes; where none has one, the internal ones.

    user: the object that needs the addresses, for the reason where there are none. access: `public` for the external
    addresses only, `private` for the internal ones only. serving: only of nodes that are ready; where none is, nobody
    knows which of them will serve.
    """
    found: dict[str, list[str]] = {EXTERNAL: [], INTERNAL: []}
    unready: set[str] = set()
    for node in nodes:
        for one in (node.get("status") or {}).get("addresses") or ():
            found.setdefault(one.get("type", ""), []).append(one.get("address", ""))
            if serving and not _is_ready(node):
                unready.add(one.get("address", ""))
    kinds = _BY_ACCESS.get(access or "", (EXTERNAL, INTERNAL))
    listed = next((found[kind] for kind in kinds if found[kind]), [])
    lacks = "no node with an address for it is ready" if unready & {*listed} else "no node has an address for it"
    return known([one for one in listed if one not in unready], f"{user}: {lacks}")


def first_addresses(node: Manifest, *kinds: str) -> tuple[str, ...]:
    """Return the addresses of a node of the first of these types that it has any of."""
    listed = (node.get("status") or {}).get("addresses") or ()
    each = (tuple(one.get("address", "") for one in listed if one.get("type") == kind) for kind in kinds)
    return next(filter(None, each), ())


def is_excluded(node: Manifest) -> bool:
    """Return whether the node takes no traffic from outside."""
    return EXCLUDED_LABEL in (node["metadata"].get("labels") or {})


def _is_ready(node: Manifest) -> bool:
    """Return whether the node is ready; one that says nothing of it is: its kubelet has yet to speak."""
    listed = (node.get("status") or {}).get("conditions") or ()
    return all(one.get("status") == "True" for one in listed if one.get("type") == "Ready")


def own_name(name: str) -> tuple[str, ...]:
    """Return the name of an object as one of DNS, if it is one with a domain."""
    return (hostname(name),) if "." in name and is_hostname(name) else ()
