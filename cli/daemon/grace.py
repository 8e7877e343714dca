"""The loop's memory of what is not wanted any more, and when it has to look again to delete it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from cli.events import Leaving
from stacks.model.values import Observation, Plan
from stacks.plan.records.record_sets import Key
from stacks.plan.safety.grace import withhold


class Grace:
    """Keeps what leaves the wish for seconds. A new process knows nothing of it: the time then starts anew."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._since: Mapping[Key, float] = {}
        self.ends = math.inf
        """When the next of what is kept is to be deleted, on the clock."""

    def amend(self, plan: Plan, observation: Observation, told: Callable[[Leaving], None]) -> Plan:
        """The plan with what is still kept; what begins to be is told."""
        if not self._seconds:
            return plan
        now = self._clock()
        amended, since = withhold(plan, observation, self._since, now, self._seconds)
        for name, record_type in sorted(since.keys() - self._since.keys()):
            told(Leaving(name, record_type, self._seconds))
        self._since = since
        self.ends = min(
            (begin + self._seconds for begin in since.values() if now < begin + self._seconds), default=math.inf
        )
        return amended
