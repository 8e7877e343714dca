"""Tasks of the event loop that live as long as a block, or as long as one another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def in_background(work: Coroutine[object, object, None], failed: Callable[[], object]) -> AsyncIterator[None]:
    """Run a coroutine while the block runs, and cancel it with the block.

    failed: called at once where the coroutine raises an error; the error is raised after the block.
    """
    task = asyncio.create_task(work)

    def ended(done: asyncio.Task[None]) -> None:
        if not done.cancelled() and done.exception() is not None:
            failed()

    task.add_done_callback(ended)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until_first_ends(*works: Coroutine[object, object, None]) -> None:
    """Run coroutines until the first of them ends, and cancel the others; raise the first error of any."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
