from __future__ import annotations

import asyncio

import pytest

from cli.daemon.leadership import Replica
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


def test_a_process_without_replicas_may_always_converge() -> None:
    async def taken() -> bool:
        replica = Replica(Hold(), lambda _: None, elected=False)
        await replica.wait_to_lead()
        return replica.leads

    assert asyncio.run(taken())


def test_a_replica_may_converge_while_it_leads_and_publishes_each_change() -> None:
    async def changes() -> list[Event]:
        told: list[Event] = []
        replica = Replica(Hold(), told.append, elected=True)
        await replica.wait_to_stand_by()
        assert not replica.leads
        waiting = asyncio.create_task(replica.wait_to_lead())
        replica.update(LEADER)
        await waiting
        assert replica.leads
        leaving = asyncio.create_task(replica.wait_to_stand_by())
        await asyncio.sleep(0)
        assert not leaving.done()
        replica.update(STANDBY)
        await leaving
        return told

    assert asyncio.run(changes()) == [LEADER, STANDBY]


def test_a_term_begins_whenever_it_becomes_the_leader_and_not_with_news_of_the_same_lease() -> None:
    async def terms() -> list[int]:
        replica, counted = Replica(Hold(), lambda _: None, elected=True), []
        for news in (STANDBY, LEADER, LEADER, STANDBY, LEADER):
            replica.update(news)
            counted.append(replica.terms)
        return counted

    assert asyncio.run(terms()) == [0, 1, 1, 1, 2]


@pytest.mark.parametrize("other", ["", STOPPING])
def test_a_new_lease_lifts_the_bar_of_the_lost_one_and_no_other(other: str) -> None:
    async def again() -> bool:
        hold = Hold()
        replica = Replica(hold, lambda _: None, elected=True)
        hold.interrupt(LEASE_LOST)
        if other:
            hold.interrupt(other)
        assert not may_start(hold)
        replica.update(LEADER)
        return may_start(hold)

    assert asyncio.run(again()) == (not other)
