"""The live line of a terminal: a spinner, the step, how far it is, the time since the start."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from cli.engine.progress import _Counted

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Live(_Counted):
    def __init__(self, console: Console, status: Status) -> None:
        super().__init__()
        self._console = console
        self._status = status

    def step(self, what: str) -> None:
        if self._what:
            self._console.print(f"  [dim]{escape(self._what)}, done after {self._elapsed()}[/dim]")
        self._show(escape(self._next(what)))

    def detail(self, what: str) -> None:
        self._show(f"{escape(self._what)} [dim]{escape(what)}[/dim]")

    def note(self, what: str) -> None:
        self._console.print(f"  {escape(what)}")
        self._show("")

    def _show(self, text: str) -> None:
        self._status.update(f"{text} [dim]{self._elapsed()}[/dim]")
        self._status.start()


@contextmanager
def live(stream: IO[str]) -> Iterator[_Live]:
    """Show a live line below what is printed; gone when the work has ended."""
    console = Console(file=stream)
    status = Status("", console=console)
    try:
        yield _Live(console, status)
    finally:
        status.stop()
