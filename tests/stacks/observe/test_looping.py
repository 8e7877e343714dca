"""A coroutine in a loop of its own, which ends with its context."""

from __future__ import annotations

import asyncio
import threading

import pytest

from stacks.observe.looping import burst_over, looping


def test_it_runs_until_the_context_ends() -> None:
    began, ended = threading.Event(), threading.Event()

    async def main(stopped: asyncio.Event) -> None:
        began.set()
        await stopped.wait()

    with looping(main, "here", ended.set):
        assert began.wait(60)
        assert not ended.is_set()
    assert ended.is_set()


def test_its_error_is_told_at_once_and_raised_at_the_end() -> None:
    ended = threading.Event()

    async def main(stopped: asyncio.Event) -> None:
        raise KeyError(f"before {stopped}")

    with pytest.raises(KeyError), looping(main, "here", ended.set):
        assert ended.wait(60)


def test_a_burst_that_goes_on_is_over_all_the_same() -> None:
    async def main() -> bool:
        changed = asyncio.Event()

        async def change() -> None:
            while True:
                changed.set()
                await asyncio.sleep(0)

        changing = asyncio.create_task(change())
        await burst_over(changed, quiet=60.0, longest=0.05)
        return changing.cancel()

    assert asyncio.run(main())
