"""A measured value, its goal, and how both are printed and written."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One measure. limit: the largest value that meets the goal, None where there is no goal. size: of the sample."""

    part: str
    measure: str
    value: float
    unit: str
    size: int
    limit: float | None = None

    @property
    def goal(self) -> str:
        """The goal in words; empty without one."""
        return "" if self.limit is None else f"at most {self.limit:g} {self.unit}"

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        return None if self.limit is None else self.value <= self.limit


def median(values: Sequence[float]) -> float:
    """The median, to the millisecond (or thousandth)."""
    return round(statistics.median(values), 3)


def print_rows(console: Console, rows: Iterable[Row]) -> None:
    """The table that people read."""
    table = Table(box=None)
    for column in ("part", "measure", "value", "unit", "n", "goal", "met"):
        table.add_column(column, justify="right" if column in {"value", "n"} else "left")
    for row in rows:
        met = {None: "", True: "[green]yes[/]", False: "[bold red]no[/]"}[row.met]
        table.add_row(row.part, row.measure, f"{row.value:g}", row.unit, str(row.size), row.goal, met)
    console.print(table)


def write_rows(file: Path, rows: Iterable[Row], seed: int, engine: str) -> None:
    """The document that machines read."""
    document = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "engine": engine,
        },
        "seed": seed,
        "rows": [{**asdict(row), "goal": row.goal, "met": row.met} for row in rows],
    }
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
