"""Publish values from anywhere in the process to whoever listens at the time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")

Report = Callable[[BaseException, str], object]
"""Takes an error, and where it was met. Raises nothing."""


class Listeners(Generic[T]):
    """The listeners to one kind of value. All methods may be called from any thread.

    A listener must return soon. An error of one is logged, and does not reach the publisher.
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
        own = contained(listener, _log)
        with self._changing:
            self._listeners += (own,)
        try:
            yield
        finally:
            with self._changing:
                self._listeners = tuple(one for one in self._listeners if one is not own)


def contained(listener: Callable[[T], object], report: Report) -> Callable[[T], None]:
    """Return the listener with its errors reported and not raised.

    Of each type of error only the first is reported: others may come with each value.
    """
    reported: set[type] = set()

    def listen(value: T) -> None:
        try:
            listener(value)
        except Exception as error:  # noqa: BLE001 - whatever it is, the publisher has something else to do
            if type(error) not in reported:
                reported.add(type(error))
                report(error, f"the listener {getattr(listener, '__qualname__', repr(listener))}")

    return listen


def _log(error: BaseException, where: str) -> None:
    logging.getLogger(__name__).error("%s failed", where, exc_info=error)
