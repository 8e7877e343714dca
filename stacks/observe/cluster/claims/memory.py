"""Results by object, computed again only when something that they were computed from has changed.

A cluster of 5,000 routes is read again at every event, and one of them has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from stacks.kube.objects import ClusterObjects, Manifest, Resource
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


Lookups = Mapping[tuple[Resource, str, str], Manifest | Unknown | None]
_Key = tuple[tuple[tuple[Resource, str, str], int], ...]


@dataclass(frozen=True, slots=True)
class Remembered(Generic[T]):
    """A result with the manifest and the lookups that it was computed from."""

    manifest: Manifest
    lookups: Lookups
    value: T


class Memory(Generic[T]):
    """The results for the objects of one resource, by cluster. Those of objects that are gone are forgotten."""

    def __init__(self) -> None:
        # By the identity of the manifest, which lives as long as its result is remembered.
        self._remembered: dict[str, dict[int, Remembered[T]]] = {}
        self._alike: dict[str, dict[_Key, Lookups]] = {}

    def each(
        self, manifests: tuple[Manifest, ...], objects: ClusterObjects, compute: Callable[[Manifest, ClusterObjects], T]
    ) -> tuple[T, ...]:
        """Return the result for each object, in their order. compute: makes one, from an object and lookups."""
        before = self._remembered.get(objects.cluster, {})
        alike = self._alike.get(objects.cluster, {})
        held: dict[int, bool] = {}
        now: dict[int, Remembered[T]] = {}
        for manifest in manifests:
            remembered = before.get(id(manifest))
            if remembered is None or not _hold(remembered.lookups, objects, held):
                recorder = LookupRecorder(objects)
                value = compute(manifest, recorder)
                # The routes of a Gateway have all looked up the same: it is compared once for all.
                lookups = alike.setdefault(_key(recorder.lookups), recorder.lookups)
                held[id(lookups)] = True
                remembered = Remembered(manifest, lookups, value)
            now[id(manifest)] = remembered
        self._remembered[objects.cluster] = now
        self._alike[objects.cluster] = {key: one for key, one in alike.items() if held.get(id(one))}
        return tuple(remembered.value for remembered in now.values())


def _key(lookups: Lookups) -> _Key:
    return tuple((where, id(found)) for where, found in lookups.items())


def _hold(lookups: Lookups, objects: ClusterObjects, held: dict[int, bool]) -> bool:
    """Return whether no looked-up object has been replaced since. held: what this pass has found, by identity."""
    known = held.get(id(lookups))
    if known is None:
        known = held[id(lookups)] = all(objects.get(*where) is found for where, found in lookups.items())
    return known
