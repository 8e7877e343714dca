"""The interface to report the progress of an installation, and its common parts; the caller decides how to show it."""

from __future__ import annotations

import time
from typing import Protocol


class Progress(Protocol):
    """A receiver of an installation's progress."""

    def plan(self, steps: int) -> None:
        """Announce the number of steps from here on, counted from 1."""

    def step(self, what: str) -> None:
        """Begin the next step."""

    def detail(self, what: str) -> None:
        """Report how far the step is; called often."""

    def note(self, what: str) -> None:
        """Report an event worth a line of its own."""


class Silent:
    """A receiver that shows nothing."""

    def plan(self, steps: int) -> None: ...

    def step(self, what: str) -> None: ...

    def detail(self, what: str) -> None: ...

    def note(self, what: str) -> None: ...


class StepCounter:
    """The number of the current step, and the time since the start."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._steps = 0
        self._number = 0
        self._what = ""

    def plan(self, steps: int) -> None:
        self._steps, self._number, self._what = steps, 0, ""

    def _next(self, what: str) -> str:
        self._number += 1
        self._what = f"[{self._number}/{self._steps}] {what}"
        return self._what

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._begin), 60)
        return f"{minutes}:{seconds:02}"
