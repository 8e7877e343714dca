"""The folder in which the engine works on a state that is kept elsewhere."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest

from cli.recovery import intent_log
from cli.state.secrets.local_copy import Folder, LocalCopy
from stacks.model.errors import NotNow
from tests.cli.session.test_session import session


def test_a_local_copy_is_what_the_engine_and_recovery_look_at() -> None:
    folder = Folder()
    made = LocalCopy(folder, "truenorth", "home")
    assert made.unfinished == intent_log.place(replace(session(), backend=folder.backend))
    made.fill(b"{}", b"run")
    assert (folder.path / ".pulumi" / "meta.yaml").read_text() == "version: 1\n"
    assert (made.content(), made.begun()) == (b"{}", b"run")


def test_a_local_copy_can_be_emptied() -> None:
    made = LocalCopy(Folder(), "truenorth", "home")
    made.fill(b"{}", b"run")
    made.fill(None, b"")
    assert (made.content(), made.begun()) == (None, b"")


def test_a_local_copy_is_removed_with_its_owner_unless_it_is_kept(temporary: Path) -> None:
    folders = [Folder() for _ in range(3)]
    made, kept, released = (LocalCopy(folder, "truenorth", "home") for folder in folders)
    kept.keep()
    released.keep()
    released.release()
    path = folders[1].path
    del made, kept, released, folders
    gc.collect()
    assert list(temporary.iterdir()) == [path]


def test_a_local_copy_that_cannot_be_filled_says_where(temporary: Path) -> None:
    folder = Folder()
    made = LocalCopy(folder, "truenorth", "home")
    (folder.path / ".pulumi").write_text("in the way")
    with pytest.raises(NotNow, match=f"the copy of the state cannot be written: .*\n  where: {temporary}"):
        made.fill(b"{}", b"")
