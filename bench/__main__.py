"""`make bench [ONLY=part]`: measures, prints a table, writes bench.json. Exit code 2 for a part that does not exist."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from bench import main, wan
from bench.row import Row, print_rows, write_rows

PARTS: dict[str, Callable[[], Iterator[Row]]] = {"main": main.measure, "wan": wan.measure}
SEED = 0
"""Nothing in these parts is drawn by chance yet; parts that draw will use this seed."""


def bench() -> int:
    """Measure the chosen parts, all by default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help=f"one of {', '.join(PARTS)}")
    only = parser.parse_args().only
    console = Console()
    if only and only not in PARTS:
        console.print(f"there is no part {only!r}: use ONLY={' or ONLY='.join(PARTS)}, or leave it out")
        return 2
    rows: list[Row] = []
    for name in [only] if only else PARTS:
        console.print(f"measuring {name} ...")
        rows.extend(PARTS[name]())
    print_rows(console, rows)
    write_rows(Path("bench.json"), rows, SEED)
    missed = [row.measure for row in rows if row.met is False]
    console.print(f"written to bench.json; goals missed: {', '.join(missed) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(bench())
