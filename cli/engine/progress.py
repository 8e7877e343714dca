"""Tells people how an installation gets on: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEARTBEAT = 15.0
"""Seconds between two plain lines of one long step, so that a log does not look dead."""


class Progress(Protocol):
    """Receives what an installation does."""

    def plan(self, steps: int) -> None:
        """Take it that from here on there are this many steps, counted from 1."""

    def step(self, what: str) -> None:
        """Begin the next step."""

    def detail(self, what: str) -> None:
        """Tell how far the step is; called often."""

    def note(self, what: str) -> None:
        """Tell something worth a line of its own."""


class Silent:
    """Tells nothing."""

    def plan(self, steps: int) -> None: ...

    def step(self, what: str) -> None: ...

    def detail(self, what: str) -> None: ...

    def note(self, what: str) -> None: ...


class Counted:
    """Numbers the steps and measures the time since the start."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._steps = 0
        self._number = 0
        self._what = ""

    def plan(self, steps: int) -> None:
        self._steps, self._number, self._what = steps, 0, ""

    def _next(self, what: str) -> str:
        self._number += 1
        self._what = f"[{self._number}/{self._steps}] {what}"
        return self._what

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._begin), 60)
        return f"{minutes}:{seconds:02}"


class Plain(Counted):
    """Writes whole lines; a detail only now and then."""

    def __init__(self, write: Callable[[str], object]) -> None:
        super().__init__()
        self._write = write
        self._written = 0.0

    def _line(self, text: str) -> None:
        self._written = time.monotonic()
        self._write(f"engine {self._elapsed()} {text}")

    def step(self, what: str) -> None:
        self._line(self._next(what))

    def detail(self, what: str) -> None:
        if time.monotonic() - self._written >= _HEARTBEAT:
            self._line(f"{self._what}: {what}")

    def note(self, what: str) -> None:
        self._line(what)


@contextmanager
def shown_on(stream: IO[str]) -> Iterator[Progress]:
    """Show progress in the manner that suits the stream. Nothing is drawn before the first step or note."""
    if not stream.isatty():

        def write(line: str) -> None:
            print(line, file=stream, flush=True)

        yield Plain(write)
        return
    from cli.engine.progress_live import live  # noqa: PLC0415 - rich is only loaded where it draws

    with live(stream) as progress:
        yield progress
