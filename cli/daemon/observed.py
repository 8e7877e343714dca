"""The addresses and the objects' wishes as they were last known; what is not known any more is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from cli.events import Trigger
from stacks.model.claims import SourceSighting
from stacks.model.values import Family, Known, Sighting, Unknown
from stacks.observe.world import Sights
from stacks.settings.cluster import ClusterSettings

Sources = tuple[SourceSighting, ...]
"""All sources of all clusters."""
_NOT_READ = Unknown("it has not been read yet")


class Board:
    """The last known address of every way, and wishes of every source. For one thread."""

    def __init__(
        self,
        ways: Iterable[tuple[str, Family]],
        told: Callable[[Sighting | SourceSighting], None],
        clusters: Iterable[ClusterSettings] = (),
    ) -> None:
        self._latest: dict[tuple[str, Family], Sighting] = {}
        self._awaited: set[object] = set()
        self._told = told
        self._sources: dict[tuple[str, str], SourceSighting] = {}
        for cluster in clusters:
            self._awaited.add(Sources)
            for name in cluster.sources:
                self._sources[cluster.name, name] = SourceSighting(cluster.name, name, "", _NOT_READ)
        self.follow(ways)

    @property
    def awaits_sources(self) -> bool:
        """Whether nothing has been heard of the clusters yet."""
        return Sources in self._awaited

    @property
    def awaits_anything(self) -> bool:
        """Whether a way or the clusters have said nothing yet."""
        return bool(self._awaited)

    @property
    def knows_an_address(self) -> bool:
        """Whether the address of one way is known."""
        return any(isinstance(one.addresses, Known) for one in self._latest.values())

    def follow(self, ways: Iterable[tuple[str, Family]]) -> None:
        """Publish these ways too, and await them at the start."""
        for way in ways:
            if way not in self._latest:
                self._latest[way] = Sighting(*way, Unknown("it has not been detected yet"))
                self._awaited.add(way)

    def sights(self) -> Sights:
        """What is to be published."""
        return Sights(tuple(self._latest.values()), tuple(self._sources.values()))

    def hear(self, news: Sighting | Sources) -> Trigger | None:
        """Take note of news: what it asks for, where it asks for a convergence. A way that is not published is none."""
        if isinstance(news, tuple):
            self._awaited.discard(Sources)
            heard = [self._hear_source(one) for one in news]
            return Trigger.OBJECTS if any(heard) else None
        way = (news.link, news.family)
        if way not in self._latest:
            return None
        before = self._latest[way]
        self._awaited.discard(way)
        changed = isinstance(news.addresses, Known) and news.addresses != before.addresses
        if changed or not isinstance(before.addresses, Known):
            self._latest[way] = news
        self._told(news)
        return Trigger.ADDRESS if changed else None

    def _hear_source(self, news: SourceSighting) -> bool:
        """Keep what was last known of a source; told where it cannot be read now, and why, or can again."""
        place = (news.cluster, news.source)
        before = self._sources.get(place) or replace(news, found=_NOT_READ)
        if isinstance(news.found, Unknown) and isinstance(before.found, Known):
            after = replace(before, stale=news.found.reason, waiting=news.waiting)
        else:
            after = news
        self._sources[place] = after
        if _state(after) != _state(before):
            self._told(after)
        return isinstance(after.found, Known) and after.found != before.found


def _state(source: SourceSighting) -> tuple[str, bool]:
    """Why a source cannot be read, "" where it can, and whether it waits for the cluster to have the kind."""
    return source.found.reason if isinstance(source.found, Unknown) else source.stale, source.waiting
