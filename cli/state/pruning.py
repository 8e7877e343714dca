"""Delete old copies of a stack's state: the engine makes some in a folder at each update, and never deletes them.

`.pulumi/history` has two files an update (what was done, and the checkpoint after it), `.pulumi/backups` one (the
checkpoint before it). Source: github.com/pulumi/pulumi/pkg/v3/backend/diy, state.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cli.session.backend import state_folder

KEPT = 20
"""Updates whose copies are kept."""
_HISTORY = re.compile(r"-(\d{19})\.(?:history|checkpoint)\.json(?:\.gz|\.zst)?")
_BACKUP = re.compile(r"\.(\d{19})\.json(?:\.gz|\.zst)?")
"""The ends of file names, after the stack's name; the number is the time of the update in nanoseconds."""


def prune(backend: str, project: str, stack: str, keep: int = KEPT) -> None:
    """Delete the oldest copies of a stack's state in a folder; those of the last `keep` updates stay.

    The state itself and the copy beside it are no such copies. A file that cannot be deleted stays.
    """
    folder = state_folder(backend)
    if folder is None:
        return
    for kind, name in (("history", _HISTORY), ("backups", _BACKUP)):
        for file in _too_many((folder / kind / project / stack).glob("*"), stack, name, keep):
            try:
                file.unlink(missing_ok=True)
            except OSError:  # not ours, or read only: it costs room and nothing else
                return


def forget_copies(backend: str, project: str, stack: str) -> None:
    """Delete all copies of a stack's state in a folder, that beside the state too; the state itself stays."""
    prune(backend, project, stack, keep=0)
    if folder := state_folder(backend):
        for copy in (folder / "stacks" / project).glob("*.bak"):
            if copy.name.startswith(f"{stack}.json"):
                copy.unlink(missing_ok=True)


def _too_many(files: Iterable[Path], stack: str, name: re.Pattern[str], keep: int) -> list[Path]:
    updates: dict[str, list[Path]] = {}
    for file in files:
        if match := name.fullmatch(file.name.removeprefix(stack)):
            updates.setdefault(match[1], []).append(file)
    return [file for moment in sorted(updates)[: max(0, len(updates) - keep)] for file in updates[moment]]
