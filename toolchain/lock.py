"""Allow one installation at a time by a lock on a file; the system lifts it when its holder ends, even by a kill."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def held(lock_file: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock; if another does, first tell `waiting` its process id ("" if unknown) and wait."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting(_holder(file))
            fcntl.flock(file, fcntl.LOCK_EX)
        _write(file, str(os.getpid()))
        try:
            yield
        finally:
            _write(file, "")


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read(20).strip()


def _write(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()
