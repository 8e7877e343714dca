"""Keep a local copy of a state for the engine to work on: private, and gone with the process."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

from cli.session.backend import without_sidecars
from cli.session.files import write_whole
from stacks.model.errors import NotNow

_META = "version: 1\n"
"""The layout of the folder: a folder of stacks for each project (pulumi, backend/diy/meta.go)."""


class Folder:
    """Pulumi's folder for the stacks of one estate, so that one URL of a backend serves them all."""

    def __init__(self) -> None:
        """Make the folder. Raises NotNow where there is no room for it."""
        try:
            self.path = Path(tempfile.mkdtemp(prefix="truenorth-state-"))  # which makes it for the user alone
        except OSError as error:
            raise NotNow(
                f"the folder for a copy of the state cannot be made: {os.strerror(error.errno or 0)}",
                tempfile.gettempdir(),
                "make room there, or name another folder: export TMPDIR=/some/folder",
            ) from error
        self.pulumi = self.path / ".pulumi"
        self.backend = without_sidecars(self.path.as_uri())
        self.kept: set[str] = set()
        """The stacks with changes that are nowhere else: while there is one, the folder is not removed."""
        weakref.finalize(self, _remove, self.path, self.kept)


class LocalCopy:
    """The checkpoint of a stack in such a folder."""

    def __init__(self, folder: Folder, project: str, stack: str) -> None:
        self._folder, self._stack = folder, stack
        self.checkpoint = folder.pulumi / "stacks" / project / f"{stack}.json"
        self.unfinished = folder.pulumi / project / f"{stack}.unfinished.json"
        """The file in which `cli.recovery.intent_log` notes the intent of a run."""

    def keep(self) -> None:
        """Keep the folder at the end of the process: it holds changes that are nowhere else."""
        self._folder.kept.add(self._stack)

    def release(self) -> None:
        """Allow the folder to be removed again at the end of the process."""
        self._folder.kept.discard(self._stack)

    def content(self) -> bytes | None:
        """Return the checkpoint; None where there is none."""
        return _read(self.checkpoint)

    def begun(self) -> bytes:
        """Return the note of a run's intent; b"" where there is none."""
        return _read(self.unfinished) or b""

    def fill(self, content: bytes | None, unfinished: bytes) -> None:
        """Replace the checkpoint and the note of a run's intent. Raises NotNow where they cannot be written."""
        try:
            _put(self._folder.pulumi / "meta.yaml", _META.encode())
            _put(self.checkpoint, content)
            _put(self.unfinished, unfinished or None)
        except OSError as error:
            raise NotNow(
                f"the copy of the state cannot be written: {os.strerror(error.errno or 0)}",
                str(self._folder.path),
                "make room there, then run the same command again",
            ) from error


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _put(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content, durable=False)  # it is gone with the process


def _remove(folder: Path, kept: set[str]) -> None:
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)
