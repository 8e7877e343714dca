"""The id of an estate's state, which tells its marks from those of another state of the same owner.

State keeps it in its outputs. Before the first run it is written down beside the state where that is a folder, so that
a run which is cut off, or a state file that is lost, leaves no marks that nobody knows.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from cli.session.backend import state_folder
from cli.session.files import write_whole
from stacks.model.errors import NotNow
from stacks.model.shards import estate_of

if TYPE_CHECKING:
    from cli.session.session import Session
    from stacks.model.observation import Registry

_ID = re.compile(r"[0-9a-f]{8}")


def instance_of(session: Session, registry: Registry) -> str:
    """Return the id: from the place of the state, else in the state, else from the file beside it, else a new one."""
    return session.state.instance() or registry.instance or _noted(session) or session.new_instance


def note(session: Session, instance: str) -> None:
    """Write the id down beside a state in a folder. Raises NotNow if it cannot be written."""
    file = _place(session)
    if file is None or _noted(session) == instance:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, f"{instance}\n".encode())
    except OSError as error:
        raise NotNow(
            f"the id of the state cannot be written down ({os.strerror(error.errno or 0)})",
            str(file),
            "make room or mend the permissions of this folder, then run the same command again",
        ) from error


def is_noted(session: Session, registry: Registry) -> bool:
    """Return whether the id is known even if the next run is cut off."""
    return bool(registry.instance or _place(session) or session.state.instance())


def _noted(session: Session) -> str:
    file = _place(session)
    try:
        said = file.read_text(encoding="ascii").strip() if file else ""
    except (OSError, ValueError):
        return ""
    return said if _ID.fullmatch(said) else ""


def _place(session: Session) -> Path | None:
    """Return the file; None where the state lies in no folder, or only a copy of it does."""
    folder = state_folder(session.backend) if session.state.url == session.state.backend else None
    return folder / session.project.name / f"{estate_of(session.stack)}.instance" if folder else None
