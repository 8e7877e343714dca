"""The moments of a schedule by a wall clock, which may be set, or stand still while the machine sleeps. Pure."""

from __future__ import annotations

from stacks.settings.expressions.schedule import Schedule

LONGEST_WAIT = 60.0
"""Seconds after which the clock is looked at again."""


class Timetable:
    """The next moment of a schedule, the first of which is the start. Moments are seconds since the epoch."""

    def __init__(self, schedule: Schedule, now: float) -> None:
        self._schedule, self._next = schedule, now

    def wait(self, now: float) -> float:
        """Return the seconds to wait before the next look at the clock; 0 where a moment has come."""
        if now < self._next:  # of a clock that was set back the next moment may be an earlier one
            self._next = min(self._next, self._schedule.after(now))
        return min(max(0.0, self._next - now), LONGEST_WAIT)

    def is_due(self, now: float) -> bool:
        """Return whether a moment has come. Several that were slept through are one."""
        return now >= self._next

    def done(self, now: float) -> None:
        """Take note of the moment as dealt with."""
        self._next = self._schedule.after(now)
