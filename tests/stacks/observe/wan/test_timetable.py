from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.observe.wan.timetable import LONGEST_WAIT, Timetable
from stacks.settings.expressions.schedule import schedule
from tests.profiles import examples

DAILY = schedule("CRON_TZ=UTC 0 4 * * *")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_the_start_is_the_first_moment_and_the_schedules_follow() -> None:
    now = at("2026-12-01T03:58:30")
    table = Timetable(DAILY, now)
    assert (table.wait(now), table.is_due(now)) == (0, True)
    table.done(now)
    assert (table.wait(now), table.is_due(now)) == (LONGEST_WAIT, False)
    assert table.wait(at("2026-12-01T03:59:30")) == 30
    assert table.is_due(at("2026-12-01T04:00"))


def test_moments_that_were_slept_through_are_one() -> None:
    table = Timetable(DAILY, at("2026-12-01T05:00"))
    table.done(at("2026-12-01T05:00"))
    late = at("2026-12-09T11:00")
    assert table.is_due(late)
    table.done(late)
    assert not table.is_due(late)
    assert table.is_due(at("2026-12-10T04:00"))


def test_a_clock_that_was_years_ahead_and_is_set_right_does_not_end_the_schedule() -> None:
    table = Timetable(DAILY, at("2036-01-01T00:00"))
    table.done(at("2036-01-01T00:00"))
    now = at("2026-12-01T03:59:50")
    assert table.wait(now) == 10
    assert table.is_due(at("2026-12-01T04:00"))


def test_once_is_once() -> None:
    table = Timetable(schedule("@once"), 100.0)
    table.done(100.0)
    assert (table.wait(1e9), table.is_due(1e9)) == (LONGEST_WAIT, False)


@given(st.lists(st.floats(min_value=-1e6, max_value=1e6), max_size=20))
@settings(max_examples=examples(300))
def test_however_the_clock_jumps_the_next_moment_is_within_the_schedules_own_distance(jumps: list[float]) -> None:
    now = at("2026-12-01T00:00")
    table = Timetable(schedule("@every 1h"), now)
    table.done(now)
    for jump in jumps:
        now += jump
        assert 0 <= table.wait(now) <= LONGEST_WAIT
        if table.is_due(now):
            table.done(now)
        table.wait(now)
        assert table.is_due(now + 3600)
