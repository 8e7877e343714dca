"""Follows addresses: a thread for each family of each link, none of which waits for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stacks.model.values import Family, Known, Sighting, Unknown
from stacks.observe.wan.agreement.track import Track
from stacks.observe.wan.detect import detect
from stacks.observe.wan.links import ways
from stacks.observe.wan.look import Looker

if TYPE_CHECKING:
    from stacks.settings.wan import WanSettings

Post = Callable[[Sighting], object]
"""Told, from any thread, what a follower has found: an address to publish, or that it does not know any more and why.

Known is told where the address is another one, or known again; Unknown once, until it is known again.
"""


class Follower:
    """Looks at one family of a link, asks all sources where a look calls for it, and posts what comes of it."""

    def __init__(self, settings: WanSettings, link: str, family: Family, post: Post, stop: threading.Event) -> None:
        # One attempt: what the next one finds is the track's business, which knows more about when.
        self._settings = settings.model_copy(update={"attempts": 1})
        self._link, self._family = link, family
        self._post, self._stop = post, stop
        self._woken = threading.Event()
        self._nudged = False
        self._told: Known[object] | Unknown | None = None

    def nudge(self) -> None:
        """Look now: something has changed. From any thread."""
        self._nudged = True
        self._woken.set()

    def wake(self) -> None:
        """Let `run` see that it is to stop."""
        self._woken.set()

    def run(self) -> None:
        """Follow until stop is set."""
        settings = self._settings
        track = Track(settings.interval, settings.recheck, settings.hold, time.monotonic())
        with Looker(settings, self._family) as looker:
            while not self._stop.is_set():
                step, due = track.next()
                if self._woken.wait(max(0.0, due - time.monotonic())):
                    self._woken.clear()
                    if self._nudged:
                        self._nudged = False
                        looker.reset()
                        track.nudged(time.monotonic())
                elif step == "look":
                    seen = looker.look()
                    track.looked(time.monotonic(), seen, looker.pause)
                else:
                    self._detect(track, looker)

    def _detect(self, track: Track, looker: Looker) -> None:
        detection = detect(self._settings, [self._family])
        outcome = detection.addresses[self._family]
        looker.heard([answer.source for answer in detection.answers if isinstance(answer.result, Known)])
        track.detected(time.monotonic(), outcome, looker.pause)
        if isinstance(outcome, Known):
            outcome = Known(track.known) if track.known is not None else outcome
        if outcome != self._told and not (isinstance(outcome, Unknown) and isinstance(self._told, Unknown)):
            self._told = outcome
            self._post(Sighting(self._link, self._family, outcome))


@contextmanager
def following(settings: WanSettings, links: Iterable[str], post: Post) -> Iterator[Callable[[], None]]:
    """Follow every family of these links within the block, which gets a function that makes all look at once."""
    stop = threading.Event()
    followers = [Follower(settings.of_link(link), link, family, post, stop) for link, family in ways(settings, links)]
    threads = [threading.Thread(target=one.run, name="follow", daemon=True) for one in followers]

    def nudge() -> None:
        for follower in followers:
            follower.nudge()

    for thread in threads:
        thread.start()
    try:
        yield nudge
    finally:
        stop.set()
        for follower in followers:
            follower.wake()
        for thread in threads:
            thread.join(settings.timeout)
