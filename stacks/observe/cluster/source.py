"""What every source of wishes speaks: a module a kind of object, behind two methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from stacks.kube.objects import ClusterObjects, Resource
from stacks.model.claims import Claim, Complaint
from stacks.model.values import Known, Unknown


@dataclass(frozen=True, slots=True)
class Options:
    """What the settings choose about the sources.

    opt_in: only objects with a content-mode (their own or their Gateway's) are named, as Routeflare does it.
    ingress_classes: the classes of the Ingresses that count; none: all.
    cluster_addresses: Services of type ClusterIP are named too.
    cordoned_nodes: nodes that take no new pods count too.
    """

    opt_in: bool = False
    ingress_classes: tuple[str, ...] = ()
    cluster_addresses: bool = False
    cordoned_nodes: bool = False


class Source(Protocol):
    """One kind of object that wishes for records."""

    def resources(self) -> tuple[Resource, ...]:
        """What has to be listed and watched; the first is the kind itself."""

    def wishes(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        """All that its objects wish for. Unknown where not even the names can be told."""
