"""Publish each event to all subscribers, one after the other, in the order of their publication."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from cli.events import Turn
from cli.reconcile.events import Dispatch, Event, Publish, Subscriber


class Bulletin:
    """From any thread."""

    def __init__(self, listeners: Sequence[Subscriber]) -> None:
        self._listeners = tuple(listeners)
        self._speaking = threading.Lock()

    def tell(self, event: Event, turn: Turn | None = None) -> None:
        """Publish an event of this turn; return when all subscribers have taken it."""
        with self._speaking:
            dispatch = Dispatch(datetime.now(UTC), time.monotonic(), turn, event)
            for subscriber in self._listeners:
                subscriber(dispatch)

    def of(self, turn: Turn) -> Publish:
        """Return a function that publishes events of this turn."""
        return partial(self.tell, turn=turn)
