"""A connection to a cluster for callers that have no event loop."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeVar

from anyio import TASK_STATUS_IGNORED, CancelScope, sleep_forever
from anyio.abc import TaskStatus
from anyio.from_thread import BlockingPortal, start_blocking_portal

from stacks.kube.home import Home
from stacks.kube.object_api import ObjectApi

T = TypeVar("T")
TIMEOUT = 10.0
"""Seconds for which an answer is awaited."""


class ClusterConnection:
    """A client of a cluster's API in an event loop of its own, which any thread may use.

    The loop ends with close(), or when nobody refers to the connection any more, or with the process.
    """

    def __init__(self, home: Home, timeout: float = TIMEOUT) -> None:
        self._home, self._timeout = home, timeout
        self._opening = threading.Lock()
        self._uid = ""
        self._open: tuple[BlockingPortal, ObjectApi] | None = None
        self._end: Callable[[], object] = lambda: None

    @property
    def server(self) -> str:
        """The API's URL, for messages."""
        return self._home.access.server

    def ask(self, work: Callable[[ObjectApi], Coroutine[Any, Any, T]]) -> T:
        """Run `work` with the API's client in the event loop and return its result.

        Raises whatever `work` raises, and UserError where the cluster's credentials cannot be used.
        """
        with self._opening:
            portal, api = self._open or self._begin()
        result: T = portal.call(work, api)
        return result

    def cluster_uid(self) -> str:
        """Return the UID of the cluster, asked for once; "" where it does not tell. Raises ApiError."""
        self._uid = self._uid or self.ask(lambda api: api.cluster_uid())
        return self._uid

    def close(self) -> None:
        """Close the client and cancel what still waits for it; the next question opens it anew."""
        with self._opening:
            self._end()
            self._open = None

    def _begin(self) -> tuple[BlockingPortal, ObjectApi]:
        with ExitStack() as opening:
            portal = opening.enter_context(start_blocking_portal(name=f"state:{self.server}"))
            opening.callback(portal.call, portal.stop, True)  # noqa: FBT003 - cancel what still runs
            _, api = portal.start_task(_serve, partial(self._home.api, self._timeout))  # which does not keep self alive
            loop_thread = portal.call(threading.get_ident)
            opened = opening.pop_all()
        self._open = portal, api
        self._end = weakref.finalize(self, _stop, opened, loop_thread)
        return self._open


async def _serve(
    open_api: Callable[[], ObjectApi], *, task_status: TaskStatus[ObjectApi] = TASK_STATUS_IGNORED
) -> None:
    """Open the API's client, and close it when this task is cancelled."""
    api = open_api()
    try:
        task_status.started(api)
        await sleep_forever()
    finally:
        with CancelScope(shield=True):
            await api.close()


def _stop(opened: ExitStack, loop_thread: int) -> None:
    if threading.get_ident() == loop_thread:  # the garbage collector may call from there, and must not wait for itself
        threading.Thread(target=opened.close, daemon=True).start()
    else:
        opened.close()
