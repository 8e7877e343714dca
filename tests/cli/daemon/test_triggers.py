from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.daemon.triggers import TOGETHER, Due, Triggers, TurnRequest, wait_at_most
from cli.events import Trigger

ADDRESS, OBJECTS, DRIFT = Trigger.ADDRESS, Trigger.OBJECTS, Trigger.DRIFT
LATER = Due(math.inf, DRIFT)
SETTLE, MOST = 0.5, 5.0


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


class TestAPromptChange:
    def test_after_quiet_waits_only_for_what_comes_together_with_it(self) -> None:
        time = Time()
        triggers = time.triggers(0.5, 5)
        time.actions = [(100.04, lambda: triggers.post(ADDRESS, promptly=True))]
        triggers.post(ADDRESS, promptly=True)
        assert gathered(triggers) == TurnRequest((ADDRESS,), 100.0)
        assert time.now == 100.0 + TOGETHER

    def test_settles_where_one_that_is_not_comes_together_with_it(self) -> None:
        time = Time()
        triggers = time.triggers(0.5, 5)
        time.actions = [(100.04, lambda: triggers.post(OBJECTS))]
        triggers.post(ADDRESS, promptly=True)
        assert gathered(triggers) == TurnRequest((ADDRESS, OBJECTS), 100.0)
        assert time.now == 100.04 + 0.5

    def test_settles_where_it_follows_another(self) -> None:
        time = Time()
        triggers = time.triggers(0.5, 5)
        triggers.post(ADDRESS, promptly=True)
        assert gathered(triggers)
        time.actions = [(100.4, lambda: triggers.post(ADDRESS, promptly=True))]
        assert gathered(triggers) == TurnRequest((ADDRESS,), 100.4)
        assert time.now == 100.4 + 0.5

    def test_waits_no_longer_than_it_would_settle(self) -> None:
        time = Time()
        triggers = time.triggers(0.01, 5)
        triggers.post(ADDRESS, promptly=True)
        assert gathered(triggers)
        assert time.now == 100.01


Change = tuple[float, bool]
"""Seconds after the one before, and whether it is posted promptly."""
changes = st.lists(
    st.tuples(st.sampled_from((0.0, 0.02, 0.1, 0.4, 0.499, 0.5, 0.56, 0.9, 3.0)), st.booleans()), min_size=1
)


def turns(posted: list[Change], *, prompt: bool) -> list[tuple[float, float]]:
    """Carry out changes by convergences that take no time; return for each when it was posted and carried out."""
    time, came, done = Time(), list[float](), list[tuple[float, float]]()
    triggers = time.triggers(SETTLE, MOST)
    at = time.now + 10

    def come(promptly: bool) -> Callable[[], None]:  # noqa: FBT001 - what is posted
        def post() -> None:
            came.append(time.now)
            triggers.post(ADDRESS, promptly=promptly)

        return post

    for gap, promptly in posted:
        at += gap
        time.actions.append((at, come(promptly and prompt)))
    while len(done) < len(posted):
        assert gathered(triggers)
        done += [(one, time.now) for one in came]
        came.clear()
    return done


@given(changes)
def test_prompt_changes_are_never_lost_and_cost_a_burst_one_convergence_more(posted: list[Change]) -> None:
    before, now = turns(posted, prompt=False), turns(posted, prompt=True)
    assert [one for one, _ in now] == [one for one, _ in before]
    for (_, settled), (_, done) in zip(before, now, strict=True):
        assert done <= settled + 1e-9
    if posted[0][1] and all(promptly or gap > TOGETHER for gap, promptly in posted[1:]):
        assert now[0][1] == pytest.approx(now[0][0] + TOGETHER)
    bursts = 1 + sum(gap >= SETTLE for gap, _ in posted[1:])
    assert len({done for _, done in now}) <= len({done for _, done in before}) + bursts


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
