from __future__ import annotations

import asyncio
import math
import time

import pytest

from cli.daemon.triggers import Asked, Due, Triggers
from cli.events import Trigger

ADDRESS, OBJECTS, DRIFT = Trigger.ADDRESS, Trigger.OBJECTS, Trigger.DRIFT
LATER = Due(math.inf, DRIFT)


def gathered(triggers: Triggers, due: Due = LATER) -> Asked | None:
    async def gather() -> Asked | None:
        async with asyncio.timeout(10):
            return await triggers.gather(due)

    return asyncio.run(gather())


def test_a_change_is_carried_out_once_nothing_has_followed_for_a_while() -> None:
    triggers = Triggers(0.1, 5)
    began = time.monotonic()
    triggers.post(ADDRESS)
    asked = gathered(triggers)
    assert asked is not None
    assert asked.triggers == (ADDRESS,)
    assert began <= asked.since <= began + 0.05
    assert 0.1 <= time.monotonic() - began < 2


def test_a_burst_is_one_and_says_when_it_began() -> None:
    async def burst() -> Asked | None:
        triggers, began = Triggers(0.2, 5), time.monotonic()
        gathering = asyncio.create_task(triggers.gather(LATER))
        for trigger in (OBJECTS, ADDRESS, OBJECTS):
            triggers.post(trigger)
            await asyncio.sleep(0.1)  # shorter than it settles in: what is tested is that it waits on
            assert not gathering.done()
        asked = await gathering
        assert asked is not None
        assert asked.since - began < 0.1
        assert time.monotonic() - began >= 0.4
        return asked

    asked = asyncio.run(burst())
    assert asked is not None
    assert asked.triggers == (OBJECTS, ADDRESS)


def test_what_goes_on_changing_is_carried_out_all_the_same() -> None:
    async def storm() -> float:
        triggers, began = Triggers(0.2, 0.5), time.monotonic()
        gathering = asyncio.create_task(triggers.gather(LATER))
        while not gathering.done():
            triggers.post(OBJECTS)
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    assert 0.5 <= asyncio.run(storm()) < 2


def test_what_is_asked_for_at_once_does_not_settle() -> None:
    triggers = Triggers(30, 60)
    triggers.post(ADDRESS)
    triggers.post(Trigger.LEADERSHIP, at_once=True)
    assert gathered(triggers) is not None
    assert not triggers.is_pending


def test_what_is_due_needs_no_change() -> None:
    asked = gathered(Triggers(30, 60), Due(time.monotonic() + 0.05, DRIFT))
    assert asked is not None
    assert asked.triggers == (DRIFT,)


def test_what_is_due_does_not_cut_settling_short() -> None:
    triggers = Triggers(0.2, 5)
    triggers.post(OBJECTS)
    began = time.monotonic()
    asked = gathered(triggers, Due(began, DRIFT))
    assert asked is not None
    assert asked.triggers == (OBJECTS, DRIFT)
    assert time.monotonic() - began >= 0.15


@pytest.mark.parametrize("posted", [True, False])
def test_nothing_is_gathered_after_the_end(posted: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    triggers = Triggers(30, 60)
    if posted:
        triggers.post(ADDRESS)
    triggers.end()
    assert triggers.is_ended
    assert gathered(triggers) is None


def test_the_end_wakes_who_gathers() -> None:
    async def ending() -> Asked | None:
        triggers = Triggers(30, 60)
        gathering = asyncio.create_task(triggers.gather(LATER))
        await asyncio.sleep(0)
        triggers.end()
        return await gathering

    assert asyncio.run(ending()) is None
