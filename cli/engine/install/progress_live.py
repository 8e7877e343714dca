"""Draw the live line of a terminal: a spinner, the step with its detail, the time since the start."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.status import Status
from rich.text import Text

from cli.terminal import Terminal, plain, styled
from toolchain.progress import StepCounter

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Live(StepCounter):
    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._detail = ""
        self._status = Status(self, console=console)

    def __rich__(self) -> Text:
        """Write the line anew at each turn of the spinner, so that the time goes on."""
        return styled(self._what, " ", (f"{self._detail} {self._elapsed()}", "dim"))

    def step(self, what: str) -> None:
        if self._what:
            self._console.print(plain(f"  {self._what}, done after {self._elapsed()}", "dim"))
        self._detail = ""
        self._next(what)
        self._status.start()

    def detail(self, what: str) -> None:
        self._detail = what

    def note(self, what: str) -> None:
        self._console.print(plain(f"  {what}"))
        self._status.start()

    def stop(self) -> None:
        self._status.stop()


@contextmanager
def live(stream: IO[str]) -> Iterator[_Live]:
    """Show a live line below what is printed; gone when the work has ended."""
    progress = _Live(Terminal(file=stream))
    try:
        yield progress
    finally:
        progress.stop()
