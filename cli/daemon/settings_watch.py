"""Notices that the settings have changed: a file that is written anew, or replaced, as a mounted ConfigMap is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

LOOK = 1.0
"""Seconds between two looks at a file."""


async def following_file(path: Path, changed: Callable[[], object]) -> None:
    """Call this whenever the file has other content than before, until cancelled. One that is gone is not looked at."""
    before, stamp = _digest(path), _stamp(path)
    while True:
        await asyncio.sleep(LOOK)
        if (now := _stamp(path)) == stamp:
            continue
        stamp = now
        if (found := _digest(path)) not in {before, ""}:
            before = found
            changed()


def _stamp(path: Path) -> tuple[int, int, int]:
    """What differs when a file was written or replaced, at the cost of a look at its entry; zeros where it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0, 0
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _digest(path: Path) -> str:
    """A digest of the content; "" where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
