"""The log of a process: lines for people or JSON documents, one entry after the other, without a secret."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal, TextIO

from rich.console import Console

from cli.events import Turn
from cli.log.entries import LogEntry
from cli.session.redactor import Redactor
from cli.terminal import plain, styled

Mode = Literal["console", "json"]
Show = Callable[[Console], None]


class Log:
    """The log, which any thread may write. mode json: documents go to the stream, and nothing to the console.

    verbose: the console has entries of level debug and tracebacks too, which documents always have.
    """

    def __init__(
        self,
        console: Console,
        mode: Mode,
        stream: TextIO,
        redactor: Redactor,
        *,
        verbose: bool = False,
    ) -> None:
        self.mode = mode
        self._console, self._stream, self._redactor, self._verbose = console, stream, redactor, verbose
        self._writing = threading.RLock()

    def write(self, entry: LogEntry, turn: Turn | None = None, at: datetime | None = None) -> None:
        """Write an entry, of this turn and moment (now). Raises nothing where there is no room for it, or no reader."""
        entry = entry.bounded()
        time = (at or datetime.now(UTC)).isoformat(timespec="milliseconds")
        if self.mode == "json":
            document = {"time": time, "level": entry.level, "event": entry.event, "message": entry.message}
            of_turn = {"convergence": turn.id} if turn else {}
            self._write_document({**document, **of_turn, **entry.fields})
        elif self._verbose or entry.level != "debug":
            traceback = str(entry.fields.get("traceback", "")) if self._verbose else ""

            def show(console: Console) -> None:
                console.print(plain(f"{time} {turn.id} " if turn else f"{time} "), end="")
                console.print(styled(entry.line), soft_wrap=True)
                if traceback:
                    console.print(plain(traceback.rstrip()), soft_wrap=True)

            self.show(show)

    def show(self, show: Show) -> None:
        """Show people something that is no entry of its own: a table, a step. Machines see nothing of it."""
        if self.mode == "json":
            return
        # A log that cannot be written (a full disk, a closed pipe) is no reason to leave the names as they are.
        with self._writing, suppress(OSError):
            with self._console.capture() as captured:
                show(self._console)
            self._console.file.write(self._redactor.text(captured.get()))
            self._console.file.flush()

    def _write_document(self, document: dict[str, object]) -> None:
        line = self._redactor.line(document)
        with self._writing, suppress(OSError):
            self._stream.write(line + "\n")
            self._stream.flush()
