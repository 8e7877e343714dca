"""Prints findings on a terminal, and makes their JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from cli.doctor.finding import DoctorFinding, Level
from cli.session.redactor import Redactor
from cli.terminal import plain, styled

COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILED: "bold red"}
WIDTH = max(len(level.value) for level in Level)


def print_findings(console: Console, findings: Sequence[DoctorFinding], redactor: Redactor) -> None:
    """Print a line for each finding with its remedy below, and the counts at the end."""
    indent = " " * (WIDTH + 1)
    for one in findings:
        what = redactor.text(f"{one.about}: {one.what}")
        _line(console, styled((f"{one.level.value:{WIDTH}}", COLOURS[one.level]), f" {what}"))
        if one.do:
            _line(console, plain(redactor.text(f"{indent}where: {one.where}")))
            _line(console, plain(redactor.text(f"{indent}do:    {one.do}")))
    _line(console, _summary(findings))


def document(findings: Sequence[DoctorFinding], redactor: Redactor) -> dict[str, object]:
    """Return the JSON document of the findings."""
    listed = [
        {"about": one.about, "level": one.level.value, "what": one.what, "where": one.where, "do": one.do}
        for one in findings
    ]
    counts = {level.value: sum(one.level is level for one in findings) for level in Level}
    return {"findings": [redactor.document(one) for one in listed], "counts": counts}


def _summary(findings: Sequence[DoctorFinding]) -> Text:
    counts = {level: sum(one.level is level for one in findings) for level in Level}
    if not counts[Level.FAILED] and not counts[Level.WARNING]:
        return styled(("all is well", "green"), f": {counts[Level.OK]} checks")
    parts = [f"{count} {level.value}" for level, count in counts.items() if count]
    return plain(", ".join(parts))


def _line(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True)
