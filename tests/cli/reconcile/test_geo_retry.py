"""How often a run for load balancing is followed by another, and how long that waits."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cli.reconcile.geo_retry import FAILURES, HEALTH, IDLE, LONGEST_JITTER, MOST, Rounds
from stacks.model.geo import GeoPlan

DONE, AGAIN, WAIT = GeoPlan(), GeoPlan(again="another has to move"), GeoPlan(wait=("192.0.2.2",))
FOR_EVER = 10_000


class Time:
    """A clock that goes as far as somebody waits. waits: how long each time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    # Only this module's: a server of the lab that looks at the clock meanwhile would sleep for hours.
    monkeypatch.setattr("cli.reconcile.geo_retry.time", SimpleNamespace(monotonic=lambda: made.now))
    return made


class TestTheRounds:
    @pytest.mark.parametrize("plan", [None, DONE])
    def test_end_where_nothing_was_done(self, time: Time, plan: GeoPlan | None) -> None:
        assert not Rounds(wait=time.wait).another(plan, changed=False)
        assert time.waits == []

    def test_look_back_once_without_waiting_after_a_run(self, time: Time) -> None:
        turns = Rounds(wait=time.wait)
        assert turns.another(DONE, changed=True)
        assert time.waits == []
        assert not turns.another(DONE, changed=False)

    def test_wait_longer_each_time_and_never_the_same(self, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cli.reconcile.geo_retry.random.uniform", lambda _, most: most)
        turns = Rounds(wait=time.wait)
        while turns.another(DONE, changed=True):
            pass
        assert time.waits[:4] == [0.5, 1.0, 2.0, 4.0]
        assert set(time.waits[4:]) == {LONGEST_JITTER}
        assert len(time.waits) == MOST - 1
        monkeypatch.undo()
        chances = Time(), Time()
        for one in chances:
            turns = Rounds(wait=one.wait)
            assert all(turns.another(DONE, changed=True) for _ in range(4))
        assert chances[0].waits != chances[1].waits

    def test_begin_anew_where_all_was_well(self, time: Time) -> None:
        turns = Rounds(wait=time.wait)
        for _ in range(MOST):
            turns.another(DONE, changed=True)
        assert not turns.another(DONE, changed=True)
        assert not turns.another(DONE, changed=False)
        assert turns.another(DONE, changed=True)

    def test_give_up_where_only_another_stack_can_move(self, time: Time) -> None:
        turns = Rounds(wait=time.wait)
        asked = [turns.another(AGAIN, changed=False) for _ in range(IDLE + 1)]
        assert asked == [True] * IDLE + [False]

    def test_go_on_where_something_was_done_in_between(self, time: Time) -> None:
        turns = Rounds(wait=time.wait)
        asked = [turns.another(AGAIN, changed=one) for one in [False] * IDLE + [True] + [False] * (IDLE + 1)]
        assert asked == [True] * (2 * IDLE + 1) + [False]


class TestAFailedRun:
    def test_is_looked_at_again_a_few_times(self, time: Time) -> None:
        turns = Rounds(wait=time.wait)
        assert [turns.failed() for _ in range(FAILURES + 1)] == [True] * FAILURES + [False]
        assert len(time.waits) == FAILURES - 1

    def test_is_forgotten_where_all_is_well_afterwards(self, time: Time) -> None:
        turns = Rounds(wait=time.wait)
        for _ in range(FAILURES):
            turns.failed()
        turns.another(DONE, changed=False)
        assert turns.failed()


class TestHealth:
    def test_is_looked_at_until_the_time_is_up(self, time: Time) -> None:
        turns = Rounds(handover=60, wait=time.wait)
        looks = 0
        while not turns.handed_over:
            assert turns.another(WAIT, changed=looks == 0)
            looks += 1
            assert looks < FOR_EVER
        assert time.waits == [HEALTH] * 12
        assert looks == 12

    def test_leaves_rounds_to_look_back_however_long_it_took(self, time: Time) -> None:
        turns = Rounds(handover=3600, wait=time.wait)
        assert all(turns.another(WAIT, changed=False) for _ in range(3 * MOST))
        assert turns.another(DONE, changed=True)

    def test_that_turns_up_begins_the_time_anew(self, time: Time) -> None:
        turns = Rounds(handover=10, wait=time.wait)
        assert [turns.another(WAIT, changed=False) for _ in range(2)] == [True, True]
        assert turns.handed_over
        turns.another(DONE, changed=True)
        assert not turns.handed_over

    def test_is_not_awaited_where_the_setting_says_so(self, time: Time) -> None:
        turns = Rounds(handover=0, wait=time.wait)
        assert not turns.handed_over
        assert turns.another(WAIT, changed=True)
        assert turns.handed_over
        assert time.waits == []

    def test_is_not_awaited_longer_than_the_setting_says(self, time: Time) -> None:
        turns = Rounds(handover=2, wait=time.wait)
        turns.another(WAIT, changed=True)
        assert time.waits == [2]
        assert turns.handed_over


class TestWhereNobodyWaits:
    """A loop comes back by itself."""

    def test_the_first_look_back_is_at_once(self) -> None:
        turns = Rounds(wait=None)
        assert turns.another(DONE, changed=True)
        assert turns.pause is None

    def test_the_next_is_due_after_a_pause(self) -> None:
        turns = Rounds(wait=None)
        turns.another(DONE, changed=True)
        assert not turns.another(DONE, changed=True)
        assert turns.pause is not None
        assert 0.1 <= turns.pause <= 0.5

    @pytest.mark.parametrize(("handover", "pause"), [(0, 0.1), (2, 2), (300, HEALTH)])
    def test_health_is_due_after_a_pause(self, handover: float, pause: float) -> None:
        turns = Rounds(handover=handover, wait=None)
        assert not turns.another(WAIT, changed=True)
        assert turns.pause == pause

    def test_the_time_for_health_goes_on_between_looks(self, time: Time) -> None:
        turns = Rounds(handover=8, wait=None)
        turns.another(WAIT, changed=True)
        time.now += HEALTH
        turns.another(WAIT, changed=False)
        assert not turns.handed_over
        time.now += HEALTH
        assert turns.handed_over

    def test_nothing_is_due_where_all_is_well(self) -> None:
        turns = Rounds(wait=None)
        turns.another(WAIT, changed=True)
        turns.another(DONE, changed=False)
        assert turns.pause is None
