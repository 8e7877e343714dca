"""`make bench [ONLY=part]`: measures, prints a table, writes bench.json.

Exit code 0 also where a goal is missed, 1 where a part failed, 2 for a part that does not exist.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from bench.campaigns.wrong import WrongError
from bench.parts import crash, daemon, main, rfc2136, sources, wan
from bench.parts.scale import scale
from bench.row import Row, print_rows, write_rows
from cli.engine.failure import RunFailed
from cli.engine.install.install import install
from lab.daemon import LabError
from lab.kube.client import ApiError
from lab.kube.unavailable import KubeUnavailable
from lab.pods.pod import PodError
from stacks.model.errors import ObservationError, UserError

PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "main": main.measure,
    "wan": wan.measure,
    "sources": sources.measure,
    "scale": scale.measure,
    "crash": crash.measure,
    "daemon": daemon.measure,
    "rfc2136": rfc2136.measure,
}
FAILURES = (
    *(RunFailed, UserError, ObservationError, LabError, KubeUnavailable, ApiError),
    *(RuntimeError, OSError, subprocess.SubprocessError, PodError, WrongError),
)
"""What a part may meet; the parts after it are measured all the same."""
SEED = 0
"""Nothing in these parts is drawn by chance yet; parts that draw will use this seed."""


def bench(arguments: Sequence[str] | None = None) -> int:
    """Measure the chosen parts, all by default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help=f"one of {', '.join(PARTS)}")
    only = parser.parse_args(arguments).only
    console = Console()
    if only and only not in PARTS:
        console.print(f"there is no part {only!r}: use ONLY={' or ONLY='.join(PARTS)}, or leave it out")
        return 2
    rows: list[Row] = []
    failed: list[str] = []
    for name in [only] if only else PARTS:
        console.print(f"measuring {name} ...")
        try:
            for row in PARTS[name]():
                console.print(f"  {row.measure}: {row.value:g} {row.unit}", highlight=False)
                rows.append(row)
        except FAILURES as error:
            console.print(f"[bold red]{name} failed:[/] ", end="")
            console.print(str(error), markup=False, soft_wrap=True)
            failed.append(name)
    print_rows(console, rows)
    write_rows(Path("bench.json"), rows, SEED, install(os.environ).version)
    missed = [row.measure for row in rows if row.met is False]
    console.print(f"written to bench.json; goals missed: {', '.join(missed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(bench())
