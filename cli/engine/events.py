"""Parse the engine's event stream (`pulumi ... --json`, one JSON document a line) into the few events in use.

https://www.pulumi.com/docs/iac/automation-api/concepts/#event-streaming
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from components import urns

QUIET_OPERATIONS = frozenset({"same", "read", "refresh"})
"""Steps that change nothing outside of the engine."""


@dataclass(frozen=True, slots=True)
class Step:
    """An operation on one resource that the engine begins, ends or fails to do."""

    phase: Literal["started", "done", "failed"]
    operation: str
    urn: str
    type: str
    detail: str = ""

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return urns.logical_name(self.urn)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A message of the engine, a provider or the program. severity: info, info#err, warning or error.

    A change of state without a run of the engine has the severity note.
    """

    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run: how many resources saw each operation, and the engine's own time in whole seconds."""

    changes: dict[str, int]
    seconds: float
    result: str


EngineEvent = Step | Diagnostic | Summary


def parse_event(line: str) -> EngineEvent | None:
    """Return the event in a line of the stream; None for debug output, the prelude, and anything else without use."""
    try:
        document = json.loads(line)
    except json.JSONDecodeError:
        return None
    if not isinstance(document, dict):
        return None
    kind = next((key for key in PARSERS if document.get(key)), None)
    return PARSERS[kind](document[kind]) if kind else None


def _step(phase: Literal["started", "done", "failed"], event: dict[str, Any]) -> Step:
    metadata = event["metadata"]
    after = (metadata.get("new") or metadata.get("old") or {}).get("inputs") or {}
    shown = {"type", "content"} <= after.keys() and after["type"] != "TXT"
    detail = f"{after['type']} {after['content']}" if shown else ""
    return Step(phase, metadata["op"], metadata["urn"], metadata["type"], detail)


def _diagnostic(event: dict[str, Any]) -> Diagnostic | None:
    message = str(event.get("message", "")).strip()
    severity = str(event.get("severity", "info"))
    if severity == "debug" or not message:
        return None
    return Diagnostic(severity, message, str(event.get("urn", "")))


def _summary(event: dict[str, Any]) -> Summary:
    return Summary(
        {key: int(count) for key, count in (event.get("resourceChanges") or {}).items()},
        float(event.get("durationSeconds", 0)),
        str(event.get("result", "")),
    )


PARSERS: Mapping[str, Callable[[dict[str, Any]], EngineEvent | None]] = {
    "resourcePreEvent": partial(_step, "started"),
    "resOutputsEvent": partial(_step, "done"),
    "resOpFailedEvent": partial(_step, "failed"),
    "diagnosticEvent": _diagnostic,
    "summaryEvent": _summary,
}
"""The parser of each event by its key in the document."""
