from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from cli.daemon.triggers import Due, Triggers, TurnRequest, wait_at_most
from cli.events import Trigger

ADDRESS, OBJECTS, DRIFT = Trigger.ADDRESS, Trigger.OBJECTS, Trigger.DRIFT
LATER = Due(math.inf, DRIFT)


@dataclass
class Time:
    """A clock that moves only while something waits, and actions that fall due on the way."""

    now: float = 100.0
    actions: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Move to the next action, or by these seconds where none falls due before."""
        until = self.now + seconds
        while not event.is_set() and self.actions and self.actions[0][0] <= until:
            self.now, action = self.actions.pop(0)
            action()
        if not event.is_set():
            assert until < math.inf, "nothing would ever end this wait"
            self.now = until

    def triggers(self, settle: float, most: float) -> Triggers:
        return Triggers(settle, most, self, self.wait)


def gathered(triggers: Triggers, due: Due = LATER) -> TurnRequest | None:
    return asyncio.run(triggers.gather(due))


def test_a_change_is_carried_out_once_nothing_has_followed_for_a_while() -> None:
    time = Time()
    triggers = time.triggers(0.5, 5)
    triggers.post(ADDRESS)
    assert gathered(triggers) == TurnRequest((ADDRESS,), 100.0)
    assert time.now == 100.5


def test_a_burst_is_one_request_with_the_time_of_its_first_change() -> None:
    time = Time()
    triggers = time.triggers(0.5, 5)
    time.actions = [(100.4, lambda: triggers.post(ADDRESS)), (100.8, lambda: triggers.post(OBJECTS))]
    triggers.post(OBJECTS)
    assert gathered(triggers) == TurnRequest((OBJECTS, ADDRESS), 100.0)
    assert time.now == 100.8 + 0.5


def test_changes_that_never_settle_are_carried_out_all_the_same() -> None:
    time = Time()
    triggers = time.triggers(0.5, 5)
    time.actions = [(100 + number * 0.4, lambda: triggers.post(OBJECTS)) for number in range(1, 100)]
    triggers.post(OBJECTS)
    assert gathered(triggers) == TurnRequest((OBJECTS,), 100.0)
    assert time.now == 105


def test_a_trigger_at_once_does_not_settle() -> None:
    time = Time()
    triggers = time.triggers(30, 60)
    triggers.post(ADDRESS)
    triggers.post(Trigger.LEADERSHIP, at_once=True)
    assert gathered(triggers) == TurnRequest((ADDRESS, Trigger.LEADERSHIP), 100.0)
    assert time.now == 100
    assert not triggers.is_pending


def test_a_turn_that_is_due_needs_no_change() -> None:
    time = Time()
    assert gathered(time.triggers(30, 60), Due(107, DRIFT)) == TurnRequest((DRIFT,), 107)


def test_a_turn_that_is_due_does_not_cut_settling_short() -> None:
    time = Time()
    triggers = time.triggers(0.5, 5)
    triggers.post(OBJECTS)
    assert gathered(triggers, Due(100, DRIFT)) == TurnRequest((OBJECTS, DRIFT), 100.0)
    assert time.now == 100.5


@pytest.mark.parametrize("posted", [True, False])
def test_nothing_is_gathered_after_the_end(posted: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    triggers = Triggers(30, 60)
    if posted:
        triggers.post(ADDRESS)
    triggers.end()
    assert triggers.is_ended
    assert gathered(triggers) is None


def test_the_end_wakes_a_gathering() -> None:
    async def ending() -> TurnRequest | None:
        triggers = Triggers(30, 60)
        gathering = asyncio.create_task(triggers.gather(LATER))
        await asyncio.sleep(0)
        triggers.end()
        return await gathering

    assert asyncio.run(ending()) is None


def test_a_wait_ends_with_its_event_or_with_its_time() -> None:
    async def waits() -> bool:
        event = asyncio.Event()
        await wait_at_most(event, 0.01)
        event.set()
        await wait_at_most(event, math.inf)
        return event.is_set()

    assert asyncio.run(waits())
