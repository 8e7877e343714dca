"""The steps that each of the three is measured at, and the rows of a step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from bench.parts.scale.run import CutOffError, Measured
from bench.parts.scale.world import PAGE, World
from bench.row import Row

PART = "scale"
NAMES = int(os.environ.get("BENCH_NAMES", "5000"))
WITHOUT = int(os.environ.get("BENCH_WITHOUT", "500"))
"""Names that are measured without the bridge."""
SOME = 50

CREATED, UNCHANGED, ALL, ONE = "created", "unchanged", "all addresses changed", "one changed"
CHANGED, DRIFTED, DELETED = f"{SOME} changed", f"{SOME} drifted", "all deleted"
STEPS = (CREATED, UNCHANGED, ALL, ONE, CHANGED, DRIFTED, DELETED)

UP, WITHOUT_BRIDGE, EXTERNAL_DNS = "truenorth up", "without the bridge", "external-dns"
WATCH, EXTERNAL_DNS_RUNNING = "truenorth watch", "external-dns that runs on"


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one change among all costs where the program runs already: s until the zone is right, and calls."""

    seconds: float
    calls: int


def changed_numbers(world: World) -> range:
    """The names of the step `50 changed`: 50, or fewer where there are not enough."""
    return range(1, 1 + min(SOME, (world.names - 1) // 2))


def drifted_numbers(world: World) -> range:
    """Likewise those of `50 drifted`; others."""
    few = changed_numbers(world)
    return range(few.stop, few.stop + len(few))


def pages(records: int) -> int:
    """The fewest calls that list so many records."""
    return max(1, -(-records // PAGE))


def rows(who: str, names: int, step: str, found: Measured, most: int | None = None) -> Iterator[Row]:
    """The rows of a step. most: the most calls that it may take, the goal.

    Raises CutOffError, after the last row, where the zone did not get as wished.
    """
    what = f"{who}, {names:,} names {step}"
    yield Row(PART, f"{what}: API calls", found.total, "calls", 1, most)
    if len(found.calls) > 1:
        for method, count in sorted(found.calls.items()):
            yield Row(PART, f"{what}: {method} calls", count, "calls", 1)
    if found.runs > 1:
        yield Row(PART, f"{what}: runs until the zone was right", found.runs, "runs", 1)
    if found.zone:
        yield Row(PART, f"{what}: until the zone is right", found.zone, "s", 1)
    elif found.zone is None:
        yield Row(PART, f"{what}: NOT DONE, records in the zone", found.records, "records", 1)
    end = "until it ended" if found.zone is not None else "NOT DONE, more than"
    yield Row(PART, f"{what}: {end}", found.seconds, "s", 1)
    yield Row(PART, f"{what}: largest memory", found.own, "MB", 1)
    if found.whole > found.own:
        yield Row(PART, f"{what}: largest memory with all it starts", found.whole, "MB", 1)
    if found.zone is None:
        raise CutOffError(f"{what}: the zone is not as wished after {found.seconds:.0f} s; {found.said}")
    if found.said:
        yield Row(PART, f"{what}: FAILED, though the zone is right", 1, "errors", 1)


def time_of(found: Measured) -> float:
    """Seconds until the zone was right; until the end, where nothing had to be written."""
    return found.zone or found.seconds
