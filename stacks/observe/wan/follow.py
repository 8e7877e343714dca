"""The following of addresses: a thread for each family of each link; none waits for another."""

from __future__ import annotations

import math
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
from stacks.observe.wan.timetable import Timetable
from stacks.settings.expressions.schedule import schedule

if TYPE_CHECKING:
    from stacks.settings.wan import WanSettings

Post = Callable[[Sighting], object]
"""Called, from any thread, with a new address to publish, or the reason why the address is not known any more.

A Known address comes where it is another one, or known again; Unknown comes once, until the address is known again.
"""


class Follower:
    """A loop that looks at one family of a link, detects where a look calls for it, and posts new addresses."""

    def __init__(self, settings: WanSettings, link: str, family: Family, post: Post, stop: threading.Event) -> None:
        # One attempt: the track decides about the next one.
        self._settings = settings.model_copy(update={"attempts": 1})
        self._link, self._family = link, family
        self._post, self._stop = post, stop
        self._woken = threading.Event()
        self._nudged = False
        self._posted: Known[object] | Unknown | None = None

    def nudge(self) -> None:
        """Make the follower look now: something has changed. From any thread."""
        self._nudged = True
        self._woken.set()

    def wake(self) -> None:
        """Make `run` check whether it is to stop."""
        self._woken.set()

    def run(self) -> None:
        """Follow until stop is set."""
        if self._settings.schedule:
            self._run_by(Timetable(schedule(self._settings.schedule), time.time()))
            return
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
                    answer = looker.look()
                    track.looked(time.monotonic(), answer, looker.pause)
                else:
                    self._detect(track, looker)

    def _run_by(self, timetable: Timetable) -> None:
        """Detect at the moments of a schedule, at once where something has changed, and again after a failure."""
        track = Track(self._settings.interval, math.inf, self._settings.hold, time.monotonic())
        with Looker(self._settings, self._family) as looker:
            while not self._stop.is_set():
                wait = min(timetable.wait(time.time()), track.detection_due - time.monotonic())
                if self._woken.wait(max(0.0, wait)):
                    self._woken.clear()
                    if not self._nudged:
                        continue
                    self._nudged = False
                elif timetable.is_due(time.time()):
                    timetable.done(time.time())
                elif track.detection_due > time.monotonic():
                    continue
                self._detect(track, looker)

    def _detect(self, track: Track, looker: Looker) -> None:
        detection = detect(self._settings, [self._family])
        outcome = detection.addresses[self._family]
        looker.wake([answer.source for answer in detection.answers if isinstance(answer.result, Known)])
        track.detected(time.monotonic(), outcome, looker.pause)
        if isinstance(outcome, Known):
            outcome = Known(track.known) if track.known is not None else outcome
        if outcome != self._posted and not (isinstance(outcome, Unknown) and isinstance(self._posted, Unknown)):
            self._posted = outcome
            self._post(Sighting(self._link, self._family, outcome))


@contextmanager
def following(settings: WanSettings, links: Iterable[str], post: Post) -> Iterator[Callable[[], None]]:
    """Follow every family of these links within the block. It gets a function to make all followers look at once."""
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
