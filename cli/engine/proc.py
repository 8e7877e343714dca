"""What the kernel says of a process (proc(5))."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_ENDED = frozenset("ZX")
"""States of a process that runs no more, and whose parent has not yet asked for its exit code."""


@dataclass(frozen=True, slots=True)
class Stat:
    """name: of its program, 15 characters at most. session: its leader's id. started: clock ticks since the boot."""

    name: str
    state: str
    session: int
    started: int

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self.state in _ENDED


def stat(pid: int) -> Stat | None:
    """The process with this id; None where there is none, or no /proc."""
    try:
        # pid (name) state parent group session ...; the name may hold anything, a parenthesis too.
        before, _, after = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")
    except OSError:
        return None
    fields = after.split()
    return Stat(before.partition("(")[2], fields[0], int(fields[3]), int(fields[19]))
