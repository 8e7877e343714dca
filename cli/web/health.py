"""Whether this process lives, and whether it is ready: what the probes of a pod ask.

A process is live while its parts go on: each of them beats, and says how soon it will again. An API that is down or a
convergence that fails does not end its life: a restart would not mend that, and would lose what is known. It is ready
once it has seen the world and has either converged or stands by: a standby is ready to take over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cli.events import Fatal, Leadership, Role, Stopping
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused

CONVERGED = "convergence"
"""What is ready once this process has converged, or stands by."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A part of the process with its problem, "" for none."""

    name: str
    problem: str = ""


class Health:
    """From any thread. expected: what has to be ready before the process is.

    clock: seconds, monotonic, so that a clock that is set does not end a process.
    """

    def __init__(self, *expected: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changing = threading.Lock()
        self._beats: dict[str, tuple[float, float]] = {}
        self._dead: dict[str, str] = {}
        self._unready = dict.fromkeys((*expected, CONVERGED), "not yet")
        self._stopping = ""

    def beat(self, name: str, within: float) -> None:
        """A part goes on, and will say so again within so many seconds."""
        with self._changing:
            self._beats[name] = self._clock(), within

    def forget(self, name: str) -> None:
        """A part has ended as it was to."""
        with self._changing:
            self._beats.pop(name, None)
            self._dead.pop(name, None)

    def died(self, name: str, reason: str) -> None:
        """A part has ended as it was not to, and will not come back without a restart."""
        with self._changing:
            self._dead[name] = reason

    def ready(self, name: str) -> None:
        """Take note that this is ready."""
        with self._changing:
            self._unready[name] = ""

    def unready(self, name: str, reason: str) -> None:
        """Take note that this is not ready (any more), and why."""
        with self._changing:
            self._unready[name] = reason

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event: a convergence or a standby is ready, a fatal error is dead, a stop is not ready."""
        match dispatch.event:
            case Convergence() | Refused() | Leadership(role=Role.STANDBY):
                self.ready(CONVERGED)
            case Fatal(reason=reason):
                self.died("process", reason)
            case Stopping(reason=reason):
                with self._changing:
                    self._stopping = reason
            case _:
                pass

    def life(self) -> tuple[HealthCheck, ...]:
        """Return the checks of liveness, of every part that has beaten at least once."""
        with self._changing:
            now = self._clock()
            found = {name: _late(now - at, within) for name, (at, within) in self._beats.items()} | self._dead
        return tuple(HealthCheck(name, problem) for name, problem in sorted(found.items())) or (HealthCheck("process"),)

    def readiness(self) -> tuple[HealthCheck, ...]:
        """Return the checks of readiness. A dead process, or one about to end, is not ready."""
        with self._changing:
            found = [HealthCheck(name, problem) for name, problem in self._unready.items()]
            ending = [HealthCheck("process", f"it is ending: {self._stopping}")] if self._stopping else []
        return (*found, *ending, *(one for one in self.life() if one.problem))


def _late(seconds: float, within: float) -> str:
    return f"no sign of life for {seconds:.0f} s, where one was due within {within:.0f} s" if seconds > within else ""
