"""What has happened, for the page: each change and each failure once, what happens again and again counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from rich.text import Text

from cli.events import Failure, Fatal, Leadership, Mended, Reloaded, Role, Stopping
from cli.output import tables
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from stacks.model.confirmation import Unconfirmed
from stacks.model.errors import Refused
from stacks.model.values import Sighting
from stacks.plan.changes import Change

KEPT = 200
"""Entries: of more the oldest are forgotten."""
LINES = 25
"""Lines of one entry; of more only the number is told."""

Kind = Literal["change", "failure", "refusal", "address", "leadership", "confirmation", "settings", "repair", "process"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was changed. action: see `Action`, or what is done to load balancing; about: a name and type."""

    action: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
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


def noted(history: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """The history, the newest first, with one more entry; one that says the same as the last takes its place."""
    if history and _same(history[0], entry):
        last = history[0]
        return (replace(entry, first=last.first or last.at, count=last.count + 1), *history[1:])
    return (entry, *history)[:KEPT]


def entry_of(dispatch: Dispatch) -> Entry | None:
    """What there is to remember of an event; None for nothing."""
    found = _entry(dispatch)
    if found is None or dispatch.turn is None:
        return found
    turn = dispatch.turn
    since = max(0.0, dispatch.monotonic - turn.asked) if found.kind == "change" else None
    return replace(found, turn=turn.id, triggers=tuple(one.value for one in turn.triggers), since_asked=since)


def _entry(dispatch: Dispatch) -> Entry | None:  # noqa: C901, PLR0911 - a case for each kind of news
    at = dispatch.at
    match dispatch.event:
        case Convergence() as done if done.runs:
            return _change(at, done)
        case Failure(reason=reason):
            return Entry(at, "failure", "The convergence failed", reason)
        case Refused() as refusal:
            return Entry(at, "refusal", "Changes were refused: a person has to decide", str(refusal))
        case Sighting() as sighting:
            return Entry(at, "address", Text.from_markup(tables.sighting_line(sighting)).plain)
        case Confirmation() as confirmation:
            return _confirmation(at, confirmation)
        case Leadership() as leadership if leadership.role is not Role.ALONE:
            return Entry(at, "leadership", leading(leadership), leadership.reason)
        case Reloaded(problem=""):
            return Entry(at, "settings", "The settings have changed and are in use")
        case Reloaded(problem=problem):
            return Entry(at, "failure", "The settings have changed and cannot be used", problem)
        case Mended(what=what):
            return Entry(at, "repair", "Looked after what a crash has left", what)
        case Fatal(reason=reason, exit_code=code):
            return Entry(at, "failure", f"It ends, exit code {code}", reason)
        case Stopping(reason=reason):
            return Entry(at, "process", "It was told to end", reason)
        case _:
            return None


def leading(event: Leadership) -> str:
    """Who leads, in a sentence."""
    if event.role is Role.LEADER:
        return f"{event.identity or 'This process'} leads"
    return f"Standing by: {event.holder} leads" if event.holder else "Standing by: nobody is known to lead"


def _change(at: datetime, done: Convergence) -> Entry:
    marks = [tables.is_mark(one.record) for one in done.changes]
    lines = [_line(one) for one, is_mark in zip(done.changes, marks, strict=True) if not is_mark]
    lines += [Line(one.action.value, f"{one.kind} {one.name}", one.says) for one in done.geo_changes]
    title = ", ".join(_counted(done)) or "Nothing but state has changed"
    text = f"with {sum(marks)} {_plural('ownership mark', sum(marks))}".rstrip() if any(marks) else ""
    return Entry(
        at, "change", title, text, tuple(lines[:LINES]), max(0, len(lines) - LINES), seconds=round(done.seconds, 3)
    )


def _counted(done: Convergence) -> Iterator[str]:
    records = tuple(one for one in done.changes if not tables.is_mark(one.record))
    for place, (action, count) in enumerate(tables.tally(records).items()):
        yield f"{count:,} {'' if place else _plural('record', count)}{tables.DONE[action]}"
    if done.geo_changes:
        yield f"{len(done.geo_changes)} {_plural('change', len(done.geo_changes))}of load balancing"
    if done.changes and not records:
        yield f"{len(done.changes)} {_plural('ownership mark', len(done.changes))}changed"


def _plural(noun: str, count: int) -> str:
    return f"{noun}{'' if count == 1 else 's'} "


def _line(change: Change) -> Line:
    record = change.record
    said = tables.difference(change)
    meaning = tables.MEANINGS.get(change.action, "")
    return Line(change.action.value, f"{record.name} {record.type}", f"{said} ({meaning})" if meaning else said)


def _confirmation(at: datetime, event: Confirmation) -> Entry:
    missing = [one for one in event.outcomes if isinstance(one, Unconfirmed)]
    text = "\n".join(Text.from_markup(line).plain for line in tables.confirmation_lines(event.outcomes))
    title = "The name servers do not answer all of it" if missing else "Confirmed by the name servers"
    return Entry(at, "failure" if missing else "confirmation", title, text)


def _same(last: Entry, entry: Entry) -> bool:
    """Whether it happens again; changes are told each."""
    return entry.kind != "change" and (last.kind, last.title, last.text) == (entry.kind, entry.title, entry.text)
