"""Tells each piece of news to all who listen, one after the other, in the order in which it came."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from cli.events import Turn
from cli.reconcile.news import Dispatch, Hear, News, Told


class Bulletin:
    """From any thread."""

    def __init__(self, listeners: Sequence[Hear]) -> None:
        self._listeners = tuple(listeners)
        self._speaking = threading.Lock()

    def tell(self, news: News, turn: Turn | None = None) -> None:
        """Tell it, as of this turn; returns when all have heard it."""
        with self._speaking:
            dispatch = Dispatch(datetime.now(UTC), time.monotonic(), turn, news)
            for hear in self._listeners:
                hear(dispatch)

    def of(self, turn: Turn) -> Told:
        """What tells news of this turn."""
        return partial(self.tell, turn=turn)
