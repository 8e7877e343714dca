"""Delivers each event to all subscribers, one after the other, in the order of publication.

An error of a listener does not end a turn: it is reported, and the other listeners get the event all the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from cli.events import Turn
from cli.reconcile.events import Dispatch, Event, Publish, Subscriber
from stacks.model.listeners import Report, contained


class EventBus:
    """The subscribers to the daemon's events. For any thread. report: takes the errors of subscribers."""

    def __init__(self, subscribers: Sequence[Subscriber], report: Report) -> None:
        self._subscribers = tuple(contained(one, report) for one in subscribers)
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
