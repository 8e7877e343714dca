"""Follows the addresses of links: those of the settings, and others as objects of clusters ask for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack

from stacks.model.values import Family, Sighting
from stacks.observe.wan.follow import following
from stacks.observe.wan.links import ways
from stacks.settings.stack import Settings


class Links:
    """The followers of links, while they are switched on. For any thread."""

    def __init__(self, settings: Settings, post: Callable[[Sighting], object]) -> None:
        self._settings, self._post = settings, post
        self._lock = threading.Lock()
        self._asked: dict[str, None] = {}
        self._nudges: list[Callable[[], None]] = []
        self._running: ExitStack | None = None

    def follow(self, links: Iterable[str]) -> tuple[tuple[str, Family], ...]:
        """Follow these links too, as far as the settings know them, and return the new ways."""
        with self._lock:
            new = [link for link in self._settings.known_links(links) if link not in self._asked]
            for link in new:
                self._asked[link] = None
                self._begin(link)
        return ways(self._settings.wan, new)

    def switch_on(self) -> None:
        """Begin to detect addresses."""
        with self._lock:
            if self._running is None:
                self._running = ExitStack()
                for link in self._asked:
                    self._begin(link)

    def switch_off(self) -> None:
        """Stop detecting addresses, and return once all detections have ended, which may take seconds."""
        with self._lock:
            running, self._running = self._running, None
            self._nudges = []
        if running is not None:
            running.close()

    def nudge(self) -> None:
        """Make every follower look at once."""
        for nudge in tuple(self._nudges):
            nudge()

    def _begin(self, link: str) -> None:
        if self._running is not None:
            self._nudges.append(self._running.enter_context(following(self._settings.wan, [link], self._post)))
