"""Nodes: a record for each, with its addresses. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.kube.objects import NODES, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint
from stacks.model.values import Known, Unknown
from stacks.observe.cluster import annotation_values as values
from stacks.observe.cluster.annotations import CONTENT_MODE, HOSTNAME, Annotated, find, is_anothers, value
from stacks.observe.cluster.assemble import Asking, assemble
from stacks.observe.cluster.kinds.hostnames import hostname, is_hostname
from stacks.observe.cluster.kinds.node_addresses import is_cordoned, node_addresses
from stacks.observe.cluster.source import Options


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes: by the names in their annotation, else by their own where that is a name in full."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (NODES,)

    def wishes(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        found = objects.all(NODES)
        if isinstance(found, Unknown):
            return found
        return Known(tuple(wish for one in found.value for wish in self._of_node(one, objects.cluster)))

    def _of_node(self, node: Manifest, cluster: str) -> Iterator[Claim | Complaint]:
        key = key_of(cluster, NODES, node)
        said = Annotated.of(key, node)
        if is_anothers(said) or (is_cordoned(node) and not self.options.cordoned_nodes):
            return
        if self.options.opt_in and not find((said,), CONTENT_MODE):
            return
        faults: list[Complaint] = []
        names = value((said,), HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or _own_name(key.name)
        yield from assemble(Asking(key, created(node), (said,)), names, node_addresses((node,), str(key)), faults)


def _own_name(name: str) -> tuple[str, ...]:
    return (hostname(name),) if "." in name and is_hostname(name) else ()
