"""Whether the engine may run, and the way to stop it: one hold for a process, from any thread.

The engine is a child with a session of its own, so that nothing reaches it behind our back. It is asked to end at most
once: a second signal would make it drop what it is doing, and orphan what it has made. What it starts (the providers'
plugins have process groups of their own) is in its session, and is killed with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from cli.proc import PROC, stat

LEASE_LOST = "another process may lead now"
STOPPING = "this process is about to end"
TOO_LONG = "a run has taken too long"


class NotHeld(Exception):  # noqa: N818 - a state, not a fault
    """The engine may not run now: this process is to end, or another one leads. Its text says which."""


class Hold:
    """The engine of this process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal's handler may come while its own thread holds it
        self._child: subprocess.Popen[str] | None = None
        self._bars: dict[str, None] = {}
        self._passed_on = False
        self._may_run: Callable[[], bool] = lambda: True

    @property
    def is_interrupted(self) -> bool:
        """Whether the run that goes on, or the last one, was asked to end."""
        return self._passed_on

    @property
    def is_running(self) -> bool:
        """Whether an engine runs."""
        return self._child is not None

    def only_if(self, may_run: Callable[[], bool]) -> None:
        """Start the engine only where this says so, at the moment of each start."""
        self._may_run = may_run

    def interrupt(self, reason: str) -> None:
        """Ask the engine to end, which it does once what it has begun is done; none starts until the reason is gone."""
        with self._lock:
            self._bars[reason] = None
            self._pass_on()

    def allow(self, reason: str) -> None:
        """Take this reason away: the engine may run again where there is no other."""
        with self._lock:
            self._bars.pop(reason, None)

    def kill(self) -> None:
        """End the engine now, with all that it has started. What it was about may have landed, and is looked up."""
        with self._lock:
            if self._child is not None:
                self._passed_on = True
                for process in (*_of_session(self._child.pid), self._child.pid):
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)

    @contextmanager
    def running(self, start: Callable[[], subprocess.Popen[str]]) -> Iterator[subprocess.Popen[str]]:
        """Start the engine, and hold it within the block. Raises NotHeld where it may not run; it was not started."""
        with self._lock:
            if self._bars or not self._may_run():
                raise NotHeld(next(iter(self._bars), LEASE_LOST))
            self._passed_on = False
            self._child = start()
            if self._bars:  # by a signal that came meanwhile
                self._pass_on()
        try:
            with self._child as child:
                yield child
        finally:
            with self._lock:
                self._child = None

    def _pass_on(self) -> None:
        if self._child is not None and not self._passed_on:
            self._passed_on = True
            self._child.send_signal(signal.SIGINT)


def _of_session(leader: int) -> Iterator[int]:
    """The processes of the session of this process, where there is a /proc."""
    for folder in PROC.glob("[0-9]*"):
        found = stat(int(folder.name))
        if found and found.session == leader:
            yield int(folder.name)
