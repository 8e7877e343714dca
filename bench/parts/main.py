"""The main job: an unchanged run, inline and as `pulumi up`; an address change until the record says so; memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from bench.campaigns.paper import carried_out
from bench.row import Row, median
from bench.stage import STACK, Stage, stage
from cli.engine.events import EngineEvent
from cli.reconcile.converge import converge
from cli.reconcile.look import ConvergenceOptions
from lab import remote
from stacks.model.observation import Observation, Registry
from stacks.model.values import WAN, Family, Known, Sighting, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.settings.stack import parse

TIMES = 10
NAMES = 5_000
ROOT = Path(__file__).resolve().parents[2]
WATCHED: tuple[dict[str, object], ...] = ({"name": "www"}, {"name": "api", "ttl": 300}, {"name": "@", "proxied": True})
WATCHED_INTERVAL = 1
SAMPLING = 0.05
"""Seconds between two looks at the memory of the watcher's children."""


def measure() -> Iterator[Row]:
    """All rows of this part."""
    with stage() as place:
        place.settings(WATCHED)
        converge(place.session(), _deaf)
        yield from _unchanged(place)
        yield from _followed(place)
    yield from _planned()


def _unchanged(place: Stage) -> Iterator[Row]:
    session = place.session()
    runs = [converge(session, _deaf, ConvergenceOptions(always=True)) for _ in range(TIMES)]
    if any(run.summary is None or set(run.summary.changes) != {"same"} for done in runs for run in done.runs):
        raise RuntimeError("a run that should have changed nothing did")
    engine = [sum(run.seconds for run in done.runs) for done in runs]
    yield Row("main", "unchanged up, inline: engine time", median(engine), "s", TIMES, 0.7)
    yield Row("main", "unchanged up, inline: all", median([done.seconds for done in runs]), "s", TIMES)
    plain = ["pulumi", "up", "--yes", "--skip-preview", "--stack", STACK, "--config-file", str(place.settings_file)]
    yield Row("main", "unchanged up, as pulumi up", median([_timed(place, plain) for _ in range(TIMES)]), "s", TIMES)
    remote.forget_requests(place.places)
    own = [sys.executable, "-m", "truenorth", "up", "--stack", STACK, "--settings", str(place.settings_file)]
    yield Row("main", "unchanged truenorth up", median([_timed(place, own) for _ in range(TIMES)]), "s", TIMES)
    calls = len(remote.api_requests(place.places)) / TIMES
    yield Row("main", "unchanged truenorth up: API calls", calls, "calls", TIMES, 1)


def _followed(place: Stage) -> Iterator[Row]:
    with _watching(place) as watcher:
        seconds = [_follow(place, watcher, f"203.0.113.{number}") for number in range(20, 20 + TIMES)]
        memory = _memory(watcher.pid)
        children = _children_peak(place, watcher)
    yield Row("main", "change of address to record, median", median(seconds), "s", TIMES, 3)
    yield Row("main", "change of address to record, worst", round(max(seconds), 3), "s", TIMES)
    yield Row("main", "watch: resident memory", memory["VmRSS"], "MB", 1, 250)
    yield Row("main", "watch: largest resident memory", memory["VmHWM"], "MB", 1)
    yield Row("main", "watch: engine and plugins at their peak", children, "MB", 1)


@contextmanager
def _watching(place: Stage) -> Iterator[subprocess.Popen[str]]:
    wan = json.loads(place.environment["TRUENORTH_WAN"]) | {"interval": WATCHED_INTERVAL}
    command = [sys.executable, "-m", "truenorth", "watch", "--json", "--stack", STACK]
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--settings", str(place.settings_file)],
        cwd=ROOT,
        env={**place.environment, "TRUENORTH_WAN": json.dumps(wan)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as watcher:
        try:
            _result(watcher)
            yield watcher
        finally:
            watcher.terminate()


def _follow(place: Stage, watcher: subprocess.Popen[str], address: str) -> float:
    """Seconds from the change of the address to the last record that says so, by the API's own log."""
    remote.forget_requests(place.places)
    changed = datetime.now(UTC)
    remote.set_address(place.places, address)
    _result(watcher)
    written = [call.time for call in remote.api_requests(place.places) if call.method != "GET"]
    there = [one for one in remote.records(place.places) if one["type"] == "A" and one["content"] == address]
    if len(there) != len(WATCHED):
        raise RuntimeError(f"{len(WATCHED)} records should have followed to {address}, {len(there)} did")
    return (max(written) - changed).total_seconds()


def _result(watcher: subprocess.Popen[str]) -> None:
    if watcher.stdout is None:
        raise RuntimeError("the watcher was started without a pipe")
    for line in watcher.stdout:
        if json.loads(line)["event"] == "result":
            return
    raise RuntimeError("the watcher ended")


def _memory(pid: int) -> dict[str, float]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return {key: round(int(fields[key].split()[0]) / 1024) for key in ("VmRSS", "VmHWM")}


def _children_peak(place: Stage, watcher: subprocess.Popen[str]) -> float:
    """MB, the largest sum of the resident memory of all that the watcher starts for a change; shared pages count anew.

    This change is not timed: the looks cost the machine something.
    """
    sums: list[float] = []
    done = threading.Event()

    def sample() -> None:
        while not done.wait(SAMPLING):
            sums.append(sum(_resident(pid) for pid in _descendants(watcher.pid)))

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        _follow(place, watcher, "203.0.113.99")
    finally:
        done.set()
        sampler.join()
    return round(max(sums))


def _descendants(pid: int) -> list[int]:
    try:
        children = [int(child) for tasks in Path(f"/proc/{pid}/task").iterdir() for child in _words(tasks / "children")]
    except OSError:
        return []  # it has ended in the meantime
    return [*children, *(below for child in children for below in _descendants(child))]


def _words(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split()


def _resident(pid: int) -> float:
    try:
        pages = int(_words(Path(f"/proc/{pid}/statm"))[1])
    except OSError:
        return 0  # it has ended in the meantime
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _timed(place: Stage, command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, env=dict(place.environment), capture_output=True, check=True)  # noqa: S603 - our own
    return time.monotonic() - began


def _planned() -> Iterator[Row]:
    values = {"zone": "example.com", "names": [f"n{number}" for number in range(NAMES)]}
    settings = parse(values, {}, stack=STACK, where="bench")
    addresses = (Sighting(WAN, Family.IPV4, Known((IPv4Address("203.0.113.7"),))),)
    empty = Observation(addresses, (ZoneSnapshot("example.com", "z", ()),), Registry())
    zone, registry = carried_out(make_plan(settings, empty))
    settled = Observation(addresses, (zone,), registry)
    seconds = []
    for _ in range(TIMES):
        began = time.monotonic()
        if changes(make_plan(settings, settled), settled):
            raise RuntimeError("a settled world should need nothing")
        seconds.append(time.monotonic() - began)
    yield Row("main", f"plan of {NAMES} unchanged names", median(seconds), "s", TIMES)


def _deaf(_: EngineEvent) -> None:
    """The bench looks at the outcome only."""
