"""Uploads a file whenever it has changed, while a block runs: what a kill of this process loses is a second's work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK = 0.2
"""Seconds between two looks at the file; the engine replaces it as a whole, so that it is never half written."""
_PAUSE = 1.0
"""Seconds from one upload to the next, at least."""
_LONGEST_PAUSE = 15.0

Upload = Callable[[bytes], bool]
"""Uploads the content; False where that did not work out, which is no reason to end: it is tried again."""


@contextmanager
def following(file: Path, upload: Upload, look: float = _LOOK, pause: float = _PAUSE) -> Iterator[None]:
    """Upload the file, from a thread, each time that it has changed within the block; one upload at a time.

    What is there at the beginning is none, and the last change is not awaited.
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
    free_from, wait = 0.0, pause
    while not stopped.wait(look):
        now = _stamp(file)
        if now == seen or now is None or time.monotonic() < free_from:
            continue
        try:
            content = file.read_bytes()
        except OSError:
            continue
        done = upload(content)
        seen = now if done else seen
        wait = pause if done else min(wait * 2, _LONGEST_PAUSE)
        free_from = time.monotonic() + wait


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What changes with the file; None where there is none."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
