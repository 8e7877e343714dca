"""When a run of the campaign `crash` is killed, and what of it: drawn by chance, struck at a moment of its own."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from bench.campaigns.crash.world import MARKED_BY, Call, Moment
from bench.campaigns.daemon.faults import is_engine, is_plugin
from cli.engine.proc import PROC, stat
from cli.recovery.processes import await_end as await_process
from lab.pods.processes import Process

Victim = Literal["all", "truenorth", "engine", "plugin"]
Kind = Literal["asked", "done", "answered", "listing", "step", "seconds", "state", "journal"]
VICTIMS: tuple[Victim, ...] = ("all", "all", "all", "all", "all", "all", "truenorth", "truenorth", "engine", "plugin")
KINDS: tuple[Kind, ...] = (
    *("asked", "asked", "done", "done", "done"),
    *("answered", "answered", "answered", "step", "step", "step"),
    *("seconds", "state", "state", "journal", "journal", "listing"),
)
SOON = 1.0
"""Seconds after an answer within which it strikes, most often much sooner; or it strikes whenever the run is on."""
_GONE = 60.0
"""Seconds that a killed process may take to end."""
_MOST = 0.7
"""Of the writes: those that must have landed before writes of the state are counted; of a stack, it may be the last."""


@dataclass(frozen=True, slots=True)
class Point:
    """When to strike: at the n-th of what kind tells, or so many seconds after it (or after the start)."""

    kind: Kind
    number: int
    seconds: float
    victim: Victim

    def __str__(self) -> str:
        told = {
            "asked": f"before write {self.number} is carried out",
            "done": f"when write {self.number} is carried out and not yet answered",
            "answered": f"{self.seconds:.3f} s after the answer to write {self.number}",
            "listing": f"at the listing {self.number} of the zone",
            "step": f"at step {self.number} of the engine",
            "seconds": f"{self.seconds:.2f} s after the start",
            "state": f"at write {self.number} into the state's folder after most records",
            "journal": f"when {self.number} lines are in the journal",
        }
        return f"{self.victim} killed {told[self.kind]}"


def draw(chance: random.Random, writes: int, pace: float) -> Point:
    """A point in a run that writes so many records and takes about so long (seconds)."""
    kind = chance.choice(KINDS)
    number = {
        "listing": chance.randint(1, 2),
        "step": chance.randint(1, max(3 * writes, 1)),
        "state": chance.randint(1, 4),
        "journal": chance.randint(1, max(7 * writes // 4, 1)),  # two lines a record that is made, else one
    }.get(kind, chance.randint(1, max(writes, 1)))
    late = kind == "seconds" or chance.random() < 1 / 3  # an engine goes on for long once a batch is answered
    seconds = pace * chance.random() if late else SOON * chance.random() ** 3
    return Point(kind, number, seconds, chance.choice(VICTIMS))


@dataclass
class Strike:
    """Waits for its point in one run, and kills once. Its methods are called from several threads."""

    point: Point
    token: str
    writes: int
    """About how many records the run writes."""
    state: Path
    """Pulumi's folder."""
    began: float = field(default_factory=time.monotonic)
    struck: bool = False
    landed: int = 0
    _over: bool = False
    _steps: int = 0
    _listings: int = 0
    _due: float | None = None
    _seen: frozenset[tuple[str, int]] = frozenset()
    _changes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, moment: Moment, call: Call) -> None:
        """A request of the run has come to this moment."""
        if call.is_listing:
            self._listings += moment == "asked"
            self._if(moment == "asked", "listing", self._listings)
            return
        self._if(moment == "asked", "asked", self.landed + call.writes)
        self.landed += call.writes if moment == "done" else 0
        self._if(moment == "done", "done", self.landed)
        if moment == "answered" and self.point.kind == "answered" and self.landed >= self.point.number:
            self._due = self._due or time.monotonic() + self.point.seconds

    def step(self) -> None:
        """The engine has told of a step."""
        self._steps += 1
        self._if(True, "step", self._steps)  # noqa: FBT003 - always

    def look(self) -> None:
        """Look at the clock and at files; called again and again."""
        if self.point.kind == "seconds":
            self._due = self.began + self.point.seconds
        if self._due is not None and time.monotonic() >= self._due:
            self.now()
        if self.point.kind == "journal":
            self._if(True, "journal", max(map(_lines, self.state.glob("**/*.journal")), default=0))  # noqa: FBT003 - always
        if self.point.kind == "state":
            self._look_at_state()

    def _look_at_state(self) -> None:
        there = frozenset(_files(self.state))
        if self._seen and there != self._seen and self.landed >= _MOST * self.writes:
            self._changes += 1
            self._if(True, "state", self._changes)  # noqa: FBT003 - always
        self._seen = there

    def _if(self, is_time: bool, kind: Kind, number: int) -> None:  # noqa: FBT001 - private
        if is_time and kind == self.point.kind and number >= self.point.number:
            self.now()

    def now(self) -> None:
        """Kill, if that has not happened yet and there is somebody to kill."""
        with self._lock:
            if not self.struck and not self._over:
                self.struck = kill(self.token, self.point.victim)

    def end(self) -> bool:
        """The run has ended: from now on nothing is killed. Whether something was; waits for a kill that goes on."""
        with self._lock:
            self._over = True
            return self.struck


def kill(token: str, victim: Victim = "all") -> bool:
    """End processes of a run by SIGKILL: all, as when the power goes, or one of a kind. Whether any was there.

    What is killed has ended then: one that waits for a disk takes its time.
    """
    doomed = _all_stopped(token) if victim == "all" else list(islice(filter(_KINDS_OF[victim], processes(token)), 1))
    for one in doomed:
        one.send(signal.SIGKILL)
    for one in doomed:
        await_process(one.pid, _GONE)
    return bool(doomed)


def _all_stopped(token: str) -> list[Process]:
    """All that runs, stopped: nobody sees another one end, and none is started meanwhile that would be missed."""
    stopped: dict[int, Process] = {}
    while fresh := [one for one in processes(token) if one.pid not in stopped]:
        for one in fresh:
            stopped[one.pid] = one
            one.send(signal.SIGSTOP)
    return list(stopped.values())


def await_end(token: str, seconds: float) -> None:
    """Wait until nothing of a run is left, for so many seconds at most."""
    until = time.monotonic() + seconds
    while processes(token) and time.monotonic() < until:
        time.sleep(0.05)


def processes(token: str) -> list[Process]:
    """What a run has started and still runs."""
    return list(_carrying(f"{MARKED_BY}={token}".encode()))


def _carrying(variable: bytes) -> Iterable[Process]:
    for folder in PROC.glob("[0-9]*"):
        pid = int(folder.name)
        with suppress(OSError):
            if pid != os.getpid() and variable in (folder / "environ").read_bytes().split(b"\0"):
                there = stat(pid)
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                if there and not there.has_ended:
                    yield Process(pid, command)


_KINDS_OF: dict[Victim, Callable[[Process], bool]] = {
    "truenorth": lambda one: "-m truenorth up" in one.command,
    "engine": is_engine,
    "plugin": is_plugin,
}


def _lines(file: Path) -> int:
    with suppress(OSError):
        return file.read_bytes().count(b"\n")
    return 0


def _files(folder: Path) -> Iterable[tuple[str, int]]:
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                file = os.path.join(place, name)  # noqa: PTH118 - looked at a thousand times a second
                yield file, os.stat(file).st_mtime_ns  # noqa: PTH116 - likewise
