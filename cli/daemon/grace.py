"""Remembers the record sets that are not wanted any more, and when they are to be deleted."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from cli.events import Leaving
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.plan.records.record_sets import Key
from stacks.plan.safety.grace import withhold


class Grace:
    """The record sets that are kept for some seconds. A new process starts the time anew."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._since: Mapping[Key, float] = {}
        self.ends = math.inf
        """The time on the clock at which the next of them is to be deleted."""

    def amend(self, plan: Plan, observation: Observation, publish: Callable[[Leaving], None]) -> Plan:
        """Return the plan with the record sets still kept, and publish the ones added."""
        if not self._seconds:
            return plan
        now = self._clock()
        amended, since = withhold(plan, observation, self._since, now, self._seconds)
        for name, record_type in sorted(since.keys() - self._since.keys()):
            publish(Leaving(name, record_type, self._seconds))
        self._since = since
        self.ends = min(
            (begin + self._seconds for begin in since.values() if now < begin + self._seconds), default=math.inf
        )
        return amended
