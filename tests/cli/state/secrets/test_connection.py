"""The connection to a cluster of whoever has no event loop."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from typing import Any, cast

import pytest

from cli.state.secrets.connection import ClusterConnection
from stacks.kube.api import ClusterUnreachable
from stacks.kube.home import Home
from stacks.kube.object_api import ObjectApi
from stacks.model.errors import UserError

PATIENT = 60


class _Api:
    """Counts how often it is opened and closed."""

    def __init__(self) -> None:
        self.opened = self.closed = 0

    async def close(self) -> None:
        self.closed += 1


class _Home:
    def __init__(self) -> None:
        self.made = _Api()
        self.access = type("Access", (), {"server": "https://kube"})

    def api(self, _timeout: float) -> _Api:
        self.made.opened += 1
        return self.made


def connected() -> tuple[ClusterConnection, _Api]:
    home = _Home()
    return ClusterConnection(cast("Home", home)), home.made


async def _thread(_: ObjectApi) -> str:
    return threading.current_thread().name


def more_than(before: set[threading.Thread]) -> int:
    """How many threads there are now that were not there before: of these, any may end."""
    return len(set(threading.enumerate()) - before)


async def _unreachable(_: ObjectApi) -> None:
    raise ClusterUnreachable("no answer in time")


def test_a_connection_is_opened_once_by_the_first_request() -> None:
    connection, api = connected()
    assert api.opened == 0
    assert [connection.ask(_thread), connection.ask(_thread)] == ["state:https://kube"] * 2
    assert (api.opened, api.closed) == (1, 0)
    connection.close()
    assert (api.opened, api.closed) == (1, 1)


def test_raises_what_the_question_comes_to() -> None:
    connection, _ = connected()
    with pytest.raises(ClusterUnreachable, match="no answer in time"):
        connection.ask(_unreachable)
    connection.close()


def test_a_connection_can_be_closed_and_used_again() -> None:
    connection, api = connected()
    connection.close()
    connection.ask(_thread)
    connection.close()
    connection.ask(_thread)
    connection.close()
    assert (api.opened, api.closed) == (2, 2)


def test_a_connection_ends_with_its_owner() -> None:
    connection, api = connected()
    before = set(threading.enumerate())
    connection.ask(_thread)
    assert more_than(before) == 1
    del connection
    gc.collect()
    assert (more_than(before), api.closed) == (0, 1)


def test_closing_cancels_a_question_that_still_waits() -> None:
    connection, _ = connected()
    begun = threading.Event()
    outcomes: list[Any] = []

    async def forever(_: ObjectApi) -> None:
        begun.set()
        await asyncio.Event().wait()

    def wait() -> None:
        try:
            connection.ask(forever)
        except BaseException as error:  # noqa: BLE001 - whatever it is
            outcomes.append(type(error).__name__)

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert begun.wait(PATIENT)
    connection.close()
    waiting.join(PATIENT)
    assert outcomes == ["CancelledError"]


def test_credentials_that_cannot_be_used_leave_no_thread() -> None:
    class Refusing(_Home):
        def api(self, _timeout: float) -> _Api:
            raise UserError("the token file is gone", "kubeconfig", "log in again")

    connection = ClusterConnection(cast("Home", Refusing()))
    before = set(threading.enumerate())
    with pytest.raises(UserError, match="the token file is gone"):
        connection.ask(_thread)
    assert more_than(before) == 0


def test_a_connection_that_is_collected_in_its_own_loop_ends() -> None:
    """The garbage collector runs in any thread, and must not wait there for the thread itself."""
    connection, api = connected()
    before = set(threading.enumerate())
    connection.ask(_thread)
    opened = connection._open  # noqa: SLF001 - to reach the loop without the connection
    assert opened is not None
    cycle: list[Any] = [connection]
    cycle.append(cycle)

    async def collect(_: ObjectApi) -> None:
        gc.collect()

    gc.disable()
    try:
        del connection, cycle
        opened[0].start_task_soon(collect, opened[1])
        while more_than(before):
            time.sleep(0.01)
    finally:
        gc.enable()
    assert api.closed == 1
