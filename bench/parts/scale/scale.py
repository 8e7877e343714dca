"""Many names on an API that answers 50 ms late and takes 1,200 requests in 5 minutes: ours, without the bridge, theirs.

BENCH_NAMES and BENCH_WITHOUT say how many names, BENCH_PATIENCE after how many seconds a step is cut off, and
BENCH_SCALE which of the columns are measured (all by default; commas between them). Each step begins with the whole of
the limit, so that no step pays for the one before it. The zone has an Enterprise plan with a quota of two records a
name, but batches as any paid plan. The lab's API, which is in this process, takes its share of the machine from all.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.parts.scale.external_dns import external_dns
from bench.parts.scale.ours import state_of, up, without
from bench.parts.scale.paper import Units, paper, planned
from bench.parts.scale.run import CutOffError, Measured
from bench.parts.scale.steps import (
    ALL,
    CREATED,
    EXTERNAL_DNS,
    EXTERNAL_DNS_RUNNING,
    NAMES,
    ONE,
    PART,
    STEPS,
    UP,
    WATCH,
    WITHOUT,
    WITHOUT_BRIDGE,
    Reaction,
    time_of,
)
from bench.parts.scale.watch import watch
from bench.parts.scale.world import world
from bench.row import Row
from lab.kube.build import install
from lab.kube.control_plane import control_plane

COLUMNS = ("up", "watch", "without", "external-dns", "paper")
CHOSEN = tuple(filter(None, os.environ.get("BENCH_SCALE", "").split(","))) or COLUMNS


@dataclass
class Results:
    """What was measured so far, by step; ours and theirs. state: bytes a name."""

    ours: dict[str, Measured] = field(default_factory=dict)
    theirs: dict[str, Measured] = field(default_factory=dict)
    without: dict[str, Measured] = field(default_factory=dict)
    running: dict[str, Reaction] = field(default_factory=dict)
    state: float = 0.0


def measure() -> Iterator[Row]:
    """All rows of this part. Raises RuntimeError in the end where a column could not be measured to its end."""
    found, failed = Results(), []
    columns: dict[str, Callable[[Results], Iterator[Row]]] = {
        "up": _ours,
        "watch": _watched,
        "without": _without,
        "external-dns": _theirs,
        "paper": _paper,
    }
    for name in CHOSEN:
        try:
            yield from columns[name](found)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            failed.append(f"{name}: {error}")
    yield from beside(found)
    for who, steps in ((UP, found.ours), (WITHOUT_BRIDGE, found.without)):
        failed += [f"{who}, {step}: {one.said}" for step, one in steps.items() if one.said and one.zone is not None]
    if failed:
        raise CutOffError("\n".join(failed))


def _ours(found: Results) -> Iterator[Row]:
    with world(NAMES) as place:
        for row in up(place, found.ours):
            if not found.state and CREATED in found.ours:
                found.state = sum(state_of(place)) / NAMES
            yield row


def _watched(found: Results) -> Iterator[Row]:
    with world(NAMES) as place:
        yield from watch(place, found.running)


def _without(found: Results) -> Iterator[Row]:
    with world(WITHOUT) as place:
        yield from without(place, found.without)


def _theirs(found: Results) -> Iterator[Row]:
    programs = install(os.environ, external_dns=True)
    with (
        tempfile.TemporaryDirectory(prefix="truenorth-bench-") as folder,
        control_plane(Path(folder), programs=programs) as cluster,
        world(NAMES) as place,
    ):
        yield from external_dns(place, cluster, programs, found.theirs, found.running)


def _paper(found: Results) -> Iterator[Row]:
    if not {CREATED, ALL} <= found.ours.keys():
        raise CutOffError("it is computed from what creating and changing all names took, which was not measured")
    memory, seconds = planned()
    created, changed = found.ours[CREATED], found.ours[ALL]
    taken = (created.seconds, time_of(changed), changed.seconds)
    create, change, note = (one / NAMES for one in taken)
    yield from paper(Units(create, change, note, found.state, memory, seconds))


def beside(found: Results) -> Iterator[Row]:
    """Ours beside theirs at each step that both have done."""
    for step in STEPS:
        if step not in found.ours or step not in found.theirs:
            continue
        ours, theirs = found.ours[step], found.theirs[step]
        if ours.zone is None or theirs.zone is None:
            continue
        limit = None if step == CREATED else 1.0
        what = f"{NAMES:,} names {step}: {UP} / {EXTERNAL_DNS}"
        yield Row(PART, f"{what}, API calls", round(ours.total / theirs.total, 2), "times", 1, limit)
        yield Row(PART, f"{what}, time", round(time_of(ours) / time_of(theirs), 2), "times", 1, limit)
    if {WATCH, EXTERNAL_DNS_RUNNING} <= found.running.keys():
        mine, its = found.running[WATCH], found.running[EXTERNAL_DNS_RUNNING]
        what = f"{NAMES:,} names {ONE}: {WATCH} / {EXTERNAL_DNS_RUNNING}"
        yield Row(PART, f"{what}, API calls", round(mine.calls / its.calls, 2), "times", 1, 1.0)
        yield Row(PART, f"{what}, time", round(mine.seconds / its.seconds, 2), "times", 1, 1.0)
