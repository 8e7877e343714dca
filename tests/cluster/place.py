"""A place of its own for a test on the shared API server, and what TrueNorth reads there."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from lab.kube.client import ApiError
from lab.kube.cluster import Cluster
from stacks.model.claims import Claim, Complaint, Detected, Targets
from stacks.model.observation import Registry
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.reading import read
from stacks.plan.desired.claims import settle
from stacks.plan.desired.ways import definite
from stacks.settings.cluster import ClusterSettings, SourceName
from tests.cluster.objects import Manifest

KEPT = "stays as it is"
ROUTES: SourceName = "gateway-httproute"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """Namespaces of a test, whose objects are made by the API and read as `truenorth up` reads them."""

    cluster: Cluster
    namespace: str

    def other(self, name: str, **labels: str) -> str:
        """Make another namespace of the test's, with these labels; return its name."""
        full = f"{self.namespace}-{name}"
        metadata = {"name": full, "labels": labels}
        self.cluster.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        return full

    def put(self, *manifests: Manifest) -> None:
        """Make these objects, or make them so, each with its status."""
        for one in manifests:
            placed = self._placed(one)
            status = placed.pop("status", None)
            self.cluster.admin.apply(placed)
            if status is not None:
                self.cluster.admin.set_status(placed, status)

    def refused(self, manifest: Manifest) -> str:
        """Why the API server refuses an object, or its status."""
        with pytest.raises(ApiError) as refusal:
            self.put(manifest)
        assert refusal.value.code == 422
        return str(refusal.value)

    def delete(self, manifest: Manifest) -> None:
        self.cluster.admin.delete(self._placed(manifest))

    def _placed(self, manifest: Manifest) -> Manifest:
        if manifest["kind"] == "Node":
            return dict(manifest)
        return manifest | {"metadata": {"namespace": self.namespace, **manifest["metadata"]}}

    def read(self, *sources: SourceName, **settings: Any) -> tuple[Claim | Complaint, ...]:  # noqa: ANN401 - any setting
        """What the objects of these namespaces say, by these sources, which can be read."""
        named: Mapping[str, Any] = {"namespaces": (self.namespace,), "timeout": 60, **settings}
        one = ClusterSettings(sources=sources or (ROUTES,), kubeconfig=str(self.cluster.kubeconfig), **named)
        found: list[Claim | Complaint] = []
        for sighting in read((one,), {}):
            assert isinstance(sighting.found, Known), sighting.found
            found += sighting.found.value
        return tuple(found)

    def wishes(self, *sources: SourceName, **settings: Any) -> Sequence[Claim]:  # noqa: ANN401 - any setting
        """The wishes after conflicts are settled, where state remembers nothing, by name and type."""
        found = (one for one in self.read(*sources, **settings) if isinstance(one, Claim))
        kept = settle(definite(found, Registry())).claims
        return sorted(kept, key=lambda wish: (wish.name, wish.type or ""))

    def wish(self, *sources: SourceName, **settings: Any) -> Claim:  # noqa: ANN401 - any setting
        """The only wish."""
        (only,) = self.wishes(*sources, **settings)
        return only

    def served(self, *sources: SourceName, **settings: Any) -> dict[str, object]:  # noqa: ANN401 - any setting
        """The targets by `name type`, KEPT where they are unknown, links where detected."""
        return {
            f"{one.name} {one.type}" if one.type else one.name: _shown(one.targets)
            for one in self.wishes(*sources, **settings)
        }

    def names(self, *sources: SourceName, **settings: Any) -> set[str]:  # noqa: ANN401 - any setting
        """The names that are asked for."""
        return {one.name for one in self.wishes(*sources, **settings)}

    def told(self, *sources: SourceName, **settings: Any) -> list[Complaint]:  # noqa: ANN401 - any setting
        """What owners of objects are told; Gateways of other tests' namespaces are left out."""
        found = [
            one
            for one in self.read(*sources, **settings)
            if isinstance(one, Claim) or one.object.namespace.startswith(self.namespace) or not one.object.namespace
        ]
        lost = settle(definite((one for one in found if isinstance(one, Claim)), Registry())).complaints
        return [*(one for one in found if isinstance(one, Complaint)), *lost]


def _shown(targets: Targets) -> object:
    match targets:
        case Known(value):
            return value
        case Detected(links):
            return Detected(links)
        case Unknown():
            return KEPT


def make_place(cluster: Cluster, kind: str) -> Place:
    """A new namespace, named after the kind of test: without controllers, none could be removed."""
    name = f"{kind}-{next(_NUMBERS)}"
    cluster.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return Place(cluster, name)
