"""Show the progress of an installation: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from toolchain.progress import StepCounter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from toolchain.progress import Progress

_HEARTBEAT = 15.0
"""Seconds between two plain lines of one long step, so that a log does not look dead."""


class Plain(StepCounter):
    """Progress in whole lines, each beginning with the installed program; details only now and then."""

    def __init__(self, write: Callable[[str], object], installed: str = "engine") -> None:
        super().__init__()
        self._write = write
        self._installed = installed
        self._written = 0.0

    def _line(self, text: str) -> None:
        self._written = time.monotonic()
        self._write(f"{self._installed} {self._elapsed()} {text}")

    def step(self, what: str) -> None:
        self._line(self._next(what))

    def detail(self, what: str) -> None:
        if time.monotonic() - self._written >= _HEARTBEAT:
            self._line(f"{self._what}: {what}")

    def note(self, what: str) -> None:
        self._line(what)


@contextmanager
def shown_on(stream: IO[str], installed: str = "engine") -> Iterator[Progress]:
    """Show progress in the manner that suits the stream. Nothing is drawn before the first step or note."""
    if not stream.isatty():

        def write(line: str) -> None:
            print(line, file=stream, flush=True)

        yield Plain(write, installed)
        return
    from cli.engine.install.progress_live import live  # noqa: PLC0415 - rich is only loaded where it draws

    with live(stream) as progress:
        yield progress
