"""Whether the engine may run, and the way to stop it: one hold for a process, from any thread.

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
    """The engine may not run now: this process is to end, or another one leads. Its text says which."""


class Hold:
    """The engines of this process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal's handler may come while its own thread holds it
        self._children: list[subprocess.Popen[str]] = []
        self._bars: dict[str, None] = {}
        self._asked: set[int] = set()
        """The processes that were asked to end, of those that run; once none does, of those that ran last."""
        self._is_killed = False
        self._may_run: Callable[[], bool] = lambda: True
        self._may_write: Callable[[], bool] = lambda: True

    @property
    def is_interrupted(self) -> bool:
        """Whether a run that goes on, or the last one, was asked to end."""
        return bool(self._asked)

    @property
    def is_running(self) -> bool:
        """Whether an engine runs."""
        return bool(self._children)

    def has_asked(self, child: subprocess.Popen[str]) -> bool:
        """Whether this one was asked to end. To be known before its block of `running` ends."""
        return child.pid in self._asked

    def only_if(self, may_run: Callable[[], bool], may_write: Callable[[], bool] = lambda: True) -> None:
        """Start an engine only where this says so, at the moment of each start.

        may_write: whether those that run may still write; later than `may_run` it says no, too.
        """
        self._may_run, self._may_write = may_run, may_write

    def may_write(self) -> bool:
        """Whether what engines have begun may still be sent to the providers: they were not killed, and we still lead.

        What stands between the plugins and the APIs asks, since it ends with neither of them.
        """
        return not self._is_killed and self._may_write()

    def interrupt(self, reason: str) -> None:
        """Ask all engines to end, once what they have begun is done; none starts until the reason is gone."""
        with self._lock:
            self._bars[reason] = None
            self._pass_on()

    def allow(self, reason: str) -> None:
        """Take this reason away: the engine may run again where there is no other."""
        with self._lock:
            self._bars.pop(reason, None)

    def kill(self) -> None:
        """End all engines now, with all they have started. What they were about may have landed, and is looked up."""
        with self._lock:
            self._is_killed = bool(self._children)
            for child in self._children:
                self._asked.add(child.pid)
                for process in (*_of_session(child.pid), child.pid):
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)

    @contextmanager
    def running(self, start: Callable[[], subprocess.Popen[str]]) -> Iterator[subprocess.Popen[str]]:
        """Start an engine, and hold it within the block. Raises NotHeld where it may not run; it was not started."""
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
    """The processes of the session of this process, where there is a /proc."""
    for folder in PROC.glob("[0-9]*"):
        found = stat(int(folder.name))
        if found and found.session == leader:
            yield int(folder.name)
