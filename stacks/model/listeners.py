"""Publish values from anywhere in the process to whoever listens at the time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Listeners(Generic[T]):
    """The listeners to one kind of value. All methods may be called from any thread.

    A listener must return soon, and must not raise.
    """

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[T], None], ...] = ()
        self._changing = threading.Lock()

    def publish(self, value: T) -> None:
        """Call all present listeners with the value, in this thread."""
        for listener in self._listeners:
            listener(value)

    @contextmanager
    def listening(self, listener: Callable[[T], None]) -> Iterator[None]:
        """Call the listener with each value that is published within the block."""
        with self._changing:
            self._listeners += (listener,)
        try:
            yield
        finally:
            with self._changing:
                position = self._listeners.index(listener)
                self._listeners = self._listeners[:position] + self._listeners[position + 1 :]
