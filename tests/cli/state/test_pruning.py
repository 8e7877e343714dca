"""Copies of the state that the engine leaves in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.state.pruning import KEPT, forget_copies, prune

FIRST = 1_700_000_000_000_000_000


def make(folder: Path, *, updates: int, stack: str = "home", project: str = "truenorth", ending: str = "") -> None:
    """Leave what so many updates leave."""
    root = folder / ".pulumi"
    for part in ("stacks", f"history/{project}/{stack}", f"backups/{project}/{stack}", f"stacks/{project}"):
        (root / part).mkdir(parents=True, exist_ok=True)
    (root / "stacks" / project / f"{stack}.json").write_text("{}")
    (root / "stacks" / project / f"{stack}.json.bak").write_text("{}")
    for moment in range(FIRST, FIRST + updates):
        for kind in ("history", "checkpoint"):
            (root / "history" / project / stack / f"{stack}-{moment}.{kind}.json{ending}").touch()
        (root / "backups" / project / stack / f"{stack}.{moment}.json{ending}").touch()


def files(folder: Path, part: str = "") -> list[str]:
    return sorted(str(file.relative_to(folder / ".pulumi")) for file in (folder / ".pulumi" / part).rglob("*.*"))


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_the_copies_of_the_last_updates_stay(tmp_path: Path, ending: str) -> None:
    make(tmp_path, updates=50, ending=ending)
    prune(f"{tmp_path.as_uri()}?metadata=skip", "truenorth", "home")
    newest = range(FIRST + 50 - KEPT, FIRST + 50)
    assert files(tmp_path, "backups") == [f"backups/truenorth/home/home.{one}.json{ending}" for one in newest]
    assert files(tmp_path, "history") == sorted(
        f"history/truenorth/home/home-{one}.{kind}.json{ending}" for one in newest for kind in ("history", "checkpoint")
    )
    assert files(tmp_path, "stacks") == ["stacks/truenorth/home.json", "stacks/truenorth/home.json.bak"]


def test_the_copies_that_go_are_of_this_stack_only(tmp_path: Path) -> None:
    make(tmp_path, updates=3)
    make(tmp_path, updates=3, stack="home-2")
    make(tmp_path, updates=3, project="another")
    prune(tmp_path.as_uri(), "truenorth", "home", keep=1)
    assert len(files(tmp_path, "history/truenorth/home")) == 2
    assert len(files(tmp_path, "history/truenorth/home-2")) == 6
    assert len(files(tmp_path, "history/another")) == 6


def test_files_that_are_no_copies_stay(tmp_path: Path) -> None:
    make(tmp_path, updates=2)
    folder = tmp_path / ".pulumi" / "history" / "truenorth" / "home"
    for name in ("home-1.history.json", "notes.txt", f"home-{FIRST}.history.json.mine", f"other-{FIRST}.history.json"):
        (folder / name).touch()
    prune(tmp_path.as_uri(), "truenorth", "home", keep=1)
    assert len(files(tmp_path, "history")) == 6


@pytest.mark.parametrize("url", ["", "s3://bucket", "https://api.pulumi.com", "file:///nowhere/at/all"])
def test_copies_elsewhere_are_left_alone(url: str) -> None:
    prune(url, "truenorth", "home")


@given(updates=st.integers(0, 9), keep=st.integers(1, 5))
def test_never_more_than_so_many_are_kept(tmp_path_factory: pytest.TempPathFactory, updates: int, keep: int) -> None:
    folder = tmp_path_factory.mktemp("state")
    make(folder, updates=updates)
    prune(folder.as_uri(), "truenorth", "home", keep)
    assert len(files(folder, "backups")) == min(updates, keep)
    assert len(files(folder, "history")) == 2 * min(updates, keep)


def test_all_copies_of_one_stack_can_be_deleted(tmp_path: Path) -> None:
    make(tmp_path, updates=3)
    make(tmp_path, updates=3, stack="home-2")
    forget_copies(tmp_path.as_uri(), "truenorth", "home")
    assert [file for file in files(tmp_path) if "home-2" not in file] == ["stacks/truenorth/home.json"]
    assert len(files(tmp_path)) == 1 + 2 + 9
