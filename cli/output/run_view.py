"""How a run looks while it runs: a live table on a terminal, plain lines without one, JSON lines for machines."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from cli.engine.events import QUIET_OPERATIONS, Diagnostic, EngineEvent, Step, Summary
from cli.engine.run import Listener
from cli.session.redactor import Redactor, redactor
from cli.terminal import plain, write_line
from components.records.providers import RECORD_TYPE_TOKENS

OBJECTS = "kubernetes:"
"""How the type tokens begin of what `truenorth deploy` makes."""
WORDS = {
    "create": ("creating", "created", "green"),
    "update": ("updating", "updated", "yellow"),
    "delete": ("deleting", "deleted", "red"),
    "replace": ("replacing", "replaced", "magenta"),
    "create-replacement": ("creating anew", "created anew", "magenta"),
    "delete-replaced": ("deleting the old", "deleted the old", "magenta"),
    "import": ("importing", "imported", "cyan"),
    "refresh": ("reading", "read", "blue"),
}
PLUGIN_ON_PATH = "from $PATH at"
"""The engine warns of a plugin that is not in its own folder at every run; `truenorth lab env` put it there."""


@contextmanager
def listening(console: Console, *, json_lines: bool = False, live: bool = True) -> Iterator[Listener]:
    """Yield a listener that shows the engine's events, without secrets of the environment."""
    redact = redactor(os.environ)
    if json_lines:
        yield partial(_json_listener, redact)
    elif live and console.is_terminal:
        steps = Steps()
        with Live(get_renderable=steps.shown, console=console, refresh_per_second=8, transient=False):
            yield steps.take_in
    else:
        steps = Steps()

        def plain(event: EngineEvent) -> None:
            if line := steps.heard(event):
                console.print(redact.text(line), soft_wrap=True)

        yield plain


def _json_listener(redact: Redactor, event: EngineEvent) -> None:
    document = redact.document({"event": type(event).__name__.lower(), **asdict(event)})
    write_line(json.dumps(document, sort_keys=True))


class Steps:
    """The steps seen so far and how long each has taken."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.rows: dict[str, tuple[Step, float | None]] = {}
        self.note = ""

    def heard(self, event: EngineEvent) -> str:
        """Take an event in; the line to print for it, or "" for none."""
        now = time.monotonic()
        if isinstance(event, Summary):
            return ""
        if isinstance(event, Diagnostic):
            if event.severity == "note":
                self.note = event.message
                return f"  {event.message}"
            told = event.severity == "warning" and PLUGIN_ON_PATH not in event.message
            return f"  warning: {event.message}" if told else ""
        is_shown = event.type in RECORD_TYPE_TOKENS or event.type.startswith(OBJECTS)
        if not is_shown or event.operation in QUIET_OPERATIONS:
            return ""
        if event.phase == "started":
            self.began[event.urn] = now
            self.rows[event.urn] = (event, None)
            return ""
        seconds = now - self.began.get(event.urn, now)
        self.rows[event.urn] = (event, seconds)
        return f"  {_word(event)} {' '.join(filter(None, (event.name, event.detail)))} ({seconds:.1f} s)"

    def take_in(self, event: EngineEvent) -> None:
        """Take an event in, for the table."""
        self.heard(event)

    def table(self) -> Table:
        """The steps as a table; the ones under way count their seconds."""
        table = Table(box=None, show_header=False, pad_edge=True)
        for urn, (step, seconds) in self.rows.items():
            shown = time.monotonic() - self.began.get(urn, time.monotonic()) if seconds is None else seconds
            table.add_row(plain(_word(step), _colour(step)), plain(step.name), plain(step.detail), f"{shown:.1f} s")
        return table

    def shown(self) -> Group:
        """The table, and the last note below it."""
        return Group(self.table(), *([plain(f"  {self.note}")] if self.note else []))


def _word(step: Step) -> str:
    doing, done, _ = WORDS.get(step.operation, (step.operation, step.operation, ""))
    return {"started": doing, "done": done, "failed": f"failed to {step.operation}"}[step.phase]


def _colour(step: Step) -> str:
    return "bold red" if step.phase == "failed" else WORDS.get(step.operation, ("", "", "white"))[2]
