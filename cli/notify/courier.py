"""Brings messages to one address, in a thread of its own: an address that is out of reach delays no other."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from cli.notify.message import Message

LONGEST_QUEUE = 100
"""Messages that wait; of more the oldest are dropped."""
PAUSES = (1.0, 5.0, 25.0)
"""Seconds before each further try."""
LOGGER = "apprise"
Send = Callable[[Message], bool]
"""Sends a message and says whether it went through; why not is told to the logger `apprise`."""
Complain = Callable[[str], None]
"""Takes the reason why a message was not sent."""


class Deliverer(Protocol):
    """A taker of messages."""

    def post(self, message: Message) -> None:
        """Take a message; returns at once."""

    def close(self, until: float) -> None:
        """End when all is sent, or at this moment of the monotonic clock."""


class Courier:
    """name: the address in words that hold no secret."""

    def __init__(self, name: str, send: Send, complain: Complain, pauses: Sequence[float] = PAUSES) -> None:
        self._name, self._send, self._complain, self._pauses = name, send, complain, pauses
        self._waiting: deque[Message] = deque()
        self._dropped = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"notify {name}", daemon=True)
        self._thread.start()

    def post(self, message: Message) -> None:
        """Take a message; returns at once."""
        with self._changed:
            self._waiting.append(message)
            if len(self._waiting) > LONGEST_QUEUE:
                self._waiting.popleft()
                self._dropped += 1
            self._changed.notify_all()

    def close(self, until: float) -> None:
        """End when all is sent, or at this moment of the monotonic clock. Nothing is tried twice any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(max(0.0, until - time.monotonic()))
        if self._thread.is_alive():
            self._complain(f"{self._name}: not all notifications were sent before the end")

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                message, dropped, self._dropped = self._waiting.popleft(), self._dropped, 0
            if dropped:
                self._complain(f"{self._name}: {dropped} notifications were dropped, because none went through")
            reason = self._deliver(message)
            if reason:
                self._complain(f"{self._name}: the notification '{message.title}' was not sent: {reason}")

    def _deliver(self, message: Message) -> str:
        """Send a message, several times if need be; why it did not go through, "" where it did."""
        reason = ""
        for pause in (0.0, *self._pauses):
            if reason and self._ended_within(pause):
                break
            with _heard() as said:
                if self._send(message):
                    return ""
            reason = "; ".join(dict.fromkeys(said)) or "it gives no reason"
        return reason

    def _ended_within(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, seconds)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect the log messages of apprise in this thread within the block."""
    said: list[str] = []
    thread = threading.get_ident()

    class Hearing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                said.append(" ".join(record.getMessage().split()))

    handler = Hearing(logging.WARNING)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
