from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from cli.daemon.daemon import LISTING, LISTING_RETRY, follow_file, follow_secrets, follow_zones
from cli.daemon.tasks import in_background
from stacks.settings.finding.selection import Found, FoundZones

Pause = Callable[[float], Awaitable[None]]


def calls_after(path: Path, *changes: Callable[[], object]) -> list[int]:
    """Make one change between two looks at the file, and return how often it was called by then after each."""
    return calls_during(lambda changed, pause: follow_file(path, changed, pause), *changes)


def calls_during(
    following: Callable[[Callable[[], object], Pause], Coroutine[Any, Any, None]], *changes: Callable[[], object]
) -> list[int]:
    """Make one change between two looks, and return how often `changed` was called by then after each."""
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
        async with in_background(following(changed, pause), finished.set):
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


def test_a_secret_that_is_rotated_or_gone_is_noticed_and_so_is_one_that_is_named_later(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("first")
    other.write_text("first")
    files = [one]

    def named() -> None:
        files.append(other)

    def counted(changed: Callable[[], object], pause: Pause) -> Coroutine[Any, Any, None]:
        return follow_secrets(lambda: files, changed, pause)

    changes = (lambda: one.write_text("second"), one.touch, one.unlink, named, lambda: other.write_text("second"))
    assert calls_during(counted, *changes) == [1, 1, 2, 3, 4]


def test_zones_that_a_token_sees_are_listed_anew_at_a_slow_pace_and_sooner_where_that_has_failed() -> None:
    entry = FoundZones.model_validate({"auto": {}})
    found, failed = Found((entry,)), Found((entry,), unlisted="no answer")
    state, later, paused, due = Found(), iter([Found(), found, failed, found]), list[float](), list[Found]()

    async def pause(seconds: float) -> None:
        nonlocal state
        paused.append(seconds)
        state = next(later)  # the settings, or the outcome of the last listing, have changed meanwhile

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(follow_zones(lambda: state, lambda: due.append(state), pause))
    assert paused == [LISTING, LISTING, LISTING, LISTING_RETRY, LISTING]
    assert due == [found, failed, found]
