"""The next step of a follower of one address, and the address that it may publish. Pure: time is given.

| event                                              | then                                                       |
|----------------------------------------------------|------------------------------------------------------------|
| a look sees what is published                      | the next look, in an interval                              |
| a look sees another address                        | all sources are asked at once                              |
| a look by a source after a false alarm             | nothing, for twice as long each time                       |
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
    from stacks.observe.wan.agreement.answer import LookAnswer

Addresses = tuple[Address, ...]

RAREST_LOOK = 60.0
"""Seconds between looks, at most, while no source answers."""
MEMORY = 600.0
"""Seconds for which an address that was left is remembered: one that returns within them is flapping."""
LONGEST_HOLD = 300.0
FIRST_DOUBT = 30.0
"""Seconds for which a source is not believed after its first false alarm."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    addresses: Addresses
    until: float


@dataclass
class Track:
    """The state of a follower of one family of one link. Moments are seconds of a clock that never goes back."""

    interval: float
    recheck: float
    hold: float
    now: float
    known: Addresses | None = None
    """The published addresses; None before the first."""
    reason: str = ""
    """The reason why the last detection had no outcome; empty where it had one."""
    silent: int = 0
    """The number of looks in a row without an answer."""
    _look_due: float = field(init=False)
    _detection_due: float = field(init=False)
    _back_off: float = field(init=False)
    _candidate: _Candidate | None = None
    _left: dict[Addresses, tuple[float, int]] = field(default_factory=dict)
    """The former addresses, each with the moment when it was left and the number of its returns."""
    _accuser: str = ""
    """The source whose look has called for the detection."""
    _doubted: dict[str, tuple[float, float]] = field(default_factory=dict)
    """The sources with false alarms, each with the moment until which it is not believed, and the seconds."""

    def __post_init__(self) -> None:
        self._look_due, self._detection_due, self._back_off = self.now + self.interval, self.now, self.interval

    @property
    def detection_due(self) -> float:
        """The moment of the next detection, if no look calls for an earlier one."""
        return self._detection_due

    def next(self) -> tuple[Literal["look", "detect"], float]:
        """Return the next step and its moment."""
        if self._detection_due <= self._look_due:
            return "detect", self._detection_due
        return "look", self._look_due

    def looked(self, now: float, seen: LookAnswer | Unknown, pause: float) -> None:
        """Take note of a look. pause: seconds to the next look while all is well."""
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
        """Take note of a detection; return whether another address is published now. pause: as for `looked`."""
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
        """Take note of a change that the kernel reports, or another family: the next look is due now."""
        self._look_due, self.silent = now, 0
        if self.known is None or self.reason:
            self._detect(now, "")

    def _detect(self, now: float, accuser: str) -> None:
        self._detection_due, self._accuser = now, accuser

    def _consider(self, now: float, addresses: Addresses) -> bool:
        """Publish the agreed addresses, or let them show first that they stay."""
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
