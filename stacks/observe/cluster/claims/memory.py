"""Results by object, computed again only when something that they were computed from has changed.

A cluster of 5,000 routes is read again at every event, and one of them has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from stacks.kube.objects import ClusterObjects, Manifest, Resource, key_of
from stacks.model.claims import ObjectKey
from stacks.model.values import Known, Unknown

T = TypeVar("T")


@dataclass(slots=True)
class LookupRecorder:
    """The objects of a cluster, and a record of every lookup in them."""

    objects: ClusterObjects
    lookups: dict[tuple[Resource, str, str], Manifest | Unknown | None] = field(default_factory=dict)

    @property
    def cluster(self) -> str:
        """The name of the cluster."""
        return self.objects.cluster

    def all(self, resource: Resource) -> Known[tuple[Manifest, ...]] | Unknown:
        """Raise LookupError: a result that depends on all objects cannot be remembered for one of them."""
        raise LookupError(f"{resource.plural} can only be looked up one by one here")

    def get(self, resource: Resource, namespace: str, name: str) -> Manifest | Unknown | None:
        """Return an object, Unknown where it cannot be seen, None where there is none; the lookup is recorded."""
        found = self.objects.get(resource, namespace, name)
        self.lookups[resource, namespace, name] = found
        return found

    def counts(self, resource: Resource, namespace: str) -> bool:
        """Return whether the settings have the objects of a namespace read; that never changes."""
        return self.objects.counts(resource, namespace)


@dataclass(frozen=True, slots=True)
class Remembered(Generic[T]):
    """A result with the manifest and the lookups that it was computed from."""

    manifest: Manifest
    lookups: Mapping[tuple[Resource, str, str], Manifest | Unknown | None]
    value: T

    def holds(self, manifest: Manifest, objects: ClusterObjects) -> bool:
        """Return whether neither the manifest nor a looked-up object has been replaced since."""
        return manifest is self.manifest and all(objects.get(*where) is found for where, found in self.lookups.items())


class Memory(Generic[T]):
    """The results for the objects of one resource, by cluster. Those of objects that are gone are forgotten."""

    def __init__(self) -> None:
        self._remembered: dict[str, dict[ObjectKey, Remembered[T]]] = {}

    def each(
        self,
        resource: Resource,
        manifests: tuple[Manifest, ...],
        objects: ClusterObjects,
        compute: Callable[[Manifest, ClusterObjects], T],
    ) -> tuple[T, ...]:
        """Return the result for each object, in their order. compute: makes one, from an object and lookups."""
        before = self._remembered.get(objects.cluster, {})
        now: dict[ObjectKey, Remembered[T]] = {}
        for manifest in manifests:
            key = key_of(objects.cluster, resource, manifest)
            remembered = before.get(key)
            if remembered is None or not remembered.holds(manifest, objects):
                recorder = LookupRecorder(objects)
                remembered = Remembered(manifest, recorder.lookups, compute(manifest, recorder))
            now[key] = remembered
        self._remembered[objects.cluster] = now
        return tuple(remembered.value for remembered in now.values())
