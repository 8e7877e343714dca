"""Run a coroutine in an event loop and a thread of its own, until a context ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

Main = Callable[[asyncio.Event], Coroutine[object, object, None]]
"""Runs until the event is set."""


@contextmanager
def looping(main: Main, name: str, ended: Callable[[], object]) -> Iterator[None]:
    """Run a coroutine while the context lasts, and raise its error at the end. name: of the thread.

    ended: called, from a thread, when it has ended, even before the context does.
    """
    loop, stopped = asyncio.new_event_loop(), asyncio.Event()
    with ThreadPoolExecutor(1, thread_name_prefix=name) as thread:
        done = thread.submit(_run, loop, main, stopped)
        done.add_done_callback(lambda _: ended())
        try:
            yield
        finally:
            with suppress(RuntimeError):  # it has ended by itself, and the loop is closed
                loop.call_soon_threadsafe(stopped.set)
            done.result()


def _run(loop: asyncio.AbstractEventLoop, main: Main, stopped: asyncio.Event) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main(stopped))


async def burst_over(changed: asyncio.Event, quiet: float, longest: float) -> None:
    """Wait until no change has come for some seconds (quiet), or for the longest."""
    now = asyncio.get_running_loop().time
    latest = now() + longest
    with suppress(TimeoutError):
        while (left := latest - now()) > 0:
            changed.clear()
            async with asyncio.timeout(min(quiet, left)):
                await changed.wait()
