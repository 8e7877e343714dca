"""What a million names would cost, from what a name costs here: calls, time, memory and state, and what breaks first.

In a process of its own (`python -m bench.parts.scale.paper 10000`) it plans that many names and says what that took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from bench.campaigns.paper import carried_out
from bench.parts.scale.run import ROOT
from bench.parts.scale.steps import PART, pages
from bench.row import Row
from lab.cloudflare.limits import PLANS
from lab.pods.processes import tree
from stacks.model.observation import Observation, Registry
from stacks.model.values import WAN, Family, Known, Sighting, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.sharding import USUAL
from stacks.settings.stack import parse
from stacks.settings.watch import WatchSettings

NAMES, ZONES, CLUSTERS = 1_000_000, 500, 100
PLANNED = 10_000
REQUESTS, WINDOW, SHARE = 1_200, 300.0, 0.25
"""Requests that a token has in a window of so many seconds, and the share of them that is used."""
AUTOMATIC_TTL = 300.0
"""Seconds for which resolvers may keep an address that is given no TTL."""
MEMORY = 4_096
"""MB that a large pod has."""
_GIGABYTE = 2**30
_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Units:
    """What a name costs here: bytes of state, MB and s to plan; create: s until the engine has made it.

    change, note: s until the zone has its new address among all, and until the engine has noted that.
    """

    create: float
    change: float
    note: float
    state: float
    memory: float
    plan: float


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed and what there is, in one unit; a ratio over 1 breaks."""

    what: str
    needed: float
    there: float
    unit: str

    @property
    def ratio(self) -> float:
        """How many times what there is is needed."""
        return self.needed / self.there


def planned() -> tuple[float, float]:
    """MB and seconds that a name takes to plan, measured in a process of its own."""
    told = subprocess.run(  # noqa: S603 - this module
        [sys.executable, "-m", f"{__package__}.paper", str(PLANNED)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = json.loads(told)
    return found["memory"] / PLANNED, found["seconds"] / PLANNED


def paper(units: Units) -> Iterator[Row]:
    """The rows: the unit costs, the whole, and what breaks first."""
    yield _row("unit: created by the engine, a name", round(1000 * units.create, 2), "ms")
    yield _row("unit: changed in the zone with all others, a name", round(1000 * units.change, 2), "ms")
    yield _row("unit: until the engine has noted that, a name", round(1000 * units.note, 2), "ms")
    yield _row("unit: state, a name", round(units.state), "B")
    yield _row(f"unit: memory, {PLANNED:,} names planned", round(PLANNED * units.memory), "MB")
    yield _row("unit: planned, a name", round(1000 * units.plan, 4), "ms")
    each = NAMES // ZONES
    operations = PLANS["business"].operations
    looks = ZONES * pages(2 * each)
    written = ZONES * -(-2 * each // operations)
    yield _row("API calls to look at all zones once", looks, "calls")
    yield _row("API calls to create all with marks", looks + written, "calls")
    yield _row("API calls for new addresses of all", looks + ZONES * -(-each // operations), "calls")
    yield _row("created: the calls alone, at the budget", round(_spaced(looks + written) / 60, 1), "min")
    yield _row("created: by one process here", round(NAMES * units.create / _HOUR, 1), "h")
    yield _row(f"created: by {CLUSTERS} such processes", round(NAMES / CLUSTERS * units.create / 60, 1), "min")
    yield _row("state", round(NAMES * units.state / _GIGABYTE, 2), "GB")
    yield _row(f"stacks of {USUAL} names", NAMES // USUAL, "stacks")
    yield _row("all planned at once", round(NAMES * units.plan, 1), "s")
    for place, need in enumerate(sorted(needs(units), key=lambda one: -one.ratio)):
        first = "" if place else "BREAKS FIRST, "
        yield _row(f"{first}{need.what}, where there are {need.there:,.0f}", round(need.needed), need.unit)


def needs(units: Units) -> tuple[Need, ...]:
    """What could break: by one process for all, and by one for each cluster, whose names are in all zones."""
    each, drift = NAMES // ZONES, WatchSettings().drift
    budget = REQUESTS * SHARE * drift / WINDOW
    looks = ZONES * pages(2 * each)
    shared = CLUSTERS * looks
    part = NAMES / CLUSTERS
    one, many = "one process", f"{CLUSTERS} processes"
    return (
        Need(f"{one}: listings in a drift interval", looks, budget, "calls"),
        Need(f"{many}, a token each: listings in a drift interval", looks, budget, "calls"),
        Need(f"{many}, one token: listings in a drift interval", shared, budget, "calls"),
        Need(f"{one}: memory", NAMES * units.memory, MEMORY, "MB"),
        Need(f"{many}: memory of each", part * units.memory, MEMORY, "MB"),
        Need(f"{one}: a plan of all in a drift interval", NAMES * units.plan, drift, "s"),
        Need(f"{one}: new addresses of all within a TTL", NAMES * units.change, AUTOMATIC_TTL, "s"),
        Need(f"{one}: new addresses of all noted by the engine in a drift interval", NAMES * units.note, drift, "s"),
        Need(f"{many}: new addresses of all noted by the engine in a drift interval", part * units.note, drift, "s"),
        Need(f"{many}: new addresses of all within a TTL", part * units.change, AUTOMATIC_TTL, "s"),
        Need(f"{one}: new addresses within a TTL, targets: cname", ZONES * units.change, AUTOMATIC_TTL, "s"),
        Need("records of a zone, marks: txt", 2 * each, PLANS["business"].records, "records"),
        Need("records of a zone, marks: comment", each, PLANS["business"].records, "records"),
    )


def _spaced(calls: int) -> float:
    """Seconds that so many calls take at the budget: a window's share goes at once, then it is waited."""
    return max(0.0, calls / (REQUESTS * SHARE) - 1) * WINDOW


def _row(measure: str, value: float, unit: str) -> Row:
    return Row(PART, f"on paper, {NAMES:,} names in {ZONES} zones: {measure}", value, unit, 1)


def _plan(names: int) -> dict[str, float]:
    """Plan an unchanged world of so many names: the memory that it all takes beyond the imports, and the time."""
    before = _resident()
    values = {"zone": "example.com", "names": [f"n{number}" for number in range(names)]}
    settings = parse(values, {}, stack="bench", where="bench")
    addresses = (Sighting(WAN, Family.IPV4, Known((IPv4Address("203.0.113.7"),))),)
    empty = Observation(addresses, (ZoneSnapshot("example.com", "z", ()),), Registry())
    zone, registry = carried_out(make_plan(settings, empty))
    settled = Observation(addresses, (zone,), registry)
    began = time.monotonic()
    plan = make_plan(settings, settled)
    if changes(plan, settled):
        raise RuntimeError("a settled world should need nothing")
    return {"seconds": time.monotonic() - began, "memory": _resident() - before}


def _resident() -> float:
    """MB that this process has."""
    return tree(int(Path("/proc/self").readlink().name))[0].memory


if __name__ == "__main__":
    print(json.dumps(_plan(int(sys.argv[1]))))  # noqa: T201 - this is how it answers
