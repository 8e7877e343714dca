from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from cli.daemon.daemon import follow_file
from cli.daemon.tasks import in_background


def calls_after(path: Path, *changes: Callable[[], object]) -> list[int]:
    """Make one change between two looks at the file, and return how often it was called by then after each."""
    calls = 0
    counts: list[int] = []

    def changed() -> None:
        nonlocal calls
        calls += 1

    left = iter(changes)
    finished = asyncio.Event()

    async def pause(_: float) -> None:
        counts.append(calls)
        change = next(left, None)
        if change is None:
            finished.set()
            await asyncio.Event().wait()
        else:
            change()

    async def follow() -> None:
        async with in_background(follow_file(path, changed, pause), finished.set):
            await finished.wait()

    asyncio.run(follow())
    return counts[1:]


def test_a_file_that_is_written_anew_is_noticed_each_time(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("one")
    assert calls_after(path, lambda: path.write_text("second"), lambda: path.write_text("the third")) == [1, 2]


def test_a_file_that_comes_and_one_that_is_replaced_are_noticed(tmp_path: Path) -> None:
    path, other = tmp_path / "settings.yaml", tmp_path / "draft"

    def replaced() -> None:
        other.write_text("two")
        other.rename(path)

    assert calls_after(path, lambda: path.write_text("one"), replaced) == [1, 2]


def test_a_mounted_config_map_that_is_switched_by_its_link_is_noticed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "settings.yaml").write_text(name)
    data, path = tmp_path / "..data", tmp_path / "settings.yaml"
    data.symlink_to("one")
    path.symlink_to("..data/settings.yaml")

    def switched() -> None:
        (tmp_path / "..new").symlink_to("two")
        (tmp_path / "..new").rename(data)

    assert calls_after(path, switched) == [1]


def test_a_file_that_is_touched_or_gone_for_a_while_and_then_as_before_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("one")
    assert calls_after(path, path.touch, path.unlink, lambda: path.write_text("one")) == [0, 0, 0]
