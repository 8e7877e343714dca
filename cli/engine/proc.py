"""Read the kernel's record of a process (proc(5)).

psutil has neither the session of a process nor its start in clock ticks. It gives the start in seconds since the epoch,
which move whenever the clock is set: a live process would then be taken for another one, and its lock be broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_ENDED = frozenset("ZX")
"""States of a process that has ended, while its parent has not yet asked for its exit code."""


@dataclass(frozen=True, slots=True)
class Stat:
    """A process. name: its program, 15 characters at most. session: the leader's id. started: ticks since the boot."""

    name: str
    state: str
    session: int
    started: int

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self.state in _ENDED


def stat(pid: int) -> Stat | None:
    """Return the process with an id; None where there is none, or no /proc."""
    try:
        # pid (name) state parent group session ...; the name may hold anything, a parenthesis too.
        before, _, after = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")
    except OSError:
        return None
    fields = after.split()
    return Stat(before.partition("(")[2], fields[0], int(fields[3]), int(fields[19]))
