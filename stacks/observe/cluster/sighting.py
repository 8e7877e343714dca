"""The sources of one cluster over its caches, and the reflectors that fill the caches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from stacks.kube.api import ClusterApi, Collection
from stacks.kube.cache import Cache, CacheView, Selection, select
from stacks.kube.objects import GATEWAYS, NAMESPACES, Manifest
from stacks.kube.reflector import Reflector
from stacks.kube.timing import ApiTiming
from stacks.model.claims import GEO, Claim, Complaint, Labels, ObjectKey, SourceSighting
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.selection import GatewaySelection
from stacks.observe.cluster.claims.source import ClaimSource
from stacks.observe.cluster.claims.templates import fields_read
from stacks.observe.cluster.claims.unread import UnreadAnnotations
from stacks.observe.cluster.filters import filters
from stacks.observe.cluster.hosts import Hosts
from stacks.observe.cluster.kinds.dns_endpoint import DnsEndpoints
from stacks.observe.cluster.kinds.geo import balanced
from stacks.observe.cluster.kinds.service import Services
from stacks.observe.cluster.sources import options_of, sources_of
from stacks.settings.cluster import ClusterSettings


@dataclass(slots=True)
class WatchedSource:
    """A source, its view of the cluster's caches, and its last sighting."""

    name: str
    source: ClaimSource
    view: CacheView
    gateways: GatewaySelection
    filters: tuple[tuple[str, str], ...] = ()
    """The settings that choose among the objects."""
    tells: bool = False
    """Whether the owners of the objects are told of their records."""
    unread: UnreadAnnotations = field(default_factory=UnreadAnnotations, repr=False)
    hosts: Hosts | None = None
    """The host names whose addresses the source takes for targets."""
    _revisions: tuple[int, ...] = ()
    _last: SourceSighting | None = field(default=None, repr=False)

    def sighting(self, uid: str) -> SourceSighting:
        """Return the present claims; they are computed again only if something in the view has changed.

        uid: that of the cluster.
        """
        revisions = (*self.view.revisions, self.hosts.revision if self.hosts else 0)
        if self._last is None or self._revisions != revisions or self._last.uid != uid:
            own = self.source.resources()[0]
            self._revisions = revisions
            self._last = SourceSighting(
                cluster=self.view.cluster,
                source=self.name,
                kind=own.kind,
                found=self._found(),
                waiting=self.view.caches[own].waiting,
                unmet=self._unmet(),
                uid=uid,
                filters=self.filters,
                generations=self._generations(),
            )
        return self._last

    def _unmet(self) -> str:
        """Return what the settings ask for and no Gateway of routes is; "" for nothing, or where nobody knows."""
        if GATEWAYS not in self.source.resources()[1:]:
            return ""
        found = self.view.all(GATEWAYS)
        return self.gateways.unmet(found.value) if isinstance(found, Known) else ""

    def _generations(self) -> tuple[tuple[ObjectKey, int], ...]:
        """Return the generations of DNSEndpoints: no other kind of object has a status that is ours to write."""
        return self.source.generations(self.view) if self.tells and isinstance(self.source, DnsEndpoints) else ()

    def _found(self) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        found, resources = self.source.claims(self.view), self.source.resources()
        if self.name.startswith(GEO):
            return found  # the other sources of these kinds tell it
        return self.unread.beside(found, self.view, resources)


class ClusterSources:
    """The sources of one cluster. Each collection of objects is read once, however many sources use it."""

    def __init__(self, settings: ClusterSettings) -> None:
        self._settings = settings
        self._namespaces: CacheView | None = None
        self.uid = ""
        """The UID of the cluster; "" until it is known."""
        self.hosts = Hosts(settings.resolvers) if settings.load_balancer_addresses else None
        self._caches: dict[Selection, Cache] = {}
        self._sources = tuple(self._watched(name, one) for name, one in sources_of(settings, self.hosts).items())
        if geo := settings.geo:
            self._sources += tuple(
                self._watched(name, one, geo.label_selector)
                for name, one in balanced(geo, options_of(settings)).items()
            )
        if settings.asks_for_labels:
            every = Selection(NAMESPACES)
            cache = self._caches.setdefault(every, Cache(every))
            self._namespaces = CacheView(settings.name, {NAMESPACES: cache})

    def _watched(self, name: str, source: ClaimSource, labels: str = "") -> WatchedSource:
        selected = select(source.resources(), self._settings, labels)
        caches = {
            resource: self._caches.setdefault(selection, Cache(selection, self._settings.annotation_prefix))
            for resource, selection in selected.items()
        }
        view = CacheView(self._settings.name, caches)
        unread = UnreadAnnotations(
            self._settings.geo is not None, self._settings.namespaces, self._settings.annotation_prefix
        )
        gateways = GatewaySelection.of(self._settings)
        chosen = filters(self._settings)
        hosts = self.hosts if isinstance(source, Services) else None
        return WatchedSource(name, source, view, gateways, chosen, self._settings.events, unread, hosts)

    def reflectors(self, api: ClusterApi, pace: ApiTiming, changed: Callable[[], None]) -> tuple[Reflector, ...]:
        """Return the reflectors that fill the caches. pace: its timeout is replaced by the cluster's own."""
        pace = replace(pace, timeout=self._settings.timeout)
        cluster = f"the cluster {self._settings.name}" if self._settings.name else "the cluster"
        also = fields_read(self._settings.templates)
        return tuple(
            Reflector(
                *(api, Collection(resource, resource.version, namespace, labels, also=also), part),
                *(pace, cluster, changed),
            )
            for cache in self._caches.values()
            for resource, labels in [(cache.selection.resource, cache.selection.labels)]
            for namespace, part in cache.parts.items()
        )

    def sightings(self) -> tuple[SourceSighting, ...]:
        """Return the present claims of each source, in the settings' order."""
        found = tuple(watched.sighting(self.uid) for watched in self._sources)
        if self._namespaces is None:
            return found
        labels = _labels(self._namespaces.all(NAMESPACES))
        return tuple(replace(one, namespaces=labels) for one in found)


def _labels(namespaces: Known[tuple[Manifest, ...]] | Unknown) -> Known[tuple[tuple[str, Labels], ...]] | Unknown:
    """Return the labels of each namespace."""
    if isinstance(namespaces, Unknown):
        return Unknown(f"the labels of namespaces are not known: {namespaces.reason}")
    found = ((one["metadata"]["name"], one["metadata"].get("labels") or {}) for one in namespaces.value)
    return Known(tuple(sorted((name, tuple(sorted(labels.items()))) for name, labels in found)))
