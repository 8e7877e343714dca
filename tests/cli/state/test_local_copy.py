"""The folder in which the engine works on a state that is kept elsewhere."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest

from cli.errors import NotNow
from cli.recovery import unfinished
from cli.state.local_copy import LocalCopy
from tests.cli.test_workplace import workplace


def test_is_what_the_engine_and_recovery_look_at() -> None:
    made = LocalCopy("truenorth", "home")
    assert made.unfinished == unfinished.place(replace(workplace(), backend=made.backend))
    made.fill(b"{}", b"run")
    assert (made.folder / ".pulumi" / "meta.yaml").read_text() == "version: 1\n"
    assert (made.content(), made.begun()) == (b"{}", b"run")


def test_can_be_emptied() -> None:
    made = LocalCopy("truenorth", "home")
    made.fill(b"{}", b"run")
    made.fill(None, b"")
    assert (made.content(), made.begun()) == (None, b"")


def test_is_removed_with_its_owner_unless_it_is_kept(temporary: Path) -> None:
    made, kept, released = (LocalCopy("truenorth", "home") for _ in range(3))
    kept.keep()
    released.keep()
    released.release()
    folder = kept.folder
    del made, kept, released
    gc.collect()
    assert list(temporary.iterdir()) == [folder]


def test_that_cannot_be_filled_says_where(temporary: Path) -> None:
    made = LocalCopy("truenorth", "home")
    (made.folder / ".pulumi").write_text("in the way")
    with pytest.raises(NotNow, match=f"the copy of the state cannot be written: .*\n  where: {temporary}"):
        made.fill(b"{}", b"")
