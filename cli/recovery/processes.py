"""Find out whether the process of a lock still runs on this machine."""

from __future__ import annotations

import os
import select
from dataclasses import dataclass

from cli.engine.proc import PROC, stat


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A process that runs. name: of its program, 15 characters at most; started: seconds since the epoch.

    Both are None where this machine does not tell: there is no /proc.
    """

    name: str | None
    started: float | None


def process(pid: int) -> RunningProcess | None:
    """Return the process with this id; None where it has ended."""
    if not (PROC / "stat").exists():
        return RunningProcess(None, None) if _answers(pid) else None
    found = stat(pid)
    if found is None or found.has_ended:
        return None
    return RunningProcess(found.name, booted() + found.started / os.sysconf("SC_CLK_TCK"))


def booted() -> float:
    """Return the start of this machine in seconds since the epoch; 0 where unknown. It moves with the clock."""
    try:
        lines = (PROC / "stat").read_text().splitlines()
    except OSError:
        return 0.0
    return float(next((line.split()[1] for line in lines if line.startswith("btime ")), "0"))


def await_end(pid: int, seconds: float) -> None:
    """Wait until a process has ended, at most so many seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):  # no Linux, or it has ended
        return
    try:
        select.select([descriptor], [], [], seconds)
    finally:
        os.close(descriptor)


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs as somebody else
        return True
    return True
