from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.daemon import settings_watch
from cli.daemon.background import beside
from cli.daemon.settings_watch import following_file


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_watch, "LOOK", 0.01)


def noticed(path: Path, *changes: Callable[[], object]) -> None:
    """Make these changes, each of which has to be noticed before the next is made."""

    async def follow() -> None:
        seen = asyncio.Event()
        async with asyncio.timeout(10), beside(following_file(path, seen.set), seen.set):
            for change in changes:
                await asyncio.sleep(0.03)  # so that the file has been looked at as it is
                seen.clear()
                change()
                await seen.wait()

    asyncio.run(follow())


def test_a_file_that_is_written_anew_is_noticed_each_time(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("one")
    noticed(path, lambda: path.write_text("two"), lambda: path.write_text("three"))


def test_a_file_that_comes_and_one_that_is_replaced_are_noticed(tmp_path: Path) -> None:
    path, other = tmp_path / "settings.yaml", tmp_path / "draft"

    def replaced() -> None:
        other.write_text("two")
        other.rename(path)

    noticed(path, lambda: path.write_text("one"), replaced)


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

    noticed(path, switched)


def test_what_is_touched_or_gone_for_a_while_and_is_then_as_before_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("one")
    calls: list[int] = []

    async def follow() -> None:
        async with beside(following_file(path, lambda: calls.append(1)), lambda: None):
            await asyncio.sleep(0.05)
            path.unlink()
            await asyncio.sleep(0.05)
            path.write_text("one")
            await asyncio.sleep(0.1)

    asyncio.run(follow())
    assert calls == []
