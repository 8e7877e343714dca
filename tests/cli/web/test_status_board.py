from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from cli.events import Failure
from cli.web.status import Status
from cli.web.status_board import StatusBoard
from stacks.model.values import Family
from tests.cli.web.sample import IPV4, detection, dispatch, sighting


def test_the_board_gives_the_newest_status_at_once_where_it_is_newer() -> None:
    board = StatusBoard("home", "home")
    board.on_event(dispatch(Failure("503", 1.0)))
    assert asyncio.run(board.newer(0)) is board.status


def test_wakes_all_who_wait_from_another_thread() -> None:
    board = StatusBoard("home", "home")

    async def wait() -> list[Status]:
        readers = [asyncio.create_task(board.newer(0)) for _ in range(3)]
        await asyncio.sleep(0)
        thread = threading.Thread(target=board.on_event, args=(dispatch(Failure("503", 1.0)),))
        thread.start()
        found = await asyncio.gather(*readers)
        thread.join()
        return found

    assert [one.version for one in asyncio.run(wait())] == [1, 1, 1]


def test_lets_readers_sleep_where_nothing_is_new() -> None:
    board = StatusBoard("home", "home")
    board.on_event(dispatch(sighting(Family.IPV4, IPV4)))
    board.hear_detection(detection())
    version = board.status.version

    async def wait() -> bool:
        reader = asyncio.create_task(board.newer(version))
        await asyncio.sleep(0)
        board.hear_detection(detection())
        done, _ = await asyncio.wait({reader}, timeout=0.05)
        reader.cancel()
        return bool(done)

    assert not asyncio.run(wait())


def test_forgets_readers_that_have_gone() -> None:
    board = StatusBoard("home", "home")

    async def give_up() -> None:
        reader = asyncio.create_task(board.newer(0))
        await asyncio.sleep(0)
        reader.cancel()
        await asyncio.wait({reader})

    asyncio.run(give_up())
    board.on_event(dispatch(Failure("503", 1.0)))  # would raise: that event loop is closed
    assert board.status.version == 1


def test_loses_nothing_that_threads_tell_at_once() -> None:
    board = StatusBoard("home", "home")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: board.on_event(dispatch(Failure("503", 1.0))), range(200)))
    assert board.status.leader.failure
    assert board.status.leader.failure.count == 200
