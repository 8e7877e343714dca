"""What the watch loop hears from its followers, and the addresses as they were last known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

from stacks.cluster_settings import ClusterSettings
from stacks.observe.world import Sights
from stacks.values import Family, Known, Sighting, Unknown
from stacks.wishes import SourceSighting

LONGEST_SLEEP = 1.0
"""Seconds. The kernel may give a signal to another thread; Python's handler runs when this one wakes."""
GRACE = 0.3
"""Seconds for which more news is awaited once an address has changed: links and families tend to change together."""
START = 1.0
"""Seconds for which the others are awaited at the start, once one is known."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The loop is to end."""


Sources = tuple[SourceSighting, ...]
"""All sources of all clusters."""
Inbox = SimpleQueue[Sighting | Sources | Stop]
"""Its `put` may be called from any thread and from a signal handler."""


class Board:
    """The last known address of every way, and wishes of every source; what is not known any more is kept."""

    def __init__(
        self,
        ways: Iterable[tuple[str, Family]],
        inbox: Inbox,
        told: Callable[[Sighting | SourceSighting], None],
        clusters: Iterable[ClusterSettings] = (),
    ) -> None:
        self._latest: dict[tuple[str, Family], Sighting] = {}
        self._awaited: set[object] = set()
        self._inbox = inbox
        self._told = told
        self._sources: dict[tuple[str, str], SourceSighting] = {}
        for cluster in clusters:
            self._awaited.add(Sources)
            for name in cluster.sources:
                unread = SourceSighting(cluster.name, name, "", Unknown("it has not been read yet"))
                self._sources[cluster.name, name] = unread
        self.stopped = False
        self.follow(ways)

    def follow(self, ways: Iterable[tuple[str, Family]]) -> None:
        """Publish these ways too, and await them at the start."""
        for way in ways:
            if way not in self._latest:
                self._latest[way] = Sighting(*way, Unknown("it has not been detected yet"))
                self._awaited.add(way)

    def sights(self) -> Sights:
        """What is to be published."""
        return Sights(tuple(self._latest.values()), tuple(self._sources.values()))

    def start(self, seconds: float) -> None:
        """Hear until all have said something, for at most these seconds; `START` once an address is known.

        What the objects of clusters wish for is awaited all the same: until then nobody knows the names.
        """
        until = time.monotonic() + seconds
        while self._awaited and not self.stopped and (left := until - time.monotonic()) > 0:
            self._hear(left)
            if Sources not in self._awaited and any(isinstance(one.addresses, Known) for one in self._latest.values()):
                until = min(until, time.monotonic() + START)

    def wait_until(self, due: float) -> bool:
        """Wait for news until this moment of the monotonic clock: whether it is time for a turn."""
        return self.hear(due - time.monotonic()) or time.monotonic() >= due

    def hear(self, seconds: float) -> bool:
        """Wait for news, at most these seconds: whether there is something to converge."""
        before = dict(self._latest)
        changed = self._hear(seconds)
        until = time.monotonic() + GRACE
        more = changed and len(before) > 1 and self._latest != before
        while more and not self.stopped and (left := until - time.monotonic()) > 0:
            self._hear(left)
        return changed

    def _hear(self, seconds: float) -> bool:
        news = self._next(seconds)
        if news is None:
            return False
        if isinstance(news, Stop):
            self.stopped = True
            return False
        if isinstance(news, tuple):
            self._awaited.discard(Sources)
            heard = [self._hear_source(one) for one in news]
            return any(heard)
        way = (news.link, news.family)
        before = self._latest[way]
        self._awaited.discard(way)
        changed = isinstance(news.addresses, Known) and news.addresses != before.addresses
        if changed or not isinstance(before.addresses, Known):
            self._latest[way] = news
        self._told(news)
        return changed

    def _hear_source(self, news: SourceSighting) -> bool:
        """Keep what was last known of a source; told where it cannot be read now, and why, or can again."""
        place = (news.cluster, news.source)
        before = self._sources.get(place) or replace(news, found=Unknown("it has not been read yet"))
        if isinstance(news.found, Unknown) and isinstance(before.found, Known):
            after = replace(before, stale=news.found.reason, waiting=news.waiting)
        else:
            after = news
        self._sources[place] = after
        if _state(after) != _state(before):
            self._told(after)
        return isinstance(after.found, Known) and after.found != before.found

    def _next(self, seconds: float) -> Sighting | Sources | Stop | None:
        """What comes within these seconds; the wait is cut up, see `LONGEST_SLEEP`."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            try:
                return self._inbox.get(timeout=max(0.0, min(left, LONGEST_SLEEP)))
            except Empty:
                if left <= LONGEST_SLEEP:
                    return None


def _state(source: SourceSighting) -> tuple[str, bool]:
    """Why a source cannot be read, "" where it can, and whether it waits for the cluster to have the kind."""
    return source.found.reason if isinstance(source.found, Unknown) else source.stale, source.waiting
