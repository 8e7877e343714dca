"""Runs that have to be followed by others: load balancers are shared, and every stack writes them whole.

After each run the account is read back. What somebody else has overwritten meanwhile is written again, after a while
that is longer each time and never the same for two. Until a new origin is healthy its predecessor stays: that is
awaited for the setting `geo.handover` at most.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from stacks.model.geo import GeoPlan

MOST = 12
"""Rounds after which it is left to the next run: the steps of leaving or joining are four, the rest is contention."""
FAILURES = 3
"""Failed runs that are looked at again: somebody else was first, or still refers to what was to go."""
IDLE = 2
"""Rounds in which nothing could be done, because another stack has to move first; then it is left to the next run."""
LONGEST_JITTER = 8.0
HEALTH = 5.0
"""Seconds between two looks at health."""


class Rounds:
    """The rounds of one convergence, or of a loop of them.

    wait: sleeps for seconds; None where the caller comes back by itself, when `pause` says.
    """

    def __init__(self, handover: float = 0.0, wait: Callable[[float], object] | None = time.sleep) -> None:
        self._handover, self._wait = handover, wait
        self._number = 0
        self._failures = 0
        self._idle = 0
        self._waiting_since: float | None = None
        self.pause: float | None = None
        """Seconds after which another round is due, where it was not waited for."""

    @property
    def handed_over(self) -> bool:
        """Whether the health of new origins has been awaited for long enough."""
        return self._waiting_since is not None and time.monotonic() - self._waiting_since >= self._handover

    def failed(self) -> bool:
        """Note a failed run, and return whether to look again; waits before that."""
        self._failures += 1
        return self._failures <= FAILURES and self._again(self._jitter())

    def another(self, plan: GeoPlan | None, *, changed: bool) -> bool:
        """Return whether another round follows now; waits before it. changed: whether this one wrote load balancers."""
        self.pause = None
        if plan is None or not (changed or plan.again or plan.wait):
            self._number, self._failures, self._idle, self._waiting_since = 0, 0, 0, None
            return False
        self._idle = 0 if changed else self._idle + 1
        if not plan.wait:
            self._waiting_since = None
            return self._idle <= IDLE and self._again(self._jitter())
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
        return self._again(min(HEALTH, max(self._handover, 0.0)) or 0.0)

    def _jitter(self) -> float:
        """Return seconds by chance; 0 before the first look back, when most is well."""
        if self._number == 0:
            return 0.0
        return random.uniform(0, min(LONGEST_JITTER, 0.25 * 2.0**self._number))  # noqa: S311 - to spread writers

    def _again(self, seconds: float) -> bool:
        waiting = self._waiting_since is not None
        self._number += not waiting  # health has its own end, after which there are rounds left to look back
        if self._number > MOST:
            return False
        if self._wait is None and (seconds or waiting):
            self.pause = max(seconds, 0.1)
            return False
        if seconds and self._wait:
            self._wait(seconds)
        return True
