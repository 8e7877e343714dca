"""Runs a command on the zone, and measures: calls, when the zone is as wished, when the command ends, memory."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.parts.scale.world import Content, World
from lab.pods.processes import tree

ROOT = Path(__file__).resolve().parents[3]
SAMPLING = 0.2
"""Seconds between two looks at the memory."""
_LOOK, _SHARE = 0.1, 20
"""Seconds between two looks at the zone, and how many times as long as the look itself the pause is at least."""
_END = 30.0
"""Seconds that a command has to end in when its time is up."""
_TOLD = 2_000
_TICK = 0.02
PATIENCE = float(os.environ.get("BENCH_PATIENCE", "420"))
"""Seconds after which a command is ended."""


class CutOffError(RuntimeError):
    """A step was not done when its time was up, or ended without: what comes after it cannot be measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command has cost.

    calls: of the API, by method. zone: s until the zone was as wished, None where it never was. seconds: s until the
    command ended. own, whole: MB at most, of its first process and of all together. records: in the zone in the end.
    runs: how often the command was run until the zone was right. said: its last words, where it failed.
    """

    calls: Mapping[str, int]
    zone: float | None
    seconds: float
    own: float
    whole: float
    records: int
    runs: int = 1
    said: str = ""

    @property
    def total(self) -> int:
        """All calls."""
        return sum(self.calls.values())


@dataclass
class Memory:
    """The largest resident memory in MB of a process, and of it and all below it together; shared pages count anew."""

    pid: int
    own: float = 0.0
    whole: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look once."""
        found = [(one.pid, one.memory) for one in tree(self.pid)]
        self.own = max([self.own, *(memory for pid, memory in found if pid == self.pid)])
        self.whole = max(self.whole, sum(memory for _, memory in found))

    @contextmanager
    def sampled(self) -> Iterator[Memory]:
        """Look again and again while the context lasts."""

        def sample() -> None:
            while not self._done.wait(SAMPLING):
                self.look()

        sampler = threading.Thread(target=sample, name="memory")
        sampler.start()
        try:
            yield self
        finally:
            self._done.set()
            sampler.join()


class Zone:
    """Looks whether a zone is as wished, and remembers since when."""

    def __init__(self, world: World, wish: Mapping[str, Content]) -> None:
        self._world, self._wish = world, wish
        self._began = datetime.now(UTC)
        self._next, self._seen = 0.0, -1
        self.right: float | None = None

    def look(self) -> bool:
        """Whether it is as wished. A look that would cost too much is put off."""
        calls, now = len(self._world.cloudflare.requests), time.monotonic()
        if self.right is None and calls != self._seen and now >= self._next:
            self._seen = calls
            self._judge()
            self._next = time.monotonic() + max(_LOOK, _SHARE * (time.monotonic() - now))
        return self.right is not None

    def conclude(self) -> float | None:
        """The last look, which is never put off: seconds from the beginning to the write that made it right."""
        if self.right is None:
            self._judge()
        return self.right

    def _judge(self) -> None:
        if not self._world.differing(self._wish):
            last = self._world.last_write()
            self.right = max(0.0, round((last - self._began).total_seconds(), 3)) if last else 0.0


def await_right(zone: Zone, who: str) -> float:
    """Wait until the zone is as wished: seconds from when it was first looked at. Raises CutOffError."""
    until = time.monotonic() + PATIENCE
    while not zone.look():
        if time.monotonic() > until:
            raise CutOffError(f"{who}: the zone is not as wished after {PATIENCE:.0f} s")
        time.sleep(_TICK)
    return zone.right or 0.0


def run(
    world: World,
    command: Sequence[str],
    wish: Mapping[str, Content],
    *,
    environment: Mapping[str, str] | None = None,
    again: bool = False,
) -> Measured:
    """Run a command until it ends; it is ended when its time is up. No limit is used up before.

    again: it is run again as long as the zone is not as wished.
    """
    world.calm()
    zone, began = Zone(world, wish), time.monotonic()
    own = whole = 0.0
    runs, said = 0, ""
    while True:
        runs += 1
        left = PATIENCE - (time.monotonic() - began)
        memory, said = _once(world, command, environment or world.environment, zone, left)
        own, whole = max(own, memory.own), max(whole, memory.whole)
        right = zone.conclude()
        if right is not None or not again or time.monotonic() - began > PATIENCE:
            break
    if again and right is not None:
        said = ""  # what one run was refused, the next has done
    calls = Counter(one.method for one in world.cloudflare.requests)
    seconds = round(time.monotonic() - began, 3)
    return Measured(calls, right, seconds, round(own), round(whole), world.count(), runs, said)


def _once(
    world: World, command: Sequence[str], environment: Mapping[str, str], zone: Zone, patience: float
) -> tuple[Memory, str]:
    """The memory that the command took, and its last words where it failed."""
    log = world.folder / "command.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - our own command
            list(command), cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
        Memory(process.pid).sampled() as memory,
    ):
        until = time.monotonic() + patience
        while (left := until - time.monotonic()) > 0:
            zone.look()
            with suppress(subprocess.TimeoutExpired):
                process.wait(min(_LOOK, left))
                break
        ended = process.poll() is not None
        if not ended:
            end(process)
    if ended and process.returncode == 0:
        return memory, ""
    why = f"ended with {process.returncode}" if ended else f"cut off after {patience:.0f} s"
    return memory, f"{why}: {log.read_text(encoding='utf-8', errors='replace')[-_TOLD:]}"


def end(process: subprocess.Popen[bytes]) -> None:
    """End a command, and all that it has started and left behind."""
    below = tree(process.pid)[1:]
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_END)
    except subprocess.TimeoutExpired:
        process.kill()
    for one in below:
        if tree(one.pid)[:1] == [one]:  # a number may have been given to another process since
            one.send(signal.SIGKILL)
