"""The Gateways that count, by the settings: their names, labels and classes. Pure.

One that does not count is as one to which no route attaches: it gives neither names nor targets. It is not unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stacks.kube.objects import Manifest
from stacks.model.selectors import Selector, over_labels, selects
from stacks.settings.cluster import ClusterSettings

ANYWHERE = ""
"""The namespace in a Gateway's name that says none."""


@dataclass(frozen=True, slots=True)
class GatewaySelection:
    """The Gateways that count: those that have one of the names, one of the classes, and the labels.

    names: pairs of a namespace, or ANYWHERE, and a name; none: all. classes: none: all.
    """

    names: frozenset[tuple[str, str]] = frozenset()
    labels: Selector = ()
    classes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: ClusterSettings) -> GatewaySelection:
        """Return the selection of a cluster's settings."""
        pairs = (one.rpartition("/") for one in settings.gateways)
        names = frozenset((namespace, name) for namespace, _, name in pairs)
        return cls(names, over_labels(settings.gateway_labels), frozenset(settings.gateway_classes))

    def names_one(self, namespace: str, name: str) -> bool:
        """Return whether a Gateway of this name can count, whatever its labels and class are."""
        return not self.names or not self.names.isdisjoint({(namespace, name), (ANYWHERE, name)})

    def has(self, gateway: Manifest) -> bool:
        """Return whether a Gateway counts."""
        metadata = gateway["metadata"]
        return (
            self.names_one(metadata.get("namespace", ""), metadata["name"])
            and (not self.classes or gateway["spec"].get("gatewayClassName") in self.classes)
            and selects(self.labels, metadata.get("labels") or {})
        )

    def unmet(self, gateways: Sequence[Manifest]) -> str:
        """Return what the settings ask for and none of these Gateways is; "" for nothing."""
        known = {(one["metadata"].get("namespace", ""), one["metadata"]["name"]) for one in gateways}
        known |= {(ANYWHERE, name) for _, name in known}
        if absent := sorted("/".join(filter(None, one)) for one in self.names - known):
            return f"there is no Gateway {', '.join(absent)} (cluster.gateways)"
        if self != EVERY_GATEWAY and not any(map(self.has, gateways)):
            return "no Gateway counts (cluster.gateways, gateway_labels, gateway_classes)"
        return ""


EVERY_GATEWAY = GatewaySelection()
