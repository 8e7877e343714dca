"""What the watch loop hears from its followers, and the addresses as they were last known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from stacks.values import Family, Known, Sighting, Unknown

LONGEST_SLEEP = 1.0
"""Seconds. The kernel may give a signal to another thread; Python's handler runs when this one wakes."""
GRACE = 0.3
"""Seconds for which more news is awaited once an address has changed: links and families tend to change together."""
START = 1.0
"""Seconds for which the others are awaited at the start, once one is known."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The loop is to end."""


Inbox = SimpleQueue[Sighting | Stop]
"""Its `put` may be called from any thread and from a signal handler."""


class Board:
    """The last known address of every way; a way that is not known any more keeps it."""

    def __init__(self, ways: Iterable[tuple[str, Family]], inbox: Inbox, told: Callable[[Sighting], None]) -> None:
        self._latest: dict[tuple[str, Family], Sighting] = {
            way: Sighting(*way, Unknown("it has not been detected yet")) for way in ways
        }
        self._awaited = set(self._latest)
        self._inbox = inbox
        self._told = told
        self.stopped = False

    def sightings(self) -> tuple[Sighting, ...]:
        """What is to be published."""
        return tuple(self._latest.values())

    def start(self, seconds: float) -> None:
        """Hear until every way has said something, for at most these seconds; `START` once one is known."""
        until = time.monotonic() + seconds
        while self._awaited and not self.stopped and (left := until - time.monotonic()) > 0:
            if self._hear(left):
                until = min(until, time.monotonic() + START)

    def hear(self, seconds: float) -> bool:
        """Wait for news, at most these seconds: whether there is something to converge."""
        changed = self._hear(seconds)
        until = time.monotonic() + GRACE
        while changed and len(self._latest) > 1 and not self.stopped and (left := until - time.monotonic()) > 0:
            self._hear(left)
        return changed

    def _hear(self, seconds: float) -> bool:
        news = self._next(seconds)
        if news is None:
            return False
        if isinstance(news, Stop):
            self.stopped = True
            return False
        way = (news.link, news.family)
        before = self._latest[way]
        self._awaited.discard(way)
        changed = isinstance(news.addresses, Known) and news.addresses != before.addresses
        if changed or not isinstance(before.addresses, Known):
            self._latest[way] = news
        self._told(news)
        return changed

    def _next(self, seconds: float) -> Sighting | Stop | None:
        """What comes within these seconds; the wait is cut up, see `LONGEST_SLEEP`."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            try:
                return self._inbox.get(timeout=max(0.0, min(left, LONGEST_SLEEP)))
            except Empty:
                if left <= LONGEST_SLEEP:
                    return None
