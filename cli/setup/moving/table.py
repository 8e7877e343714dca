"""Shows the fate of each thing in files of other tools: a table for people, a document for machines."""

from __future__ import annotations

import shlex
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.setup.moving.draft import Fate
from cli.setup.moving.moved import MovedIn
from cli.terminal import plain, styled

_STYLES = {Fate.CARRIED: "green", Fate.OTHERWISE: "yellow", Fate.LOST: "bold red"}


def print_moved(console: Console, moved: MovedIn) -> None:
    """Print a line for each thing, below its place, and how many there are of each fate."""
    for where in dict.fromkeys(row.where for row in moved.rows):
        console.print(styled((where, "bold")), soft_wrap=True)
        table = Table(box=None, show_header=False, pad_edge=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        table.add_column(overflow="fold")
        of_place = [row for row in moved.rows if row.where == where]
        for row in sorted(of_place, key=lambda one: [*Fate].index(one.fate)):
            word = plain(row.fate.value, style=_STYLES[row.fate])
            table.add_row(word, plain(row.what), plain(row.how, style="dim"))
        console.print(table)
    numbers = {one: sum(row.fate is one for row in moved.rows) for one in Fate}
    counted = ", ".join(f"{number} {fate.value}" for fate, number in numbers.items())
    console.print(plain(f"{' and '.join(moved.tools)}: {counted}"), soft_wrap=True)


def document(moved: MovedIn, written: str) -> dict[str, Any]:
    """Return the document for machines. written: the settings file, "" where none was written."""
    rows = [{"what": one.what, "where": one.where, "fate": one.fate.value, "how": one.how} for one in moved.rows]
    return {
        "tools": [*moved.tools],
        "rows": rows,
        "losses": moved.losses,
        "settings": dict(moved.settings),
        "adopt": [shlex.join(("truenorth", "adopt", *one)) for one in moved.adopt],
        "written": written,
    }
