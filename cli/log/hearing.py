"""Log entries of the daemon's events and of the engine's steps."""

from __future__ import annotations

from dataclasses import asdict, replace

from rich.console import Console

from cli.engine.events import Diagnostic, EngineEvent, Step
from cli.engine.run import Listener
from cli.events import Begun, Cached, Turn
from cli.findings.finding import MANY, Finding, shortened
from cli.findings.outcome import of_plan
from cli.log.entries import Level, LogEntry, entry, note
from cli.log.log import Log
from cli.output import tables
from cli.output.run_view import PLUGIN_ON_PATH, Steps
from cli.reconcile.events import Dispatch, Subscriber
from cli.reconcile.result import Convergence


def hearing(log: Log) -> Subscriber:
    """Writes an entry for each event, and for each note of a plan that the last convergence did not have."""
    notes: set[Finding] = set()
    cached: list[Cached] = []

    def on_event(dispatch: Dispatch) -> None:
        event, turn = dispatch.event, dispatch.turn
        said = entry(event)
        if isinstance(event, Convergence):
            now = tuple(shortened(of_plan(event.plan), MANY))
            for one in now:
                if one not in notes:
                    log.write(note(one), turn, dispatch.at)
            notes.clear()
            notes.update(now)
            log.show(lambda console: _show_changes(console, event))
        if isinstance(event, Cached):
            if cached == [event]:  # it is written and read again and again
                said = replace(said, level="debug")
            cached[:] = [event]
        if turn and isinstance(event, Convergence | Begun):
            said = replace(said, fields={**said.fields, **_asked(turn, dispatch.monotonic)})
        log.write(said, turn, dispatch.at)

    return on_event


def stepping(log: Log, turn: Turn | None) -> Listener:
    """Return a listener that logs the engine's steps in a turn."""
    steps = Steps()

    def heard(event: EngineEvent) -> None:
        line = steps.heard(event)
        if log.mode == "console":
            if line:
                log.show(lambda console: console.print(line, soft_wrap=True))
            return
        level, said = _of_engine(event, shown=bool(line))
        log.write(LogEntry(level, type(event).__name__.lower(), line.strip() or said, asdict(event)), turn)

    return heard


def _show_changes(console: Console, event: Convergence) -> None:
    tables.print_changes(console, event.changes)
    tables.print_beside(console, event)
    if event.allowed_by:
        tables.print_refusals(console, event)


def _asked(turn: Turn, now: float) -> dict[str, object]:
    triggers = [trigger.value for trigger in turn.triggers]
    return {"triggers": triggers, "seconds_since_asked": round(now - turn.asked, 3)}


def _of_engine(event: EngineEvent, *, shown: bool) -> tuple[Level, str]:
    """Return the level and the text of an engine event. shown: whether a line for people shows it."""
    if isinstance(event, Step):
        level: Level = "error" if event.phase == "failed" else "info" if shown else "debug"
        return level, f"{event.phase} {event.operation} {event.name}"
    if isinstance(event, Diagnostic):
        if event.severity == "warning" and PLUGIN_ON_PATH not in event.message:
            return "warning", event.message
        return ("error" if event.severity == "error" else "debug"), event.message
    return "debug", f"the engine has ended: {event.result or 'no result'}"
