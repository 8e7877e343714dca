"""Note the records that a run is about to create before it begins, and forget them once it is done.

The engine's own note, its pending operations, is in its checkpoints: a large run writes none, and one that is killed
takes with it what it had not yet written. The file lies in the backend's folder; elsewhere nothing is written down.
Each stack has one; the stacks of an estate have one journal of what has landed in the zones (`cli.apiproxy.journal`).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cli.apiproxy import journal
from cli.session.backend import state_folder
from cli.session.files import write_whole
from stacks.model.errors import NotNow, is_disk_full
from stacks.model.shards import estate_of
from stacks.plan.changes import Action
from stacks.plan.records.adoption import Traces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.session.session import Session
    from stacks.plan.changes import Change

NOTHING = Traces()
SETTLING: Final = 2.0
"""Seconds in which an API may still carry out what a killed run had sent to it."""
_ENDING = ".unfinished.json"


def place(session: Session) -> Path | None:
    """Return the file; None where the backend is no folder."""
    folder = state_folder(session.backend)
    return folder / session.project.name / f"{session.stack}{_ENDING}" if folder else None


def journal_path(session: Session) -> Path | None:
    """Return the file of the estate's journal; None where the backend is no folder."""
    folder = state_folder(session.backend)
    return folder / session.project.name / f"{estate_of(session.stack)}.journal" if folder else None


def landed(session: Session) -> Traces:
    """Return the traces in the journal of a convergence that did not end well."""
    file = journal_path(session)
    return journal.traces(file) if file else NOTHING


def journaled(session: Session) -> journal.JournalContent:
    """Return the entries of the journal; none where the backend is no folder, or no convergence was cut off."""
    file = journal_path(session)
    return journal.look(file) if file else journal.JournalContent()


def let_settle(session: Session, kept: journal.JournalContent) -> None:
    """Wait until what a killed run had sent, and got no answer to, is SETTLING old: the zones show it then."""
    file = journal_path(session)
    if file is not None and kept.unanswered:
        age = time.time() - file.stat().st_mtime
        time.sleep(min(max(0.0, SETTLING - age), SETTLING))


def all_remembered(session: Session) -> list[Traces]:
    """Return the notes of all the estate's stacks about runs that did not end well."""
    return [_read(file) for file in _places(session)]


def remembered(session: Session) -> Traces:
    """Return the notes of one stack about runs that did not end well; none where the file cannot be read."""
    return _read(place(session))


def _places(session: Session) -> list[Path]:
    """Return the files of the estate's stacks that exist."""
    file, estate = place(session), estate_of(session.stack)
    if file is None or not file.parent.is_dir():
        return []
    return [one for one in file.parent.glob(f"*{_ENDING}") if estate_of(one.name.removesuffix(_ENDING)) == estate]


def _read(file: Path | None) -> Traces:
    try:
        said: Any = json.loads(file.read_bytes()) if file else {}
        return Traces(
            wanted=said.get("wanted") is True,
            records=frozenset((str(name), str(kind), str(content)) for name, kind, content in said.get("records", ())),
            ids=frozenset(str(one) for one in said.get("ids", ())),
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return NOTHING


def is_open(session: Session) -> bool:
    """Return whether there are notes or a journal of runs that did not end well."""
    file = journal_path(session)
    return bool(_places(session)) or (file is not None and file.exists())


def remember(session: Session, traces: Traces) -> None:
    """Write traces in place of the earlier ones. Raises NotNow where the file cannot be written."""
    file = place(session)
    if file is None or traces == NOTHING or traces == remembered(session):
        return
    document = {"wanted": traces.wanted, "records": sorted(traces.records), "ids": sorted(traces.ids)}
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, json.dumps(document).encode())
    except OSError as error:
        full = "the disk is full: " if is_disk_full(error) else ""
        raise NotNow(
            f"{full}what the run is about to make cannot be written down ({os.strerror(error.errno or 0)})",
            str(file),
            "make room or mend the permissions of this folder, then run the same command again",
        ) from error


def begin(session: Session, changes: Iterable[Change]) -> None:
    """Add the records that a run is about to create to the stack's notes. Raises NotNow."""
    made = {
        (change.after.name, change.after.type, change.after.content)
        for change in changes
        if change.after and change.action is not Action.DELETE
    }
    before = remembered(session)
    if made:
        remember(session, Traces(before.wanted, before.records | made, before.ids))


def forget(session: Session) -> None:
    """Delete all notes and the journal: nothing is open."""
    for file in _places(session):
        file.unlink(missing_ok=True)
    if kept := journal_path(session):
        journal.clear(kept)
