"""Programs that run beside us and end with us, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from lab.kube.unavailable import KubeUnavailable

_WATCHDOG = "trap '' TERM; read -r _; kill -TERM 0; sleep 5; kill -KILL 0"
"""Ends its process group when its input does: the input ends with us, even where we are killed."""
_TICK = 0.02
"""Seconds between two looks at what gives no event."""
_END = 60.0
"""Seconds that a program has to end by itself."""
_TOLD = 600
"""Characters of a log that are told."""


class Service:
    """One program; it can be started again after its end."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, group: int) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = list(command)
        self._folder = folder
        self._group = group
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    def start(self, ready: Callable[[], bool], deadline: float) -> None:
        """Start it and wait until it is ready. Raises KubeUnavailable if it ends, or is not in `deadline` s."""
        if self._process is not None:
            raise RuntimeError(f"{self.name} runs already")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the lab's own programs
                self._command,
                cwd=self._folder,
                # Nothing of the caller's environment (ETCD_..., HTTPS_PROXY, KUBECONFIG) may change what runs.
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=self._group,
            )
        until = monotonic() + deadline
        while not ready():
            if self._ended_within(_TICK):
                self._process = None
                raise KubeUnavailable(f"{self.name} ended: {self._last_words()}", str(self.log), "see the log")
            if monotonic() > until:
                self.stop(kill=True)
                what = f"{self.name} is not ready after {deadline:.0f} s: {self._last_words()}"
                raise KubeUnavailable(what, str(self.log), "see the log, or use a machine with less to do")

    def stop(self, *, kill: bool = False) -> None:
        """End it, at once with `kill`, and wait for its end. Nothing happens where it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            process.wait(_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _ended_within(self, seconds: float) -> bool:
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace").strip()[-_TOLD:]


class Group:
    """Services of one control plane, in one process group of their own (Ctrl-C in a terminal does not reach it)."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._number = number
        self._services: list[Service] = []

    def add(self, name: str, command: Sequence[str]) -> Service:
        """A service that is not started yet; its log is NAME.log in the folder."""
        service = Service(name, command, self._folder, self._number)
        self._services.append(service)
        return service

    def stop(self) -> None:
        """End them, the last one first."""
        for service in reversed(self._services):
            service.stop()


@contextmanager
def group(folder: Path) -> Iterator[Group]:
    """A group of services that has ended when the context has."""
    with subprocess.Popen(  # noqa: S603 - a fixed command
        ["/bin/sh", "-c", _WATCHDOG], stdin=subprocess.PIPE, process_group=0
    ) as watchdog:
        made = Group(folder, watchdog.pid)
        try:
            yield made
        finally:
            made.stop()
            watchdog.kill()
