"""The rows of the part `scale` as a table of steps in Markdown: `python -m bench.parts.scale.table bench.json`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.parts.scale.steps import EXTERNAL_DNS, PART, STEPS, UP, WITHOUT_BRIDGE

WHO = (UP, EXTERNAL_DNS, WITHOUT_BRIDGE)
_MEASURE = re.compile(rf"({'|'.join(WHO)}), ([\d,]+) names ({'|'.join(STEPS)}): (.+)")


def table(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines: for each step the calls, the seconds until the zone was right, and the largest memory of each."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    names: dict[str, str] = {}
    for row in rows:
        if row["part"] == PART and (said := _MEASURE.fullmatch(row["measure"])):
            who, names[said[1]], step, what = said.groups()
            found.setdefault((who, step), {})[what] = row["value"]
    there = [who for who in WHO if who in names]
    yield f"| | {' | '.join(f'{who}, {names[who]} names' for who in there)} |"
    yield f"|---|{'---|' * len(there)}"
    for step in STEPS:
        if any((who, step) in found for who in there):
            yield f"| {step} | {' | '.join(_cell(found.get((who, step), {})) for who in there)} |"


def _cell(found: Mapping[str, float]) -> str:
    if not found:
        return ""
    time = found.get("until the zone is right", found.get("until it ended"))
    memory = found.get("largest memory with all it starts", found.get("largest memory", 0))
    took = f"{time:.1f} s" if time is not None else f"not done in {found['NOT DONE, more than']:.0f} s"
    return f"{found['API calls']:.0f} calls, {took}, {memory:.0f} MB"


if __name__ == "__main__":
    rows = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["rows"]
    sys.stdout.write("\n".join(table(rows)) + "\n")
