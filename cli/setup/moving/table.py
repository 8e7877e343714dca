"""Shows what becomes of each thing that files of other tools say: a table for people, a document for machines."""

from __future__ import annotations

import shlex
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.setup.moving.draft import Outcome
from cli.setup.moving.moved import Moved
from cli.terminal import plain, styled

_STYLES = {Outcome.CARRIED: "green", Outcome.OTHERWISE: "yellow", Outcome.LOST: "bold red"}


def print_moved(console: Console, moved: Moved) -> None:
    """Print a line for each thing, below its place, and how many there are of each outcome."""
    for where in dict.fromkeys(row.where for row in moved.rows):
        console.print(styled((where, "bold")), soft_wrap=True)
        table = Table(box=None, show_header=False, pad_edge=True)
        for column in ("", "fold", "fold"):
            table.add_column(overflow="fold") if column else table.add_column(no_wrap=True)
        of_place = [row for row in moved.rows if row.where == where]
        for row in sorted(of_place, key=lambda one: [*Outcome].index(one.outcome)):
            word = plain(row.outcome.value, style=_STYLES[row.outcome])
            table.add_row(word, plain(row.what), plain(row.how, style="dim"))
        console.print(table)
    numbers = {one: sum(row.outcome is one for row in moved.rows) for one in Outcome}
    counted = ", ".join(f"{number} {outcome.value}" for outcome, number in numbers.items())
    console.print(plain(f"{' and '.join(moved.tools)}: {counted}"), soft_wrap=True)


def document(moved: Moved, written: str) -> dict[str, Any]:
    """Return the document for machines. written: the settings file, "" where none was written."""
    rows = [{"what": one.what, "where": one.where, "outcome": one.outcome.value, "how": one.how} for one in moved.rows]
    return {
        "tools": [*moved.tools],
        "rows": rows,
        "losses": moved.losses,
        "settings": dict(moved.settings),
        "adopt": [shlex.join(("truenorth", "adopt", *one)) for one in moved.adopt],
        "written": written,
    }
