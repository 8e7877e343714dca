"""A connection to a cluster for whoever has no event loop: it lives in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from stacks.kube.home import Home
from stacks.kube.object_api import ObjectApi

T = TypeVar("T")
TIMEOUT = 10.0
"""Seconds for which an answer is awaited."""


class Connection:
    """From any thread. It ends with close(), or when nobody has it any more, or with the process."""

    def __init__(self, home: Home, timeout: float = TIMEOUT) -> None:
        self._home, self._timeout = home, timeout
        self._beginning = threading.Lock()
        self._running: tuple[asyncio.AbstractEventLoop, ObjectApi] | None = None
        self._end: Callable[[], object] = lambda: None

    @property
    def server(self) -> str:
        """The API's URL, for messages."""
        return self._home.access.server

    def ask(self, work: Callable[[ObjectApi], Coroutine[Any, Any, T]]) -> T:
        """Do this work with the API, and return what it comes to. Raises what that raises, and UserError."""
        with self._beginning:
            loop, api = self._running or self._begin()
        return asyncio.run_coroutine_threadsafe(work(api), loop).result()

    def close(self) -> None:
        """Close it; the next question opens it anew."""
        with self._beginning:
            self._end()
            self._running = None

    def _begin(self) -> tuple[asyncio.AbstractEventLoop, ObjectApi]:
        api, loop = self._home.api(self._timeout), asyncio.new_event_loop()
        thread = threading.Thread(target=_serve, args=(loop, api), name=f"state:{self.server}", daemon=True)
        thread.start()
        self._running = loop, api
        self._end = weakref.finalize(self, _stop, loop, thread)
        return self._running


def _serve(loop: asyncio.AbstractEventLoop, api: ObjectApi) -> None:
    try:
        loop.run_forever()
        loop.run_until_complete(_finish(api))
    finally:
        loop.close()


async def _finish(api: ObjectApi) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await api.close()


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    if thread is not threading.current_thread():
        thread.join()
