from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as program
from bench.row import Row
from cli.engine.install.find import Engine


def quick() -> Iterator[Row]:
    yield Row("quick", "a missed goal", 2, "s", 1, 1)


def broken() -> Iterator[Row]:
    yield Row("broken", "before the end", 1, "s", 1)
    raise RuntimeError("the [watcher] ended")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, parts that need no engine, and an engine that only has a version."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(program, "PARTS", {"broken": broken, "quick": quick})
    engine = Engine(tmp_path / "pulumi", tmp_path, "3.256.0", "folder", "a test")
    monkeypatch.setattr(program, "install", lambda _: engine)
    return tmp_path


def measures(folder: Path) -> list[str]:
    return [row["measure"] for row in json.loads((folder / "bench.json").read_text())["rows"]]


def test_a_missed_goal_is_said_and_is_no_failure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.bench(["--only", "quick"]) == 0
    assert measures(folder) == ["a missed goal"]
    assert "goals missed: a missed goal" in capsys.readouterr().out


def test_a_part_that_fails_keeps_its_rows_and_does_not_stop_the_next(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.bench([]) == 1
    assert measures(folder) == ["before the end", "a missed goal"]
    assert "broken failed: the [watcher] ended" in capsys.readouterr().out


def test_an_empty_choice_is_every_part(folder: Path) -> None:
    program.bench(["--only", ""])
    assert len(measures(folder)) == 2


def test_a_part_that_does_not_exist_is_refused_with_those_that_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.bench(["--only", "nonsense"]) == 2
    assert "no part 'nonsense': use ONLY=broken or ONLY=quick" in " ".join(capsys.readouterr().out.split())
    assert not (folder / "bench.json").exists()
