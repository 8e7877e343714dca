"""Decide whether an engine may run, and stop the engines that run: one hold for a process, from any thread.

Each engine is a child with a session of its own, so that nothing reaches it behind our back; those of several shards
run side by side. Each is asked to end at most once: a second signal would make it drop what it is doing, and orphan
what it has made. What it starts (the providers' plugins have process groups of their own) is in its session, and is
killed with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from cli.engine.proc import PROC, stat

LEASE_LOST = "another process may lead now"
STOPPING = "this process is about to end"
TOO_LONG = "a run has taken too long"


class NotHeld(Exception):  # noqa: N818 - a state, not a fault
    """The engine may not run now: this process is about to end, or another one leads. The text says which."""


class Hold:
    """The engines of this process, and the reasons against running any."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal's handler may come while its own thread holds it
        self._children: list[subprocess.Popen[str]] = []
        self._bars: dict[str, None] = {}
        self._asked: set[int] = set()
        """The ids of engines that were asked to end: of those that run, or of the last ones where none does."""
        self._is_killed = False
        self._may_run: Callable[[], bool] = lambda: True
        self._may_write: Callable[[], bool] = lambda: True

    @property
    def is_running(self) -> bool:
        """Whether an engine runs."""
        return bool(self._children)

    def is_at_work(self, pid: int) -> bool:
        """Whether an engine of this process has this id, runs, and was not asked to end."""
        with self._lock:
            return pid not in self._asked and any(child.pid == pid for child in self._children)

    def has_asked(self, child: subprocess.Popen[str]) -> bool:
        """Tell whether this engine was asked to end. Call it within the block of `running`."""
        return child.pid in self._asked

    def only_if(self, may_run: Callable[[], bool], may_write: Callable[[], bool] = lambda: True) -> None:
        """Start engines only while `may_run` returns True, which is asked at each start.

        may_write: tells whether running engines may still write; it turns False later than `may_run`.
        """
        self._may_run, self._may_write = may_run, may_write

    def may_write(self) -> bool:
        """Tell whether requests of the engines may still be sent to the providers: none was killed, and we still lead.

        For the API proxy, which ends neither with the engine nor with the lease.
        """
        return not self._is_killed and self._may_write()

    def interrupt(self, reason: str) -> None:
        """Ask all engines to end in good order. None starts until `allow` takes the reason away."""
        with self._lock:
            self._bars[reason] = None
            self._pass_on()

    def allow(self, reason: str) -> None:
        """Take a reason away; engines may start again where there is no other reason."""
        with self._lock:
            self._bars.pop(reason, None)

    def kill(self) -> None:
        """End all engines now, with every process that they have started. Writes under way may still take effect."""
        with self._lock:
            self._is_killed = bool(self._children)
            for child in self._children:
                self._asked.add(child.pid)
                for process in (*_of_session(child.pid), child.pid):
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)

    @contextmanager
    def running(self, start: Callable[[], subprocess.Popen[str]]) -> Iterator[subprocess.Popen[str]]:
        """Start an engine, and hold it within the block. Raises NotHeld, without a start, where it may not run."""
        with self._lock:
            if self._bars or not self._may_run():
                raise NotHeld(next(iter(self._bars), LEASE_LOST))
            if not self._children:
                self._asked.clear()
                self._is_killed = False
            child = start()
            self._asked.discard(child.pid)
            self._children.append(child)
            if self._bars:  # by a signal that came meanwhile
                self._pass_on()
        try:
            with child:
                yield child
        finally:
            with self._lock:
                self._children.remove(child)

    def _pass_on(self) -> None:
        for child in self._children:
            if child.pid not in self._asked:
                self._asked.add(child.pid)
                child.send_signal(signal.SIGINT)


def _of_session(leader: int) -> Iterator[int]:
    """Yield the ids of the processes in a session, where there is a /proc."""
    for folder in PROC.glob("[0-9]*"):
        process = stat(int(folder.name))
        if process and process.session == leader:
            yield int(folder.name)
