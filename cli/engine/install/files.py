"""Name the files of an engine folder. The engine uses programs that lie beside it, without a warning."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PULUMI = "pulumi"
LANGUAGE_HOST = "pulumi-language-python"
PROGRAM_RUNNER = "pulumi-language-python-exec"
DYNAMIC_PROVIDER = "pulumi-resource-pulumi-python"

FILES = (PULUMI, LANGUAGE_HOST, PROGRAM_RUNNER, DYNAMIC_PROVIDER)


def executable(path: Path) -> bool:
    """Tell whether this user can start the file."""
    return path.is_file() and os.access(path, os.X_OK)


def missing(folder: Path) -> tuple[str, ...]:
    """Return the names of files that are not in the folder, or cannot be started."""
    return tuple(name for name in FILES if not executable(folder / name))
