"""The log of a process: lines for people or JSON documents, one entry after the other, without a secret."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal, TextIO

from rich.console import Console

from cli.events import Turn
from cli.log.entries import LEVELS, Level, LogEntry
from cli.session.redactor import Redactor
from cli.terminal import plain, styled

Mode = Literal["console", "json"]
Show = Callable[[Console], None]


class Log:
    """The log, which any thread may write. mode json: documents go to the stream, and nothing to the console.

    least: the least level that is written; by default info for the console, and debug for documents. The console has
    tracebacks at level debug alone, documents always.
    """

    def __init__(
        self,
        console: Console,
        mode: Mode,
        stream: TextIO,
        redactor: Redactor,
        *,
        least: Level | None = None,
    ) -> None:
        self.mode = mode
        self._console, self._stream, self._redactor = console, stream, redactor
        self._least: Level = least or ("debug" if mode == "json" else "info")
        self._writing = threading.RLock()

    def write(self, entry: LogEntry, turn: Turn | None = None, at: datetime | None = None) -> None:
        """Write an entry, of this turn and moment (now). Raises nothing where there is no room for it, or no reader."""
        if LEVELS.index(entry.level) < LEVELS.index(self._least):
            return
        entry = entry.bounded()
        time = (at or datetime.now(UTC)).isoformat(timespec="milliseconds")
        if self.mode == "json":
            document = {"time": time, "level": entry.level, "event": entry.event, "message": entry.message}
            of_turn = {"convergence": turn.id} if turn else {}
            self._write_document({**document, **of_turn, **entry.fields})
        else:
            traceback = str(entry.fields.get("traceback", "")) if self._least == "debug" else ""

            def show(console: Console) -> None:
                console.print(plain(f"{time} {turn.id} " if turn else f"{time} "), end="")
                console.print(styled(entry.line), soft_wrap=True)
                if traceback:
                    console.print(plain(traceback.rstrip()), soft_wrap=True)

            self._show(show)

    def show(self, show: Show) -> None:
        """Show people a table or a step, which is no entry of its own and of level info. Machines see nothing of it."""
        if self.mode == "console" and LEVELS.index("info") >= LEVELS.index(self._least):
            self._show(show)

    def _show(self, show: Show) -> None:
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
