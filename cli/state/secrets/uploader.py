"""Upload a file whenever it has changed, while a block runs: a kill of this process loses a second's work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.engine.backoff import Backoff

_LOOK = 0.2
"""Seconds between two looks at the file; the engine replaces it as a whole, so that it is never half written."""
_PAUSE = 1.0
"""Seconds from one upload to the next, at least."""
_LONGEST_PAUSE = 15.0

Upload = Callable[[bytes], bool]
"""Uploads the content, and returns whether that succeeded; a failure is tried again."""


@contextmanager
def following(file: Path, upload: Upload, look: float = _LOOK, pause: float = _PAUSE) -> Iterator[None]:
    """Upload a file, from a thread, each time that it has changed within the block; one upload at a time.

    look: seconds between two looks at the file. pause: seconds from one upload to the next, at least. The content at
    the beginning is not uploaded, and the last change is not awaited.
    """
    stopped = threading.Event()
    before = _stamp(file)
    thread = threading.Thread(
        target=_follow, args=(file, upload, stopped, before, look, pause), name="state upload", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _follow(file: Path, upload: Upload, stopped: threading.Event, seen: object, look: float, pause: float) -> None:
    failing, free_from = Backoff(2 * pause, _LONGEST_PAUSE, jitter=0), 0.0
    while not stopped.wait(look):
        now = _stamp(file)
        if now == seen or now is None or time.monotonic() < free_from:
            continue
        try:
            content = file.read_bytes()
        except OSError:
            continue
        wait = pause
        if upload(content):
            seen = now
            failing.reset()
        else:
            wait = failing.take()
        free_from = time.monotonic() + wait


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """Return a value that changes with the file; None where there is no file."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
