"""The entries of the log: for each finding a line for people, and fields for machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any, Literal, get_args

from rich.text import Text

from cli.events import Begun, Cached, Failure, Leadership, Role
from cli.findings.events import finding
from cli.findings.finding import Finding, Kind, Severity, shortened
from cli.findings.outcome import of_outcomes
from cli.output import documents, tables
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.reconcile.result import Convergence, Planned
from cli.terminal import plain
from components.plain_text import cut
from stacks.model.claims import SourceSighting
from stacks.model.errors import Refused
from stacks.model.values import Sighting

Level = Literal["debug", "info", "warning", "error"]
LEVELS: Sequence[Level] = get_args(Level)
"""All levels, the least first."""
_LEVELS: Mapping[Severity, Level] = {"bad": "error", "warning": "warning", "note": "info", "good": "info"}
_OTHERWISE: Mapping[tuple[Kind, Severity], Level] = {
    ("address", "bad"): "warning",  # the records stay, and it is tried again
    ("source", "bad"): "warning",
    ("settings", "warning"): "error",  # somebody has just written them
}
_NAMES: Mapping[type, str] = {Begun: "begin", Convergence: "result", Sighting: "address", SourceSighting: "source"}
"""Names of events that are not the name of their class."""


LONGEST_TEXT = 16_384
"""Characters of a line and of each text in the fields: container runtimes split what is longer."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the log.

    event: the kind of event, in one word. line: the sentence with its style. fields: the rest of the JSON document.
    """

    level: Level
    event: str
    line: str | Text
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence without its style."""
        return str(self.line)

    def bounded(self) -> LogEntry:
        """Return the entry with every text of it cut, whatever objects, zones and servers have said."""
        line = cut(self.line, LONGEST_TEXT) if isinstance(self.line, str) else self.line
        if isinstance(line, Text) and len(line) > LONGEST_TEXT:
            line = line[: LONGEST_TEXT - 4] + plain(" ...")
        return replace(self, line=line, fields={key: _bounded(value) for key, value in self.fields.items()})


def _bounded(value: object) -> object:
    if isinstance(value, str):
        return cut(value, LONGEST_TEXT)
    if isinstance(value, Mapping):
        return {key: _bounded(inner) for key, inner in value.items()}
    return [_bounded(inner) for inner in value] if isinstance(value, list | tuple) else value


def entry(event: Event) -> LogEntry:
    """Return the entry of an event."""
    found, kind = finding(event), type(event)
    level = "debug" if isinstance(event, Begun) or _is_alone(event) else _level(found)
    return LogEntry(
        level, _NAMES.get(kind, kind.__name__.lower()), _line(event, found), _FIELDS.get(kind, _fields)(event)
    )


def note(found: Finding) -> LogEntry:
    """Return the entry of a finding about a plan."""
    return LogEntry(_level(found), "note", tables.line(found))


def unsent(reason: str) -> LogEntry:
    """Return the entry of a notification or a ping that did not go through."""
    return LogEntry("warning", "unsent", reason, {"reason": reason})


def _level(found: Finding) -> Level:
    return _OTHERWISE.get((found.kind, found.severity), _LEVELS[found.severity])


def _is_alone(event: Event) -> bool:
    return isinstance(event, Leadership) and event.role is Role.ALONE


def _line(event: Event, found: Finding) -> Text:
    if isinstance(event, Confirmation):
        return plain("\n").join(map(tables.line, shortened(of_outcomes(event.outcomes))))
    again = f", again in {event.pause:.0f} s" if isinstance(event, Failure) else ""
    return tables.line(replace(found, what=found.what + again))


def _fields(event: object) -> Mapping[str, object]:
    """Return the fields of an event that has only text and numbers, and values of enumerations."""
    found = {one.name: getattr(event, one.name) for one in fields(event)}  # type: ignore[arg-type]  # a dataclass each
    return {name: value.value if isinstance(value, Enum) else value for name, value in found.items()}


def _of_cached(event: Cached) -> Mapping[str, object]:
    return {**_fields(event), "addresses": [documents.sighting_document(one) for one in event.addresses]}


def _of_planned(event: Planned) -> Mapping[str, object]:
    return {"changes": [documents.change_document(change) for change in event.changes]}


_FIELDS: Mapping[type, Callable[[Any], Mapping[str, object]]] = {
    Cached: _of_cached,
    Confirmation: lambda event: documents.confirmation_document(event.outcomes),
    Convergence: documents.convergence_document,
    Planned: _of_planned,
    Refused: lambda event: {"reason": str(event), "allow": event.word},
    Sighting: documents.sighting_document,
    SourceSighting: documents.source_document,
}
