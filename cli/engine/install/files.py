"""The files that make up an engine folder. The engine takes what lies beside it as its own, without a warning."""

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
    """Return the names of the files that the folder lacks or that cannot be started."""
    return tuple(name for name in FILES if not executable(folder / name))
