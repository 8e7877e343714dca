"""Those who want to hear what happens while the world is observed, wherever in it that is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Listeners(Generic[T]):
    """From any thread. Who listens is quick, and raises nothing; where nobody does, nothing is done."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[T], None], ...] = ()
        self._changing = threading.Lock()

    def tell(self, told: T) -> None:
        """Tell all who listen now, in this thread."""
        for hear in self._listeners:
            hear(told)

    @contextmanager
    def listening(self, hear: Callable[[T], None]) -> Iterator[None]:
        """Let it hear of everything within the block."""
        with self._changing:
            self._listeners += (hear,)
        try:
            yield
        finally:
            with self._changing:
                place = self._listeners.index(hear)
                self._listeners = self._listeners[:place] + self._listeners[place + 1 :]
