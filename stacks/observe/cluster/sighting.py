"""One cluster's sources over its caches, and the reflectors that fill these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from stacks.kube.api import ClusterApi, Collection
from stacks.kube.cache import Cache, CacheView, Selection, select
from stacks.kube.reflector import Reflector
from stacks.kube.timing import ApiTiming
from stacks.model.claims import SourceSighting
from stacks.observe.cluster.kinds.geo import balanced
from stacks.observe.cluster.source import Options, Source
from stacks.observe.cluster.sources import SOURCES
from stacks.settings.cluster import ClusterSettings


@dataclass(slots=True)
class Watched:
    """A source, what it sees, and what it saw last."""

    name: str
    source: Source
    view: CacheView
    _revisions: tuple[int, ...] = ()
    _last: SourceSighting | None = field(default=None, repr=False)

    def sighting(self) -> SourceSighting:
        """What it wishes for now; worked out anew only if something that it sees has changed."""
        revisions = self.view.revisions
        if self._last is None or self._revisions != revisions:
            own = self.source.resources()[0]
            self._revisions = revisions
            self._last = SourceSighting(
                cluster=self.view.cluster,
                source=self.name,
                kind=own.kind,
                found=self.source.wishes(self.view),
                waiting=self.view.caches[own].waiting,
            )
        return self._last


class ClusterSources:
    """The sources of one cluster. Each of their collections is read once, however many sources see it."""

    def __init__(self, settings: ClusterSettings) -> None:
        options = Options(
            opt_in=settings.opt_in,
            ingress_classes=settings.ingress_classes,
            cluster_addresses=settings.cluster_addresses,
            cordoned_nodes=settings.cordoned_nodes,
        )
        self._settings = settings
        self._caches: dict[Selection, Cache] = {}
        self._sources = tuple(self._watched(name, SOURCES[name](options)) for name in dict.fromkeys(settings.sources))
        if geo := settings.geo:
            self._sources += tuple(self._watched(name, one, geo.label_selector) for name, one in balanced(geo).items())

    def _watched(self, name: str, source: Source, labels: str = "") -> Watched:
        selected = select(source.resources(), self._settings, labels)
        caches = {
            resource: self._caches.setdefault(selection, Cache(selection)) for resource, selection in selected.items()
        }
        return Watched(name, source, CacheView(self._settings.name, caches))

    def reflectors(self, api: ClusterApi, pace: ApiTiming, changed: Callable[[], None]) -> tuple[Reflector, ...]:
        """What fills the caches. Of the pace, the timeout is the cluster's own."""
        pace = replace(pace, timeout=self._settings.timeout)
        whose = f"the cluster {self._settings.name}" if self._settings.name else "the cluster"
        return tuple(
            Reflector(api, Collection(resource, resource.version, namespace, labels), part, pace, whose, changed)
            for cache in self._caches.values()
            for resource, labels in [(cache.selection.resource, cache.selection.labels)]
            for namespace, part in cache.parts.items()
        )

    def sightings(self) -> tuple[SourceSighting, ...]:
        """What each source wishes for now."""
        return tuple(watched.sighting() for watched in self._sources)
