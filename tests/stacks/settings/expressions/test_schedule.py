from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.settings.expressions.schedule import LONGEST, schedule
from tests.profiles import examples

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN, *, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


def moments(text: str, start: float, count: int, zone: ZoneInfo = BERLIN) -> list[str]:
    found, now = [], start
    for _ in range(count):
        now = schedule(text).after(now)
        found.append(f"{datetime.fromtimestamp(now, zone):%d %H:%M %Z}")
    return found


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process's time zone is Berlin's."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class TestMoments:
    def test_are_those_of_the_fields_in_the_zone_of_the_schedule(self) -> None:
        found = moments("CRON_TZ=Europe/Berlin */20 4 * * MON-FRI", at("2026-12-04T04:15"), 3)
        assert found == ["04 04:20 CET", "04 04:40 CET", "07 04:00 CET"]

    @pytest.mark.usefixtures("in_berlin")
    def test_are_in_the_zone_of_the_process_where_the_schedule_has_none(self) -> None:
        assert moments("0 4 * * *", at("2026-12-04T05:00"), 1) == ["05 04:00 CET"]

    def test_of_a_word_are_those_of_its_fields(self) -> None:
        assert moments("TZ=Europe/Berlin @daily", at("2026-12-04T05:00"), 2) == ["05 00:00 CET", "06 00:00 CET"]

    def test_of_a_period_are_so_far_apart(self) -> None:
        assert schedule("@every 1h30m").after(100.0) == 100.0 + 5400
        assert schedule("  @every 90s ").after(100.0) == 190.0

    def test_are_none_where_it_is_once(self) -> None:
        assert schedule("@once").after(100.0) == math.inf

    @pytest.mark.usefixtures("in_berlin")
    @pytest.mark.parametrize("prefix", ["", "CRON_TZ=Europe/Berlin "])
    def test_of_every_quarter_go_on_through_the_hour_that_comes_twice(self, prefix: str) -> None:
        now, seen = at("2026-10-25T01:50"), []
        for _ in range(10):
            later = schedule(f"{prefix}*/15 * * * *").after(now)
            seen.append(later - now)
            now = later
        assert seen[0] == 600
        assert set(seen[1:]) == {900}

    @pytest.mark.usefixtures("in_berlin")
    @pytest.mark.parametrize("prefix", ["", "CRON_TZ=Europe/Berlin "])
    def test_in_the_hour_that_summer_time_takes_away_come_all_the_same(self, prefix: str) -> None:
        first = schedule(f"{prefix}30 2 * * *").after(at("2026-03-28T12:00"))
        assert at("2026-03-29T01:59") < first <= at("2026-03-29T03:30")
        assert moments(f"{prefix}30 2 * * *", first, 1) == ["30 02:30 CEST"]

    @pytest.mark.usefixtures("in_berlin")
    @given(
        now=st.floats(min_value=1e9, max_value=4e9),
        text=st.sampled_from(
            ["* * * * *", "*/7 * * * *", "30 2 * * *", "0 */3 1 * *", "@weekly", "CRON_TZ=Europe/Berlin 5 2 * * SUN"]
        ),
    )
    @settings(max_examples=examples(500))
    def test_are_always_later(self, now: float, text: str) -> None:
        assert schedule(text).after(now) > now


class TestAnotherText:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "it has 0 fields, and cron has minute"),
            ("* * * *", "it has 4 fields"),
            ("0 0 * * * *", "it has 6 fields"),
            ("61 * * * *", "bad minute in '61 * * * *'"),
            ("0 0 31 2 *", "bad day-of-month"),
            ("0 0 * * FOO", "bad day-of-week"),
            ("@fortnightly", "'@fortnightly' is none of @every, @once, @hourly"),
            ("@every", "is no period: write 30s, 5m, 1h30m"),
            ("@every 0s", "is no period"),
            ("@every 100000h", "is no period"),
            ("CRON_TZ=Europe/Nowhere 0 4 * * *", "there is no time zone 'Europe/Nowhere' here"),
            ("CRON_TZ=../../etc/passwd 0 4 * * *", "it has 6 fields"),
            ("*" * (LONGEST + 1), "it has 257 characters, and may have 256"),
        ],
    )
    def test_is_refused_with_what_is_wrong(self, text: str, why: str) -> None:
        with pytest.raises(ValueError, match=re.escape(why)):
            schedule(text)

    @given(st.text(alphabet="0123456789*/,-LW#?@every hmsMONTZ=", max_size=LONGEST))
    @settings(max_examples=examples(1000))
    def test_is_refused_in_a_moment_whatever_it_is(self, text: str) -> None:
        began = time.process_time()
        with suppress(ValueError):
            schedule(text).after(began)
        assert time.process_time() - began < 2
