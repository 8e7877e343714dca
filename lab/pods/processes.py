"""The processes below one, by /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_USER_TIME = 11
"""The place of utime after the name, in /proc/PID/stat (proc(5)); stime, cutime and cstime follow."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process and its command line, its words separated by spaces; "" for a zombie."""

    pid: int
    command: str

    @property
    def is_zombie(self) -> bool:
        """Whether it has ended, and nobody has asked how."""
        return not self.command

    @property
    def seconds(self) -> float:
        """The CPU time that it has had, with its children's that have ended; 0 where it has ended."""
        with suppress(OSError):
            fields = Path(f"/proc/{self.pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            return sum(int(field) for field in fields[_USER_TIME : _USER_TIME + 4]) / _TICKS
        return 0.0

    @property
    def memory(self) -> float:
        """The resident memory in MB; 0 where it has ended."""
        with suppress(OSError):
            return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 2**20
        return 0.0

    def send(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


def children(pid: int) -> list[int]:
    """Its children; none where it has ended."""
    found: list[int] = []
    with suppress(OSError):
        for tasks in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (tasks / "children").read_text(encoding="ascii").split())
    return found


def tree(pid: int) -> list[Process]:
    """It and all below it."""
    with suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return [Process(pid, command), *(one for child in children(pid) for one in tree(child))]
    return []
