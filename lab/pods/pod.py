"""A program as the container of a pod runs it: process 1 of its own, started again whenever it ends."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.pods import processes
from lab.pods.processes import Process

_NAMED = 'hostname "$0" && exec "$@"'
_END = 60.0
"""Seconds that it has to end after SIGTERM; a kubelet gives 30 by default."""


class PodError(Exception):
    """It does not do what it must; the message says what."""


@dataclass(frozen=True, slots=True)
class Container:
    """What is run: a command with nothing but this environment, in this folder."""

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path


class Pod:
    """Runs one command in namespaces of processes and host names of its own; its methods may be called from any thread.

    What it starts dies with it, whatever groups and sessions are made, as the kernel sees to in a container. heard:
    called from a thread with each line of JSON that it writes.
    """

    def __init__(
        self,
        name: str,
        container: Container,
        folder: Path,
        heard: Callable[[Mapping[str, Any]], None],
        *,
        pause: float = 0.2,
    ) -> None:
        """folder: has its log. pause: seconds between its end and its next start."""
        self.name, self.folder = name, folder
        self.starts = 0
        self.ends: list[int] = []
        """Exit codes; negative where a signal ended it."""
        self._container = container
        self._command = [*alone(), "sh", "-c", _NAMED, name, *container.command]
        self._heard, self._pause = heard, pause
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"pod {name}", daemon=True)

    def start(self) -> None:
        """Start it, and again whenever it ends."""
        self._thread.start()

    def stop(self) -> int:
        """Ask it to end, wait, and return its last exit code. Raises PodError where it does not end by itself."""
        self._stopping.set()
        self.signal(signal.SIGTERM)
        self._thread.join(_END)
        if self._thread.is_alive():
            self.kill()
            self._thread.join()
            raise PodError(f"{self.name} did not end within {_END:g} s of SIGTERM")
        return self.ends[-1] if self.ends else 0

    def abandon(self) -> None:
        """End it at once, for good."""
        self._stopping.set()
        self.kill()
        self._thread.join()

    def signal(self, number: int) -> None:
        """Send its first process a signal."""
        first = self._first()
        if first is not None:
            with suppress(ProcessLookupError):
                os.kill(first, number)

    def kill(self) -> None:
        """End all that it runs, by SIGKILL."""
        process, first = self._process, self._first()
        if process is not None and process.poll() is None:
            # This one first: where it sees the other killed, unshare means to end likewise, and ends with exit code 1.
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            with suppress(ProcessLookupError):
                if first is not None:
                    os.kill(first, signal.SIGKILL)

    def freeze(self) -> None:
        """Stop the time of all that it runs."""
        for one in self.processes():
            one.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        for one in self.processes():
            one.send(signal.SIGCONT)

    def processes(self) -> list[Process]:
        """What it runs, its first process first; none where it is about to start."""
        first = self._first()
        return processes.tree(first) if first is not None else []

    def _first(self) -> int | None:
        process = self._process
        return next(iter(processes.children(process.pid)), None) if process is not None else None

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self.ends.append(self._run())
            self._stopping.wait(self._pause)

    def _run(self) -> int:
        with (
            (self.folder / f"{self.name}.err").open("ab") as errors,
            subprocess.Popen(  # noqa: S603 - the lab's own command
                self._command,
                cwd=self._container.folder,
                env=dict(self._container.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            ) as process,
        ):
            self._process = process
            self.starts += 1
            if self._stopping.is_set():
                process.kill()
            if process.stdout is None:
                raise PodError("it was started without a pipe")
            with (self.folder / f"{self.name}.log").open("a", encoding="utf-8") as log:
                first = self._note(process.stdout, log.write)
            if first is not None:
                _await_end(first)
        return process.returncode

    def _note(self, lines: Iterator[str], write: Callable[[str], object]) -> int | None:
        """Hear all lines; a handle of its first process."""
        handle: int | None = None
        for line in lines:
            if handle is None and (first := self._first()) is not None:
                with suppress(ProcessLookupError):
                    handle = os.pidfd_open(first)
            write(line)
            with suppress(json.JSONDecodeError):
                document = json.loads(line)
                if isinstance(document, dict):
                    self._heard(document)
        return handle


def alone() -> list[str]:
    """The command that runs another one as process 1 of a new namespace; it needs no rights where users may have one.

    It ends with the thread that runs it, and so with this process, however that ends. Raises PodError where namespaces
    cannot be had.
    """
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    try:
        done = subprocess.run([*command, "hostname", "pod"], capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    except OSError as error:
        raise PodError(f"no setpriv or unshare (util-linux): {error}") from error
    if done.returncode != 0:
        raise PodError(f"no namespaces of processes can be had here: {done.stderr.strip()}")
    return command


def _await_end(handle: int) -> None:
    """Wait until the first process has ended, and with it all others of its namespace."""
    try:
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        ended.poll()
    finally:
        os.close(handle)
