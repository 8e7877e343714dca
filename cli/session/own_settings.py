"""Tell by their text whether settings files are TrueNorth's; with the standard library alone, for shells that wait."""

from __future__ import annotations

import re
from pathlib import Path

PREFIX, SUFFIX = "Pulumi.", ".yaml"
"""The name of a settings file around that of its stack."""
_SETTING = re.compile(r"(?:^|[{,])[ \t]*[\"']?truenorth:\w", re.MULTILINE)
_MOST = 1 << 20
"""Bytes of a file that are looked at."""


def stacks_in(folder: Path) -> tuple[str, ...]:
    """Return the stacks that have a settings file in the folder, in order."""
    names = (file.name.removeprefix(PREFIX).removesuffix(SUFFIX) for file in folder.glob(f"{PREFIX}*{SUFFIX}"))
    return tuple(sorted(names))


def own_stacks(folder: Path) -> tuple[str, ...]:
    """Return the stacks of the folder whose settings file has a setting of TrueNorth's, in order."""
    return tuple(one for one in stacks_in(folder) if _SETTING.search(_text(folder / f"{PREFIX}{one}{SUFFIX}")))


def has_settings(folder: Path) -> bool:
    """Return whether some stack's settings file in the folder has a setting of TrueNorth's."""
    return bool(own_stacks(folder))


def _text(file: Path) -> str:
    """Return the beginning of a file; "" where it cannot be read, which shows whose it is neither way."""
    try:
        with file.open("rb") as stream:
            return stream.read(_MOST).decode(errors="replace")
    except OSError:
        return ""
