"""Gives the engine a copy of the settings file, and keeps in the file what the engine has added to the copy.

The engine writes its salt into the file that it is given, to recognise a wrong passphrase the next time: all of the
file, as it has read it half a second before. That would undo what a person has changed meanwhile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml

from cli.session.session import Session
from stacks.model.errors import NotNow
from stacks.model.shards import label_of

_ADDED = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""What the engine adds beside `config` (pulumi, sdk/go/common/workspace, ProjectStack)."""


@contextmanager
def engine_settings(session: Session) -> Iterator[Path]:
    """Yield a copy of the settings file for a run of the engine. Raises NotNow where the file has gone.

    What the run adds is appended to the file at the end; not by the runs of shards, which are side by side.
    """
    file = session.settings_file
    with tempfile.TemporaryDirectory(prefix="truenorth-settings-") as folder:
        copy = Path(folder) / file.name
        try:
            before = file.read_bytes()
        except FileNotFoundError as error:
            do = "put it back: what was read of it before is not enough for the engine"
            raise NotNow("the settings file has gone", str(file), do) from error
        copy.write_bytes(before)
        try:
            yield copy
        finally:
            if not label_of(session.stack) and copy.read_bytes() != before:
                _append(file, copy)


def _append(file: Path, written: Path) -> None:
    """Append what the engine has added. A file that takes no further key, or cannot be written, stays as it is."""
    with suppress(OSError, UnicodeDecodeError, yaml.YAMLError):
        text = file.read_text(encoding="utf-8")
        there, found = yaml.safe_load(text), yaml.safe_load(written.read_text(encoding="utf-8"))
        if not isinstance(there, dict):
            return  # somebody is writing it
        more = {key: found[key] for key in _ADDED if key in found and key not in there}
        lines = ("" if text.endswith("\n") else "\n") + yaml.safe_dump(more)
        if more and yaml.safe_load(text + lines) == there | more:
            with file.open("a", encoding="utf-8") as end:
                end.write(lines)
