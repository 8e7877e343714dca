from __future__ import annotations

import asyncio

import pytest

from cli.daemon.tasks import in_background, until_first_ends


async def forever() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise LookupError


def test_work_in_the_background_ends_with_the_block() -> None:
    async def block() -> int:
        async with in_background(forever(), lambda: None):
            pass
        return len(asyncio.all_tasks())

    assert asyncio.run(block()) == 1


def test_an_error_in_the_background_is_reported_at_once_and_raised_after_the_block() -> None:
    async def block() -> None:
        told = asyncio.Event()
        async with in_background(failing(), told.set):
            await told.wait()
            await asyncio.sleep(0)

    with pytest.raises(LookupError):
        asyncio.run(block())


def test_work_that_ends_by_itself_is_no_failure() -> None:
    async def block() -> bool:
        told = asyncio.Event()
        done = asyncio.Event()

        async def work() -> None:
            done.set()

        async with in_background(work(), told.set):
            await done.wait()
            await asyncio.sleep(0)  # the callback of the task runs
        return told.is_set()

    assert not asyncio.run(block())


def test_the_first_to_end_ends_the_others() -> None:
    async def both() -> int:
        await until_first_ends(forever(), asyncio.sleep(0))
        return len(asyncio.all_tasks())

    assert asyncio.run(both()) == 1


def test_the_error_of_the_first_to_end_is_raised() -> None:
    with pytest.raises(LookupError):
        asyncio.run(until_first_ends(forever(), failing()))
