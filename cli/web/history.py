"""The history on the page: each change and each failure once, with a count of repetitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from cli.events import Failure, Fatal, Leadership, Mended, Reloaded, Requested, Role, Stopping
from cli.findings.changes import DONE, of_change, tally, without_marks
from cli.findings.events import finding
from cli.findings.finding import plural
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused
from stacks.model.values import Sighting
from stacks.plan.changes import Change

KEPT = 200
"""Entries: of more the oldest are forgotten."""
LINES = 25
"""Lines of one entry; of more only the number is told."""

Kind = Literal["change", "failure", "refusal", "address", "leadership", "confirmation", "settings", "repair", "process"]
_KINDS: Mapping[type, Kind] = {
    Confirmation: "confirmation",
    Failure: "failure",
    Fatal: "failure",
    Leadership: "leadership",
    Mended: "repair",
    Refused: "refusal",
    Reloaded: "settings",
    Requested: "refusal",
    Sighting: "address",
    Stopping: "process",
}
"""Events that are remembered, beside convergences that have run the engine."""


@dataclass(frozen=True, slots=True)
class Line:
    """A change. action: of `Action` or `GeoAction`; about: a name and type."""

    action: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that has happened. first: when it began to happen again and again, count times by now.

    turn: the id of its convergence, "" for none; triggers: what asked for that; seconds: how long it took; since_asked:
    seconds from what asked for it to its end.
    """

    at: datetime
    kind: Kind
    title: str
    text: str = ""
    lines: tuple[Line, ...] = ()
    more: int = 0
    turn: str = ""
    triggers: tuple[str, ...] = ()
    seconds: float | None = None
    since_asked: float | None = None
    first: datetime | None = None
    count: int = 1


def noted(history: tuple[HistoryEntry, ...], entry: HistoryEntry) -> tuple[HistoryEntry, ...]:
    """The history, the newest first, with one more entry; one that says the same as the last takes its place."""
    if history and _same(history[0], entry):
        last = history[0]
        return (replace(entry, first=last.first or last.at, count=last.count + 1), *history[1:])
    return (entry, *history)[:KEPT]


def entry_of(dispatch: Dispatch) -> HistoryEntry | None:
    """Return the entry of an event; None for an event without one."""
    found = _entry(dispatch)
    if found is None or dispatch.turn is None:
        return found
    turn = dispatch.turn
    since = max(0.0, dispatch.monotonic - turn.asked) if found.kind == "change" else None
    return replace(found, turn=turn.id, triggers=tuple(one.value for one in turn.triggers), since_asked=since)


def _entry(dispatch: Dispatch) -> HistoryEntry | None:
    event = dispatch.event
    if isinstance(event, Convergence):
        return _change(dispatch.at, event) if event.runs else None
    kind = _KINDS.get(type(event))
    if kind is None or (isinstance(event, Leadership) and event.role is Role.ALONE):
        return None
    if isinstance(event, Requested) and not event.left:
        return None
    found = finding(event)
    failed = kind in {"confirmation", "settings"} and found.severity in {"warning", "bad"}
    return HistoryEntry(dispatch.at, "failure" if failed else kind, found.heading, found.why)


def _change(at: datetime, done: Convergence) -> HistoryEntry:
    records = without_marks(done.changes)
    marks = len(done.changes) - len(records)
    lines = [_line(one) for one in records]
    lines += [Line(one.action.value, f"{one.kind} {one.name}", one.says) for one in done.geo_changes]
    lines += [Line(one.action.value, one.subject, one.says) for one in done.list_changes]
    title = ", ".join(_counted(done, records)) or "Nothing but state has changed"
    text = f"with {plural(marks, 'ownership mark')}" if marks else ""
    more = max(0, len(lines) - LINES)
    return HistoryEntry(at, "change", title, text, tuple(lines[:LINES]), more, seconds=round(done.seconds, 3))


def _counted(done: Convergence, records: Sequence[Change]) -> Iterator[str]:
    for place, (action, count) in enumerate(tally(records).items()):
        yield f"{count:,} {DONE[action]}" if place else f"{plural(count, 'record')} {DONE[action]}"
    if done.geo_changes:
        yield f"{plural(len(done.geo_changes), 'change')} of load balancing"
    if done.list_changes:
        yield f"{plural(len(done.list_changes), 'change')} of address lists"
    if done.changes and not records:
        yield f"{plural(len(done.changes), 'ownership mark')} changed"


def _line(change: Change) -> Line:
    found = of_change(change)
    return Line(change.action.value, found.subject, found.why)


def _same(last: HistoryEntry, entry: HistoryEntry) -> bool:
    """Return whether the same happens again; each change is told."""
    return entry.kind != "change" and (last.kind, last.title, last.text) == (entry.kind, entry.title, entry.text)
