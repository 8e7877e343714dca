"""The connection to a cluster of whoever has no event loop."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any, cast

import pytest

from cli.state.secrets.connection import Connection
from stacks.kube.api import Unreachable
from stacks.kube.home import Home
from stacks.kube.object_api import ObjectApi


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


def connected() -> tuple[Connection, _Api]:
    home = _Home()
    return Connection(cast("Home", home)), home.made


async def _thread(_: ObjectApi) -> str:
    return threading.current_thread().name


async def _unreachable(_: ObjectApi) -> None:
    raise Unreachable("no answer in time")


async def _forever(_: ObjectApi) -> None:
    await asyncio.Event().wait()


def test_a_connection_is_opened_once_by_the_first_request() -> None:
    connection, api = connected()
    assert api.opened == 0
    assert [connection.ask(_thread), connection.ask(_thread)] == ["state:https://kube"] * 2
    assert (api.opened, api.closed) == (1, 0)
    connection.close()
    assert (api.opened, api.closed) == (1, 1)


def test_raises_what_the_question_comes_to() -> None:
    connection, _ = connected()
    with pytest.raises(Unreachable, match="no answer in time"):
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
    before = threading.active_count()
    connection.ask(_thread)
    assert threading.active_count() == before + 1
    del connection
    gc.collect()
    assert (threading.active_count(), api.closed) == (before, 1)


def test_closed_answers_those_who_still_wait() -> None:
    connection, _ = connected()
    connection.ask(_thread)
    outcomes: list[Any] = []

    def wait() -> None:
        try:
            connection.ask(_forever)
        except BaseException as error:  # noqa: BLE001 - whatever it is
            outcomes.append(type(error).__name__)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not connection.ask(_others):
        pass
    connection.close()
    waiting.join(10)
    assert outcomes == ["CancelledError"]


async def _others(_: ObjectApi) -> int:
    return len(asyncio.all_tasks()) - 1
