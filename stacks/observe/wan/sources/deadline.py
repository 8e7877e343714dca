"""A deadline that can be brought forward: everything waiting under it wakes at once."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Deadline:
    """A moment on the monotonic clock. Thread-safe."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds
        self._cancelled = False
        self._lock = threading.Lock()
        self._wakes: dict[int, Callable[[], None]] = {}
        self._count = 0

    def remaining(self) -> float:
        """Return the seconds that are left; 0.0 once the deadline has passed or was cancelled."""
        return 0.0 if self._cancelled else max(0.0, self._at - time.monotonic())

    @property
    def is_cancelled(self) -> bool:
        """Whether the deadline has been brought forward."""
        return self._cancelled

    def cancel(self) -> None:
        """Bring the deadline to now, and wake everything that waits under it."""
        with self._lock:
            self._cancelled = True
            for wake in self._wakes.values():
                wake()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Let `cancel` call `wake` (short, and raising nothing) within the block, from the thread of `cancel`.

        `wake` is never running once the block has ended, so a block may close what `wake` touches.
        """
        with self._lock:
            self._count += 1
            key = self._count
            self._wakes[key] = wake
            if self._cancelled:
                wake()
        try:
            yield
        finally:
            with self._lock:
                del self._wakes[key]
