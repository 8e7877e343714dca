"""Caches of a cluster's objects: filled by reflectors, read by sources, all in one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from stacks.kube.objects import ENDPOINT_SLICES, GATEWAYS, LISTENER_SETS, PODS, X_LISTENER_SETS, Manifest, Resource
from stacks.model.claims import vocabularies
from stacks.model.selectors import Selector, over_annotations, selects
from stacks.model.values import Known, Unknown
from stacks.settings.cluster import ClusterSettings

UNREAD = Unknown("it has not been read yet")
ALL_NAMESPACES = ""
_OF_GATEWAYS = {GATEWAYS, LISTENER_SETS, X_LISTENER_SETS}
_FOLLOWS_NAMESPACES = {ENDPOINT_SLICES, PODS}


@dataclass(frozen=True, slots=True)
class Selection:
    """The wanted objects of a resource. namespaces: () for all. labels: what the API server is to select.

    prefixes: the beginnings of annotations of which an object has to have one; () for none.
    """

    resource: Resource
    namespaces: tuple[str, ...] = ()
    labels: str = ""
    annotations: Selector = ()
    prefixes: tuple[str, ...] = ()

    def has(self, manifest: Manifest) -> bool:
        """Return whether an object that the API server has selected is wanted: it selects by no annotation."""
        said = manifest["metadata"].get("annotations") or {}
        return selects(self.annotations, said) and (
            not self.prefixes or any(one.startswith(self.prefixes) for one in said)
        )


def select(resources: tuple[Resource, ...], settings: ClusterSettings, labels: str = "") -> dict[Resource, Selection]:
    """Return the selections of a source's resources. The first resource is the source's own kind.

    labels: a label selector for the own kind, beside the cluster's.
    """
    of_own = ",".join(filter(None, (settings.labels, labels)))
    own, *others = resources
    return {own: _of_own(own, settings, of_own), **{one: _selection(one, settings) for one in others}}


def _of_own(resource: Resource, settings: ClusterSettings, labels: str) -> Selection:
    namespaces = settings.gateway_namespaces if resource in _OF_GATEWAYS else settings.namespaces
    annotations = over_annotations(settings.annotations)
    # Of thousands of pods a few are named, where nothing names or looks up all of them.
    of_all = settings.pod_domain or settings.pod_targets or settings.templates.names
    few = resource is PODS and not of_all
    prefixes = vocabularies(settings.annotation_prefix) if few else ()
    return Selection(resource, _each(namespaces) if resource.namespaced else (), labels, annotations, prefixes)


def _selection(resource: Resource, settings: ClusterSettings) -> Selection:
    if resource in _OF_GATEWAYS:
        return Selection(resource, _each(settings.gateway_namespaces))
    return Selection(resource, _each(settings.namespaces) if resource in _FOLLOWS_NAMESPACES else ())


def _each(namespaces: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(namespaces))


class CachePart:
    """The objects of one namespace, or of all. An unchanged object keeps its position and its identity."""

    def __init__(self, wanted: Callable[[Manifest], bool] = lambda _: True, prefix: str = "") -> None:
        """wanted: whether an object is kept. prefix: that of the annotations that are read, of the settings."""
        self.wanted = wanted
        self.prefix = prefix
        self.unknown: Unknown | None = UNREAD
        """The reason why the objects are not known; None where they are."""
        self.waiting = False
        """Whether the objects are not known because the cluster does not serve the kind."""
        self.revision = 0
        """A number that grows with every change."""
        self.objects: dict[tuple[str, str], Manifest] = {}

    def replace(self, manifests: Iterable[Manifest]) -> None:
        """Make these all the objects, without those that are not wanted. From now on they are known."""
        found = {_key(one): one for one in manifests if self.wanted(one)}
        for key in self.objects.keys() - found.keys():
            del self.objects[key]
            self.revision += 1
        for key, one in found.items():
            self._put(key, one)
        if self.unknown is not None:
            self.unknown, self.waiting = None, False
            self.revision += 1

    def put(self, manifest: Manifest) -> None:
        """Add an object, or replace it; take away one that is not wanted any more."""
        if self.wanted(manifest):
            self._put(_key(manifest), manifest)
        else:
            self.remove(manifest)

    def remove(self, manifest: Manifest) -> None:
        """Remove an object."""
        if self.objects.pop(_key(manifest), None) is not None:
            self.revision += 1

    def lose(self, reason: Unknown, *, waiting: bool = False) -> None:
        """Make the objects unknown. waiting: because the cluster does not serve the kind."""
        if self.unknown != reason or self.waiting != waiting:
            self.unknown, self.waiting = reason, waiting
            self.revision += 1

    def _put(self, key: tuple[str, str], manifest: Manifest) -> None:
        if self.objects.get(key) != manifest:
            self.objects[key] = manifest
            self.revision += 1


class Cache:
    """The objects of a selection, in a part for each namespace."""

    def __init__(self, selection: Selection, prefix: str = "") -> None:
        """prefix: as of its parts."""
        self.selection = selection
        namespaces = selection.namespaces or (ALL_NAMESPACES,)
        self.parts = {namespace: CachePart(selection.has, prefix) for namespace in namespaces}
        self._listed: tuple[int, Known[tuple[Manifest, ...]]] = (-1, Known(()))

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        return sum(part.revision for part in self.parts.values())

    @property
    def waiting(self) -> bool:
        """Whether the cluster does not serve the kind."""
        return any(part.waiting for part in self.parts.values())

    def all(self) -> Known[tuple[Manifest, ...]] | Unknown:
        for part in self.parts.values():
            if part.unknown is not None:
                return part.unknown
        if self._listed[0] != self.revision:
            objects = tuple(chain.from_iterable(part.objects.values() for part in self.parts.values()))
            self._listed = (self.revision, Known(objects))
        return self._listed[1]

    def get(self, namespace: str, name: str) -> Manifest | Unknown | None:
        part = self.parts.get(namespace) or self.parts.get(ALL_NAMESPACES)
        if part is None:
            return None  # in a namespace that does not count
        return part.unknown or part.objects.get((namespace, name))


@dataclass(frozen=True, slots=True)
class CacheView:
    """The caches of a cluster that one of its sources reads."""

    cluster: str
    caches: Mapping[Resource, Cache]

    def all(self, resource: Resource) -> Known[tuple[Manifest, ...]] | Unknown:
        return self.caches[resource].all()

    def get(self, resource: Resource, namespace: str, name: str) -> Manifest | Unknown | None:
        return self.caches[resource].get(namespace, name)

    def counts(self, resource: Resource, namespace: str) -> bool:
        return not {namespace, ALL_NAMESPACES}.isdisjoint(self.caches[resource].parts)

    @property
    def revisions(self) -> tuple[int, ...]:
        """The revisions of all caches, which differ after any change."""
        return tuple(cache.revision for cache in self.caches.values())


def _key(manifest: Manifest) -> tuple[str, str]:
    metadata = manifest["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
