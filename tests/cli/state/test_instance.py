"""The id of a state: where it comes from, and what outlives a lost state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli.state import instance
from cli.state.store import PulumiBackend
from stacks.model.errors import NotNow
from stacks.model.observation import Registry
from tests.cli.state.checkpoints import FolderState

KNOWN = Registry(instance="1a2b3c4d")


@pytest.fixture
def place(tmp_path: Path, pulumi: Callable[[str], Path]) -> FolderState:
    """A stack whose state is to lie in a folder."""
    (tmp_path / "state").mkdir()
    return FolderState(tmp_path / "state", pulumi("exit 1"))


def test_is_the_one_in_state(place: FolderState) -> None:
    assert instance.instance_of(place.session, KNOWN) == "1a2b3c4d"


def test_of_a_state_without_one_is_the_same_at_each_look(place: FolderState) -> None:
    found = {instance.instance_of(place.session, Registry()) for _ in range(3)}
    assert len(found) == 1
    assert found != {instance.instance_of(replace(place.session, new_instance="00000000"), Registry())}


def test_that_was_written_down_outlives_the_state(place: FolderState) -> None:
    instance.note(place.session, "1a2b3c4d")
    another_process = replace(place.session, new_instance="00000000")
    assert instance.instance_of(another_process, Registry()) == "1a2b3c4d"
    assert instance.instance_of(another_process.at("home-shard-2"), Registry()) == "1a2b3c4d"


@pytest.mark.parametrize("content", ["", "nonsense", "1a2b3c4d5", "é"])
def test_that_cannot_be_read_is_drawn_anew(place: FolderState, content: str) -> None:
    instance.note(place.session, "1a2b3c4d")
    (file,) = Path(place.folder).rglob("*.instance")
    file.write_text(content)
    assert instance.instance_of(place.session, Registry()) == place.session.new_instance


def test_that_cannot_be_written_down_begins_no_run(place: FolderState, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(instance, "write_whole", full)
    with pytest.raises(NotNow, match="the id of the state cannot be written down"):
        instance.note(place.session, "1a2b3c4d")


def test_is_not_written_beside_a_copy_of_the_state(place: FolderState) -> None:
    class Copied(PulumiBackend):
        @property
        def url(self) -> str:
            return "kubernetes://truenorth/state"

    copied = replace(place.session, state=Copied("file:///tmp/copy", "truenorth", "home"))
    instance.note(copied, "1a2b3c4d")
    assert list(Path(place.folder).rglob("*.instance")) == []


def test_is_known_before_the_first_run_in_a_folder_only(place: FolderState) -> None:
    elsewhere = replace(place.session, backend="s3://bucket")
    assert instance.is_noted(place.session, Registry())
    assert not instance.is_noted(elsewhere, Registry())
    assert instance.is_noted(elsewhere, KNOWN)
    instance.note(elsewhere, "1a2b3c4d")
