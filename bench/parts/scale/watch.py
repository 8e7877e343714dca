"""`truenorth watch` of names that are aliases of one: from what it has seen to the record, and memory."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench.parts.scale.ours import truenorth
from bench.parts.scale.run import PATIENCE, ROOT, CutOffError, Memory, Zone, await_right, end
from bench.parts.scale.steps import ONE, PART, WATCH, Reaction
from bench.parts.scale.world import World
from bench.row import Row, median

SECONDS = 0.4
"""From what was seen to the record: the goal."""
TIMES = 5


@dataclass(frozen=True, slots=True)
class _Followed:
    """Seconds from seen to the zone, from the change to the zone, and from seen until the turn has ended; calls."""

    seen: float
    whole: float
    ended: float
    calls: int


@dataclass
class Watcher:
    """A watcher that runs, and what it has told since it was last asked to listen."""

    process: subprocess.Popen[bytes]
    _lines: list[dict[str, Any]] = field(default_factory=list)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        """Read what it tells until it ends."""
        for line in self.process.stdout or ():
            with self._heard:
                self._lines.append(json.loads(line))
                self._heard.notify_all()
        with self._heard:
            self._lines.append({"event": "ended"})
            self._heard.notify_all()

    def forget(self) -> None:
        """What it has told so far is of no interest."""
        with self._heard:
            self._lines.clear()

    def told(self, event: str) -> dict[str, Any]:
        """The first such event; waits for it. Raises CutOffError."""
        with self._heard:
            self._heard.wait_for(lambda: self._first(event) or self._first("ended"), PATIENCE)
            found = self._first(event)
            failed = [line.get("reason", "") for line in self._lines if line["event"] in {"failure", "refused"}]
        if found is None:
            raise CutOffError(f"{WATCH} told of no {event} within {PATIENCE:.0f} s, or ended; {' '.join(failed)}")
        return found

    def _first(self, event: str) -> dict[str, Any] | None:
        return next((line for line in self._lines if line["event"] == event), None)


def watch(world: World, running: dict[str, Reaction]) -> Iterator[Row]:
    """The names are made by the first turn; then the address of one changes, and the one that all are aliases of.

    What was measured of the first is put into running.
    """
    world.targets = "cname"
    world.write_settings()
    world.calm()
    what = f"{WATCH}, {world.names:,} names, targets: cname"
    zone = Zone(world, world.wished())
    with _watching(world) as watcher, Memory(watcher.process.pid).sampled() as taken:
        yield Row(PART, f"{what}: first turn, until the zone is right", await_right(zone, WATCH), "s", 1)
        yield Row(PART, f"{what}: first turn, API calls", len(world.cloudflare.requests), "calls", 1)
        watcher.told("result")
        yield Row(PART, f"{what}: first turn, largest memory with all it starts", round(taken.whole), "MB", 1)
        others = (f"192.0.2.{number}" for number in range(100, 100 + TIMES))
        found = [_follow(world, watcher, _office(world, one)) for one in others]
        running[WATCH] = Reaction(median([one.whole for one in found]), max(one.calls for one in found))
        yield from _rows(f"{what}, {ONE}", found)
        others = (f"203.0.113.{number}" for number in range(100, 100 + TIMES))
        yield from _rows(f"{what}, new WAN address", [_follow(world, watcher, _wan(world, one)) for one in others])
        now = Memory(watcher.process.pid)
        now.look()
    yield Row(PART, f"{what}: memory between changes", round(now.own), "MB", 1)
    yield Row(PART, f"{what}: memory between changes, with all it keeps running", round(now.whole), "MB", 1)


def _office(world: World, address: str) -> Callable[[], None]:
    return lambda: setattr(world.office, "ipv4", address)


def _wan(world: World, address: str) -> Callable[[], None]:
    return lambda: setattr(world.wan, "ipv4", address)


def _rows(what: str, found: list[_Followed]) -> Iterator[Row]:
    seen, size = [one.seen for one in found], len(found)
    yield Row(PART, f"{what}: from seen to the zone, median", median(seen), "s", size, SECONDS)
    yield Row(PART, f"{what}: from seen to the zone, worst", round(max(seen), 3), "s", size)
    whole = median([one.whole for one in found])
    yield Row(PART, f"{what}: from the change to the zone, a look every second, median", whole, "s", size)
    yield Row(PART, f"{what}: from seen until the turn ends, median", median([one.ended for one in found]), "s", size)
    yield Row(PART, f"{what}: API calls, most", max(one.calls for one in found), "calls", size)


def _follow(world: World, watcher: Watcher, change: Callable[[], None]) -> _Followed:
    world.calm()
    watcher.forget()
    change()
    zone = Zone(world, world.wished())
    whole = await_right(zone, WATCH)
    seen = datetime.fromisoformat(watcher.told("address")["time"])
    ended = datetime.fromisoformat(watcher.told("result")["time"])
    written = world.last_write()
    if written is None:
        raise CutOffError(f"{WATCH}: nothing was written")
    calls = len(world.cloudflare.requests)
    return _Followed((written - seen).total_seconds(), whole, (ended - seen).total_seconds(), calls)


@contextmanager
def _watching(world: World) -> Iterator[Watcher]:
    log = world.folder / "watch.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - our own command
            truenorth(world, "watch", "--json"),
            cwd=ROOT,
            env=dict(world.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        watcher = Watcher(process)
        listener = threading.Thread(target=watcher.listen, name="watcher")
        listener.start()
        try:
            yield watcher
        finally:
            end(process)
            listener.join()
