"""Summarise checkpoints: each is read once, and again when its file has changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.state import checkpoint
from cli.state.gaps import Gaps, gaps_in

if TYPE_CHECKING:
    from stacks.model.observation import Registry


@dataclass(frozen=True, slots=True)
class CheckpointSummary:
    """The records and gaps in a stack's checkpoint; empty where it is damaged or of an unknown version."""

    is_sound: bool
    registry: Registry
    gaps: Gaps


_LAST: dict[tuple[Path, str, str], tuple[checkpoint.Stamp, CheckpointSummary]] = {}
"""The last summaries, by folder, project and stack: in watch mode few of a hundred stacks have changed meanwhile."""


def summary_of(folder: Path, project: str, stack: str) -> CheckpointSummary | None:
    """Return the summary of a stack's checkpoint in Pulumi's folder; None where there is none. Raises OSError."""
    stamp = checkpoint.newest(folder, project, stack)
    if stamp is None:
        _LAST.pop((folder, project, stack), None)
        return None
    before = _LAST.get((folder, project, stack))
    if before and before[0] == stamp:
        return before[1]
    summary = _summarised(checkpoint.read(stamp.file))
    # A file that is replaced in between has another stamp: it is read again the next time.
    _LAST[folder, project, stack] = stamp, summary
    return summary


def _summarised(there: checkpoint.Checkpoint) -> CheckpointSummary:
    return CheckpointSummary(not there.fault, there.registry, gaps_in(there.deployment))
