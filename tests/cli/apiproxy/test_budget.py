from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.apiproxy.budget import Budget, Limit, retry_after

CLOUDFLARE = Limit(1200, 300)


def left(requests: int, seconds: int, limit: int = 1200, window: int = 300) -> dict[str, str]:
    return {
        "Ratelimit": f'"default";r={requests};t={seconds}',
        "Ratelimit-Policy": f'"default";q={limit};w={window}',
    }


def asked(budget: Budget, count: int, now: float = 0.0) -> list[float]:
    """The times at which so many ask, as soon as each may."""
    times = []
    for _ in range(count):
        now += budget.wait(now)
        budget.take(now)
        times.append(now)
    return times


class TestTheShare:
    def test_a_burst_of_the_share_passes_at_once_and_what_follows_is_spaced(self) -> None:
        times = asked(Budget(0.25, CLOUDFLARE, 0), 303)
        assert times[:300] == [0.0] * 300
        assert times[300:] == pytest.approx([1, 2, 3])

    def test_after_a_window_of_rest_there_is_a_burst_again(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        asked(budget, 300)
        assert asked(budget, 300, 300.0) == [300.0] * 300

    def test_who_comes_after_others_waits_for_their_turns_too(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        asked(budget, 298)
        assert budget.wait(0, ahead=1) == 0
        assert budget.wait(0, ahead=2) == pytest.approx(1)

    def test_a_limit_that_the_api_tells_is_followed_and_what_was_asked_counts(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        asked(budget, 9)
        budget.learn(9, left(31, 60, limit=40, window=60), 0)
        assert budget.limit == Limit(40, 60)
        assert asked(budget, 3) == pytest.approx([0, 6, 12])

    @pytest.mark.parametrize("share", [0, -1, 1.1, float("nan")])
    def test_no_share_of_the_limit_is_refused(self, share: float) -> None:
        with pytest.raises(ValueError, match="a share of the limit"):
            Budget(share, CLOUDFLARE, 0)

    @settings(deadline=None)
    @given(
        share=st.floats(0.01, 1),
        limit=st.builds(Limit, st.integers(10, 5_000), st.integers(1, 600)),
        pauses=st.lists(st.floats(0, 400), max_size=5),
        burst=st.integers(1, 60),
    )
    def test_no_window_ever_sees_more_than_a_bucketful_and_what_flows_in(
        self, share: float, limit: Limit, pauses: list[float], burst: int
    ) -> None:
        budget, now, times = Budget(share, limit, 0), 0.0, list[float]()
        for pause in pauses:
            times += asked(budget, burst, now)
            now = max(now, times[-1]) + pause
        most = 1 + (min(share, 0.5) + share) * limit.requests
        for first, begin in enumerate(times):
            assert bisect_left(times, begin + limit.window - 1e-3) - first <= most + 1

    @settings(deadline=None)
    @given(st.floats(0.01, 1), st.integers(1, 200))
    def test_everybody_gets_a_turn(self, share: float, count: int) -> None:
        times = asked(Budget(share, Limit(60, 60), 0), count)
        assert times[-1] <= count / share + 1


class TestWhatOthersLeave:
    def test_where_little_is_left_all_wait_for_the_next_window(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        budget.learn(budget.take(0), left(60, 120), 0)
        assert budget.wait(0) == 120
        assert budget.wait(119) == 1
        assert budget.wait(120) == 0

    def test_a_reserve_is_left_for_what_else_has_the_token(self) -> None:
        budget = Budget(1, CLOUDFLARE, 0)
        budget.learn(budget.take(0), left(61, 120), 0)
        assert budget.wait(0) == 0
        budget.learn(budget.take(0), left(60, 120), 0)
        assert budget.wait(0) == 120

    def test_those_asked_since_the_answer_and_those_ahead_count(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        first = budget.take(0)
        budget.take(0)
        budget.learn(first, left(63, 120), 0)
        assert budget.wait(0, ahead=1) == 0
        assert budget.wait(0, ahead=2) == 120

    def test_an_older_answer_that_comes_late_is_passed_over(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        first, second = budget.take(0), budget.take(0)
        budget.learn(second, left(10, 120), 0)
        budget.learn(first, left(900, 120), 0)
        assert budget.wait(0) == 120

    def test_more_may_be_left_later_in_a_window_that_slides(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        budget.learn(budget.take(0), left(10, 120), 0)
        budget.learn(budget.take(1), left(500, 120), 1)
        assert budget.wait(1) == 0

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Ratelimit": "", "Ratelimit-Policy": ""},
            {"Ratelimit": "limit=100, remaining=0", "Ratelimit-Policy": "100;w=60"},
            {"Ratelimit": '"default";r=-1;t=x', "Ratelimit-Policy": '"default";q=;w=0'},
            {"Ratelimit": '"default";r=0', "Ratelimit-Policy": '"default";q=0;w=0'},
            {"Ratelimit": ";;,,=;", "Ratelimit-Policy": ";;,,=;"},
        ],
    )
    def test_headers_that_say_nothing_change_nothing(self, headers: dict[str, str]) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        budget.learn(budget.take(0), headers, 0)
        assert budget.limit == CLOUDFLARE
        assert budget.wait(0) == 0

    def test_of_several_policies_the_default_is_followed(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        said = {"Ratelimit-Policy": '"burst";q=200;w=1, "default";q=100;w=10', "Ratelimit": '"burst";r=0;t=1'}
        budget.learn(budget.take(0), said, 0)
        assert budget.limit == Limit(100, 10)
        assert budget.wait(0) == 1


class TestARefusal:
    def test_all_wait_as_long_as_it_says(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        budget.refuse({"Retry-After": "77"}, 10)
        assert budget.wait(10) == 77
        assert budget.wait(87) == 0

    def test_nobody_waits_longer_than_a_window(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        budget.refuse({"Retry-After": "86400"}, 0)
        assert budget.wait(0) == 300

    @pytest.mark.parametrize(
        ("headers", "seconds"), [({}, 1), (left(0, 44), 44), ({"Retry-After": "soon"}, 1), ({"Retry-After": "0"}, 0.25)]
    )
    def test_one_that_does_not_say_is_waited_out_all_the_same(self, headers: dict[str, str], seconds: float) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        budget.refuse(headers, 0)
        assert budget.wait(0) == seconds

    def test_a_shorter_one_does_not_cut_a_longer_one_short(self) -> None:
        budget = Budget(0.25, CLOUDFLARE, 0)
        budget.refuse({"Retry-After": "100"}, 0)
        budget.refuse({"Retry-After": "1"}, 1)
        assert budget.wait(1) == 99

    def test_it_may_be_a_date(self) -> None:
        at = format_datetime(datetime.now(UTC) + timedelta(seconds=3600), usegmt=True)
        said = retry_after({"Retry-After": at})
        assert said is not None
        assert 3000 < said <= 3600

    @pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "Mon, 99 Xyz"])
    def test_what_is_no_time_is_none(self, text: str) -> None:
        assert retry_after({"Retry-After": text}) is None
