"""What a follower of one address does next, and which address it may publish. Pure: time is given.

| heard                                              | then                                                       |
|----------------------------------------------------|------------------------------------------------------------|
| a look sees what is published                      | the next look, in an interval                              |
| a look sees another address                        | all sources are asked at once                              |
| a look by a source that has cried wolf             | nothing, for twice as long each time                       |
| no source answers a look                           | all are asked once; then looks grow rarer, to a minute     |
| the sources agree on another address               | it is published                                            |
| ... that was left within ten minutes (flapping)    | it must hold `hold` seconds first, doubled at each return  |
| the sources disagree, or too few answer            | what is published stays; asked again, ever more rarely     |
| the kernel says that an address came or went       | a look at once; all are asked where nothing is known       |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from stacks.model.values import Address, Known, Unknown

if TYPE_CHECKING:
    from stacks.observe.wan.look import Seen

Addresses = tuple[Address, ...]

RAREST_LOOK = 60.0
"""Seconds between looks, at most, while no source answers."""
MEMORY = 600.0
"""Seconds for which an address that was left is remembered: one that returns within them is flapping."""
LONGEST_HOLD = 300.0
FIRST_DOUBT = 30.0
"""Seconds for which a source that has cried wolf once is not believed."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    addresses: Addresses
    until: float


@dataclass
class Track:
    """One family of one link. Moments are seconds of a clock that never goes back."""

    interval: float
    recheck: float
    hold: float
    now: float
    known: Addresses | None = None
    """What is published."""
    reason: str = ""
    """Why the last detection had no outcome; empty where it had one."""
    silent: int = 0
    """Looks in a row that no source answered."""
    _look_due: float = field(init=False)
    _detection_due: float = field(init=False)
    _back_off: float = field(init=False)
    _candidate: _Candidate | None = None
    _left: dict[Addresses, tuple[float, int]] = field(default_factory=dict)
    """The addresses that were left, when, and how often they have returned."""
    _accuser: str = ""
    """The source that has brought the detection about."""
    _doubted: dict[str, tuple[float, float]] = field(default_factory=dict)
    """The sources that cried wolf: until when they are not believed, and for how long that is."""

    def __post_init__(self) -> None:
        self._look_due, self._detection_due, self._back_off = self.now + self.interval, self.now, self.interval

    def next(self) -> tuple[Literal["look", "detect"], float]:
        """What to do next, and when."""
        if self._detection_due <= self._look_due:
            return "detect", self._detection_due
        return "look", self._look_due

    def looked(self, now: float, seen: Seen | Unknown, pause: float) -> None:
        """Take note of a look. pause: seconds to the next one while all is well."""
        if isinstance(seen, Unknown):
            self.silent += 1
            if self.silent == 1 and not self.reason:
                self._detect(now, "")
            self._look_due = now + max(pause, min(pause * 2 ** min(self.silent, 10), RAREST_LOOK))
            return
        self.silent, self._look_due = 0, now + pause
        if seen.addresses == self.known:
            self._candidate = None  # it has not held
        elif self._candidate is None or self._candidate.addresses != seen.addresses:
            until, _ = self._doubted.get(seen.source, (now, 0.0))
            if until <= now:
                self._detect(now, seen.source)

    def detected(self, now: float, outcome: Known[Addresses] | Unknown, pause: float) -> bool:
        """Take note of a detection; say whether another address is published now. pause: as for `looked`."""
        if isinstance(outcome, Unknown):
            self._look_due = max(self._look_due, now + pause)
            self.reason = outcome.reason
            self._doubt_accuser(now)
            self._detection_due = now + self._back_off
            self._back_off = min(self._back_off * 2, self.recheck)
            return False
        self._look_due, self.silent = now + pause, 0
        self.reason, self._back_off, self._detection_due = "", self.interval, now + self.recheck
        if outcome.value == self.known:
            self._candidate = None
            self._doubt_accuser(now)
            return False
        return self._consider(now, outcome.value)

    def nudged(self, now: float) -> None:
        """The kernel, or another family, says that something has changed: look now."""
        self._look_due, self.silent = now, 0
        if self.known is None or self.reason:
            self._detect(now, "")

    def _detect(self, now: float, accuser: str) -> None:
        self._detection_due, self._accuser = now, accuser

    def _consider(self, now: float, addresses: Addresses) -> bool:
        """Publish what the sources agree on, or let it show first that it stays."""
        self._left = {one: (left, times) for one, (left, times) in self._left.items() if now - left < MEMORY}
        _, times = self._left.get(addresses, (now, -1))
        if self._candidate is None or self._candidate.addresses != addresses:
            wait = min(self.hold * 2**times, LONGEST_HOLD) if times >= 0 else 0.0
            self._candidate = _Candidate(addresses, now + wait)
            if times >= 0:
                self._left[addresses] = (now, times + 1)
        if now < self._candidate.until:
            self._detection_due = min(self._detection_due, self._candidate.until)
            return False
        if self.known is not None:
            _, returned = self._left.get(self.known, (now, 0))
            self._left[self.known] = (now, returned)
        self.known, self._candidate = addresses, None
        self._doubted.clear()
        return True

    def _doubt_accuser(self, now: float) -> None:
        if self._accuser:
            _, before = self._doubted.get(self._accuser, (now, FIRST_DOUBT / 2))
            seconds = min(before * 2, self.recheck)
            self._doubted[self._accuser] = (now + seconds, seconds)
            self._accuser = ""
