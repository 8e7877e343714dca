from __future__ import annotations

import asyncio

import pytest

from cli.daemon.background import beside


async def forever() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise LookupError


def test_it_ends_with_the_block() -> None:
    async def block() -> int:
        async with beside(forever(), lambda: None):
            pass
        return len(asyncio.all_tasks())

    assert asyncio.run(block()) == 1


def test_what_breaks_down_is_told_at_once_and_raised_after_the_block() -> None:
    async def block() -> None:
        told = asyncio.Event()
        async with beside(failing(), told.set):
            await told.wait()
            await asyncio.sleep(0)

    with pytest.raises(LookupError):
        asyncio.run(block())


def test_what_ends_by_itself_is_no_breakdown() -> None:
    async def block() -> bool:
        told = asyncio.Event()
        async with beside(asyncio.sleep(0), told.set):
            await asyncio.sleep(0.01)
        return told.is_set()

    assert not asyncio.run(block())
