from __future__ import annotations

import asyncio

import pytest

from cli.daemon.leadership import Seat
from cli.engine.hold import LEASE_LOST, STOPPING, Hold, NotHeld
from cli.events import Leadership, Role
from cli.reconcile.events import Event

LEADER, STANDBY = Leadership(Role.LEADER, "a", "a", 1), Leadership(Role.STANDBY, "b", "a", 2)


def may_start(hold: Hold) -> bool:
    def start() -> None:
        raise ChildProcessError

    try:
        with hold.running(start):  # type: ignore[arg-type] # it starts nothing
            pass
    except NotHeld:
        return False
    except ChildProcessError:
        return True
    raise AssertionError


def test_who_is_alone_may_always_converge() -> None:
    async def taken() -> bool:
        seat = Seat(Hold(), lambda _: None, elected=False)
        await seat.taken()
        return seat.leads

    assert asyncio.run(taken())


def test_a_replica_may_while_it_leads_and_tells_each_change() -> None:
    async def changes() -> list[Event]:
        told: list[Event] = []
        seat = Seat(Hold(), told.append, elected=True)
        await seat.left()
        assert not seat.leads
        waiting = asyncio.create_task(seat.taken())
        seat.take(LEADER)
        await waiting
        assert seat.leads
        leaving = asyncio.create_task(seat.left())
        await asyncio.sleep(0)
        assert not leaving.done()
        seat.take(STANDBY)
        await leaving
        return told

    assert asyncio.run(changes()) == [LEADER, STANDBY]


@pytest.mark.parametrize("other", ["", STOPPING])
def test_a_new_lease_lifts_the_bar_of_the_lost_one_and_no_other(other: str) -> None:
    async def again() -> bool:
        hold = Hold()
        seat = Seat(hold, lambda _: None, elected=True)
        hold.interrupt(LEASE_LOST)
        if other:
            hold.interrupt(other)
        assert not may_start(hold)
        seat.take(LEADER)
        return may_start(hold)

    assert asyncio.run(again()) == (not other)
