"""Answers about objects that are worked out anew only when something has changed that they were worked out from.

A cluster of 5,000 routes is asked again at every event, and one of them has changed.
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
class Noting:
    """Caches that note what was looked up in them."""

    objects: ClusterObjects
    looked_up: dict[tuple[Resource, str, str], Manifest | Unknown | None] = field(default_factory=dict)

    @property
    def cluster(self) -> str:
        return self.objects.cluster

    def all(self, resource: Resource) -> Known[tuple[Manifest, ...]] | Unknown:
        """Refused: an answer that depends on all objects is not one to remember by object. Raises LookupError."""
        raise LookupError(f"{resource.plural} can only be looked up one by one here")

    def get(self, resource: Resource, namespace: str, name: str) -> Manifest | Unknown | None:
        found = self.objects.get(resource, namespace, name)
        self.looked_up[resource, namespace, name] = found
        return found


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was worked out of an object, and what was looked at for it."""

    manifest: Manifest
    looked_up: Mapping[tuple[Resource, str, str], Manifest | Unknown | None]
    value: T

    def holds(self, manifest: Manifest, objects: ClusterObjects) -> bool:
        """Whether nothing that it came from has been replaced since."""
        return manifest is self.manifest and all(
            objects.get(*where) is found for where, found in self.looked_up.items()
        )


class Memory(Generic[T]):
    """The answers about the objects of a resource, by cluster. What is not asked about any more is forgotten."""

    def __init__(self) -> None:
        self._answers: dict[str, dict[ObjectKey, Answer[T]]] = {}

    def each(
        self,
        resource: Resource,
        manifests: tuple[Manifest, ...],
        objects: ClusterObjects,
        work_out: Callable[[Manifest, ClusterObjects], T],
    ) -> tuple[T, ...]:
        """The answer about each object, in their order."""
        before = self._answers.get(objects.cluster, {})
        now: dict[ObjectKey, Answer[T]] = {}
        for manifest in manifests:
            key = key_of(objects.cluster, resource, manifest)
            answer = before.get(key)
            if answer is None or not answer.holds(manifest, objects):
                noting = Noting(objects)
                answer = Answer(manifest, noting.looked_up, work_out(manifest, noting))
            now[key] = answer
        self._answers[objects.cluster] = now
        return tuple(answer.value for answer in now.values())
