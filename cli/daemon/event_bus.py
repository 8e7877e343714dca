"""Delivers each event to all subscribers, one after the other, in the order of publication."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from cli.events import Turn
from cli.reconcile.events import Dispatch, Event, Publish, Subscriber


class EventBus:
    """The subscribers to the daemon's events. For any thread."""

    def __init__(self, subscribers: Sequence[Subscriber]) -> None:
        self._subscribers = tuple(subscribers)
        self._lock = threading.Lock()

    def publish(self, event: Event, turn: Turn | None = None) -> None:
        """Publish an event of this turn, and return when all subscribers have had it."""
        with self._lock:
            dispatch = Dispatch(datetime.now(UTC), time.monotonic(), turn, event)
            for subscriber in self._subscribers:
                subscriber(dispatch)

    def of_turn(self, turn: Turn) -> Publish:
        """Return the function that publishes events of this turn."""
        return partial(self.publish, turn=turn)
