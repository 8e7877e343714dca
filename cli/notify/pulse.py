"""The signal for watchdogs. Pure: time is given."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from cli.events import Begun, Fatal, Leadership, Role
from cli.notify.streak import Streak
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence


@dataclass(frozen=True, slots=True)
class Signal:
    """start: the first convergence begins; up: the last one succeeded; down: why it does not work.

    milliseconds: what the last one took.
    """

    kind: Literal["start", "up", "down"]
    message: str = "OK"
    milliseconds: float = 0.0

    def redacted(self, redact: Callable[[str], str]) -> Signal:
        """The signal without secrets."""
        return replace(self, message=redact(self.message))


class Pulse:
    """The state of convergences, for watchdogs. Moments are of the monotonic clock."""

    def __init__(self, tolerated: float) -> None:
        self.changed = False
        """Whether news came that may change the signal; whoever has looked sets it back."""
        self._streak = Streak(tolerated)
        self._role = Role.ALONE
        self._begun = False
        self._seconds: float | None = None
        """What the last successful convergence took."""
        self._fatal = ""

    @property
    def due(self) -> float:
        """The moment at which the signal changes without an event."""
        return self._streak.due

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        event = dispatch.event
        self._streak.on_event(dispatch)
        if isinstance(event, Leadership):
            self._role, self.changed = event.role, True
            if event.role is Role.STANDBY:
                self._begun, self._seconds = False, None
        elif isinstance(event, Begun):
            self._begun, self.changed = True, True
        elif isinstance(event, Fatal):
            self._fatal, self.changed = event.reason, True
        elif isinstance(event, Convergence) and self._streak.since is None:
            self._seconds, self.changed = event.seconds, True
        elif self._streak.due != math.inf:
            self.changed = True

    def signal(self, now: float) -> Signal | None:
        """Return the signal of this moment; None on a standby, or while a failure may pass."""
        if self._fatal:
            return Signal("down", self._fatal)
        if self._role is Role.STANDBY:
            return None
        if self._streak.since is not None:
            return Signal("down", self._streak.reason) if now >= self._streak.due else None
        if self._seconds is not None:
            return Signal("up", milliseconds=self._seconds * 1000)
        return Signal("start") if self._begun else None
