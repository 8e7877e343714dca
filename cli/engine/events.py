"""The engine's event stream (`pulumi ... --json`), one JSON document a line, parsed into the few events we use.

https://www.pulumi.com/docs/iac/automation-api/concepts/#event-streaming
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

QUIET_OPERATIONS = frozenset({"same", "read", "refresh"})
"""Steps that change nothing outside of the engine."""


@dataclass(frozen=True, slots=True)
class Step:
    """The engine begins, ends or fails to do something to one resource."""

    phase: Literal["started", "done", "failed"]
    operation: str
    urn: str
    type: str
    detail: str = ""

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.rsplit("::", 1)[-1]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A message of the engine, a provider or the program; severity info, info#err, warning or error."""

    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run: how many resources saw each operation, and the engine's own time in whole seconds."""

    changes: dict[str, int]
    seconds: float
    result: str


Event = Step | Diagnostic | Summary


def parse_event(line: str) -> Event | None:
    """The event in a line of the stream, or None for one that we have no use for (debug output, prelude)."""
    try:
        document = json.loads(line)
    except json.JSONDecodeError:
        return None
    if not isinstance(document, dict):
        return None
    if step := document.get("resourcePreEvent"):
        return _step("started", step["metadata"])
    if step := document.get("resOutputsEvent"):
        return _step("done", step["metadata"])
    if step := document.get("resOpFailedEvent"):
        return _step("failed", step["metadata"])
    if found := document.get("diagnosticEvent"):
        return _diagnostic(found)
    if found := document.get("summaryEvent"):
        return Summary(
            {key: int(count) for key, count in (found.get("resourceChanges") or {}).items()},
            float(found.get("durationSeconds", 0)),
            str(found.get("result", "")),
        )
    return None


def _step(phase: Literal["started", "done", "failed"], metadata: dict[str, Any]) -> Step:
    after = (metadata.get("new") or metadata.get("old") or {}).get("inputs") or {}
    shown = {"type", "content"} <= after.keys() and after["type"] != "TXT"
    detail = f"{after['type']} {after['content']}" if shown else ""
    return Step(phase, metadata["op"], metadata["urn"], metadata["type"], detail)


def _diagnostic(found: dict[str, Any]) -> Diagnostic | None:
    message = str(found.get("message", "")).strip()
    severity = str(found.get("severity", "info"))
    if severity == "debug" or not message:
        return None
    return Diagnostic(severity, message, str(found.get("urn", "")))
