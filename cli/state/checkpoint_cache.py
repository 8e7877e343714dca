"""What a checkpoint comes to: read once, and not again until its file is another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.recovery.gaps import Gaps, gaps_in
from cli.state import checkpoint

if TYPE_CHECKING:
    from stacks.model.observation import Registry


@dataclass(frozen=True, slots=True)
class Glance:
    """What a stack's checkpoint holds; nothing where it is not sound: damaged, or of a version that is unknown here."""

    is_sound: bool
    registry: Registry
    gaps: Gaps


_LAST: dict[tuple[Path, str], tuple[checkpoint.Stamp, Glance]] = {}
"""By folder and stack. In watch mode few of a hundred stacks have changed since the last look."""


def glance(folder: Path, stack: str) -> Glance | None:
    """A look at the checkpoint of a stack in Pulumi's folder; None where there is none. Raises OSError."""
    stamp = checkpoint.newest(folder, stack)
    if stamp is None:
        _LAST.pop((folder, stack), None)
        return None
    before = _LAST.get((folder, stack))
    if before and before[0] == stamp:
        return before[1]
    found = _look(checkpoint.read(stamp.file))
    # A file that is replaced in between has another stamp: it is read again the next time.
    _LAST[folder, stack] = stamp, found
    return found


def _look(there: checkpoint.Checkpoint) -> Glance:
    return Glance(not there.fault, there.registry, gaps_in(there.deployment))
