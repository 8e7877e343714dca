"""By a clock of its own: nobody waits here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.apiproxy.counts import Counts
from cli.apiproxy.dialects import DIALECTS
from cli.apiproxy.pacer import AnswerLost, ApiUnreachable, Pacer, TurnTooLate
from lab.cloudflare.limits import RateLimiter
from stacks.model.api_calls import Service
from tests.cli.apiproxy.timing import VirtualClock

URL = "http://127.0.0.1/client/v4/zones"
Handle = Callable[[httpx2.Request], httpx2.Response]


class Api:
    """What answers the calls, and what it was asked when."""

    def __init__(self, handle: Handle | None = None, *, share: float = 0.25, service: Service = "cloudflare") -> None:
        self.clock = VirtualClock()
        self.counts = Counts()
        self.asked: list[tuple[float, str]] = []
        self.latency = 0.0
        self.handle = handle or (lambda _: httpx2.Response(200, json={}))
        self._share, self._dialect = share, DIALECTS[service]
        self.may_write = True

    def run(self, count: int = 1, method: str = "GET", *, at_once: bool = True) -> list[int | BaseException]:
        """So many calls at once, or one after the other: the statuses, or what was raised."""
        return self.clock.run(self._calls(count, method, at_once=at_once))

    def times(self) -> list[float]:
        return [time for time, _ in self.asked]

    async def _calls(self, count: int, method: str, *, at_once: bool) -> list[int | BaseException]:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer)) as client:
            pace = Pacer(self._dialect, self._share, self.counts, self.clock, lambda: 0.5, lambda: self.may_write)

            async def call() -> int | BaseException:
                try:
                    return (await pace.send(client, client.build_request(method, URL, content=b"{}"))).status_code
                except (AnswerLost, TurnTooLate, ApiUnreachable) as error:
                    return error

            if at_once:
                return await asyncio.gather(*(call() for _ in range(count)))
            return [await call() for _ in range(count)]

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append((self.clock.time, request.method))
        if self.latency:
            await self.clock.sleep(self.latency)
        return self.handle(request)


def limited(
    limit: int, window: int, clock: Callable[[], float], *, others: Callable[[], int] = lambda: 0, tells: bool = True
) -> Handle:
    """An API with the lab's rate limiter. others: how many calls somebody else makes with the token before each.

    tells: whether each answer says what is left.
    """
    limiter = RateLimiter(lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=clock()), limit, window)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        for _ in range(others()):
            limiter.take("token")
        allowance = limiter.take("token")
        assert allowance is not None
        headers = allowance.headers() if tells else {}
        return httpx2.Response(429 if allowance.refused else 200, headers=headers, json={})

    return answer


def in_turn(*answers: int | type[httpx2.RequestError] | httpx2.Response) -> Handle:
    """These one after the other, the last for ever."""
    left = list(answers)

    def answer(request: httpx2.Request) -> httpx2.Response:
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, type):
            raise one("it broke", request=request)
        return httpx2.Response(one, json={}) if isinstance(one, int) else one

    return answer


def throttled(seconds: int) -> httpx2.Response:
    return httpx2.Response(429, headers={"Retry-After": str(seconds)}, json={})


class TestWithinTheBudget:
    def test_a_burst_of_the_share_goes_at_once_and_the_rest_is_spaced(self) -> None:
        api = Api()
        assert api.run(305) == [200] * 305
        assert api.times()[:300] == [0.0] * 300
        assert api.times()[300:] == pytest.approx([1, 2, 3, 4, 5])

    def test_waits_are_counted(self) -> None:
        api = Api()
        api.run(302)
        count, seconds = api.counts.tally.waits["cloudflare"]
        assert count == 2
        assert seconds == pytest.approx(3)

    def test_where_nobody_waits_no_wait_is_counted(self) -> None:
        api = Api()
        api.run(300)
        assert api.counts.tally.waits == {}

    def test_who_came_first_goes_first(self) -> None:
        api = Api()
        order: list[int] = []

        async def calls() -> None:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: httpx2.Response(200))) as client:
                pace = Pacer(DIALECTS["cloudflare"], 1 / 1200, api.counts, api.clock)

                async def call(number: int) -> None:
                    await pace.send(client, client.build_request("GET", URL))
                    order.append(number)

                await asyncio.gather(*(call(number) for number in range(20)))

        api.clock.run(calls())
        assert order == list(range(20))

    def test_a_token_of_the_lab_is_never_refused(self) -> None:
        api = Api(share=0.25)
        api.handle = limited(40, 60, lambda: api.clock.time)
        assert api.run(60, at_once=False) == [200] * 60
        assert {status for _, _, status in api.counts.tally.calls} == {200}

    def test_with_all_of_the_limit_some_is_left_to_others(self) -> None:
        api = Api(share=1)
        api.handle = limited(100, 60, lambda: api.clock.time)
        assert api.run(250, at_once=False) == [200] * 250
        assert 60 < api.clock.time < 240

    def test_where_others_use_the_limit_up_it_waits_for_the_next_window(self) -> None:
        api = Api(share=1)
        api.handle = limited(100, 60, lambda: api.clock.time, others=lambda: 9)
        assert api.run(30, at_once=False) == [200] * 30
        assert 429 not in {status for _, _, status in api.counts.tally.calls}
        assert 120 <= api.clock.time <= 240

    def test_a_burst_before_a_lower_limit_is_known_is_refused_beyond_it_and_told_for_how_long(self) -> None:
        api = Api(share=1)
        api.handle = limited(100, 60, lambda: api.clock.time)
        api.latency = 0.05
        answers = api.run(141)
        told = [one for one in answers if isinstance(one, TurnTooLate)]
        assert (answers.count(200), len(told)) == (100, 41)
        assert all(0 < one.seconds <= 60 for one in told)
        assert api.clock.time < 6

    @pytest.mark.parametrize("share", [0.1, 0.25, 0.9])
    def test_gandi_is_asked_nearly_as_often_as_it_allows_whatever_the_share(self, share: float) -> None:
        api = Api(share=share, service="gandi")
        assert api.run(160) == [200] * 160
        assert api.times()[:100] == [0.0] * 100
        assert api.times()[100:102] == pytest.approx([1 / 15, 2 / 15])

    def test_sixty_four_at_a_time_never_wait_longer_than_gandis_plugin(self) -> None:
        api = Api(service="gandi")
        api.handle = limited(1000, 60, lambda: api.clock.time, tells=False)

        async def calls() -> int:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(api.answer)) as client:
                pace = Pacer(DIALECTS["gandi"], 0.25, api.counts, api.clock)

                async def lane() -> None:
                    for _ in range(20):
                        assert (await pace.send(client, client.build_request("GET", URL))).status_code == 200

                await asyncio.gather(*(lane() for _ in range(64)))
            return sum(api.counts.tally.calls.values())

        assert api.clock.run(calls()) == 64 * 20


class TestPatience:
    def test_a_plugin_that_would_give_up_before_its_turn_is_told_at_once(self) -> None:
        api = Api(service="gandi")
        answers = api.run(300)
        told = [one for one in answers if isinstance(one, TurnTooLate)]
        assert answers[:167] == [200] * 167
        assert len(told) == 133
        assert told[0].seconds > 4.5
        assert len(api.asked) == 167
        assert api.clock.time <= 4.5

    def test_so_it_is_where_the_api_refuses_for_longer(self) -> None:
        api = Api(lambda _: throttled(10), service="gandi")
        (answer,) = api.run(method="POST")
        assert isinstance(answer, TurnTooLate)
        assert answer.seconds == 10
        assert len(api.asked) == 1


class TestARefusal:
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
    def test_it_is_waited_out(self, method: str) -> None:
        api = Api(in_turn(throttled(5), 200))
        assert api.run(method=method) == [200]
        assert api.times() == [0, 5]
        assert api.counts.tally.calls == {("cloudflare", method, 429): 1, ("cloudflare", method, 200): 1}
        assert api.counts.tally.waits == {"cloudflare": (1, 5)}

    def test_all_wait_together(self) -> None:
        api = Api()
        api.handle = lambda _: throttled(3) if api.clock.time < 3 else httpx2.Response(200)
        assert api.run(8) == [200] * 8
        assert sorted(set(api.times())) == [0, 3]

    def test_who_comes_later_waits_too(self) -> None:
        api = Api(in_turn(throttled(3), 200))
        assert api.run(3, at_once=False) == [200] * 3
        assert api.times() == [0, 3, 3, 3]

    @pytest.mark.parametrize("seconds", [0, 1, 2, 5, 7, 300, 100_000])
    def test_one_that_lasts_is_told_after_seconds_and_holds_up_no_other(self, seconds: int) -> None:
        api = Api(lambda _: throttled(seconds))
        answers = api.run(20, method="POST")
        assert all(isinstance(one, TurnTooLate) for one in answers)
        assert api.clock.time <= 6

    def test_one_that_lasts_is_told_at_once_to_who_comes_meanwhile(self) -> None:
        api = Api(lambda _: throttled(60))
        answers = api.run(20, at_once=False)
        assert [str(one) for one in answers] == [
            "another 60 s, longer than is waited. Nothing was changed by this call"
        ] * 20
        assert (api.clock.time, len(api.asked)) == (0, 1)

    @given(st.lists(st.one_of(st.just(200), st.integers(0, 20)), min_size=1, max_size=30))
    def test_no_refusal_holds_up_a_request_for_more_than_seconds(self, answers: list[int]) -> None:
        api = Api(in_turn(*(one if one == 200 else throttled(one) for one in answers), 200))
        for _ in range(len(answers)):
            began = api.clock.time
            (answer,) = api.run()
            assert answer == 200 or isinstance(answer, TurnTooLate)
            assert api.clock.time - began <= 6

    def test_one_of_long_ago_costs_the_next_no_patience(self) -> None:
        api = Api()
        api.handle = lambda _: throttled(5) if api.clock.time % 300 < 5 else httpx2.Response(200)

        async def calls() -> list[int]:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(api.answer)) as client:
                pace = Pacer(DIALECTS["cloudflare"], 0.25, api.counts, api.clock)
                first = await pace.send(client, client.build_request("GET", URL))
                await api.clock.sleep(300 - api.clock.time)
                return [first.status_code, (await pace.send(client, client.build_request("GET", URL))).status_code]

        assert api.clock.run(calls()) == [200, 200]
        assert api.clock.time == 305


BROKEN = [httpx2.ReadError, httpx2.ReadTimeout, httpx2.RemoteProtocolError, httpx2.WriteError, httpx2.WriteTimeout]
NEVER_SENT = [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout]


class TestFaults:
    @pytest.mark.parametrize("fault", [*BROKEN, *NEVER_SENT, 500, 502, 503, 504, 524])
    def test_a_read_is_asked_again(self, fault: int | type[httpx2.RequestError]) -> None:
        api = Api(in_turn(fault, fault, 200))
        assert api.run() == [200]
        assert api.times() == pytest.approx([0, 0.225, 0.675])

    @pytest.mark.parametrize("fault", BROKEN)
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_a_write_that_may_have_been_carried_out_is_lost(
        self, method: str, fault: type[httpx2.RequestError]
    ) -> None:
        api = Api(in_turn(fault, 200))
        (answer,) = api.run(method=method)
        assert isinstance(answer, AnswerLost)
        assert str(answer) == "it broke"
        assert len(api.asked) == 1
        assert api.counts.tally.calls == {("cloudflare", method, 0): 1}

    @pytest.mark.parametrize("fault", NEVER_SENT)
    def test_a_write_that_was_never_sent_is_sent_again(self, fault: type[httpx2.RequestError]) -> None:
        api = Api(in_turn(fault, 201))
        assert api.run(method="POST") == [201]

    def test_a_fault_of_the_server_is_the_answer_to_a_write(self) -> None:
        api = Api(in_turn(502, 200))
        assert api.run(method="POST") == [502]
        assert len(api.asked) == 1

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_an_api_that_is_away_is_told_after_some_tries(self, method: str) -> None:
        api = Api(in_turn(httpx2.ConnectError))
        (answer,) = api.run(method=method)
        assert isinstance(answer, ApiUnreachable)
        assert str(answer) == "it broke"
        assert len(api.asked) == 4

    def test_a_fault_that_stays_is_the_answer_to_a_read(self) -> None:
        api = Api(in_turn(503))
        assert api.run() == [503]
        assert len(api.asked) == 4

    def test_an_answer_that_breaks_off_is_lost_too(self) -> None:
        async def half() -> AsyncIterator[bytes]:
            yield b"{"
            raise httpx2.ReadError("it broke off")

        api = Api(lambda _: httpx2.Response(200, content=half()))
        (answer,) = api.run(method="POST")
        assert isinstance(answer, AnswerLost)
        assert str(answer) == "it broke off"

    def test_refusals_of_the_api_are_answers(self) -> None:
        api = Api(in_turn(400))
        assert api.run(method="POST") == [400]
        assert len(api.asked) == 1


class TestAnEndInTheMiddle:
    def test_who_waits_can_be_cancelled_and_the_others_go_on(self) -> None:
        api = Api()

        async def calls() -> None:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(api.answer)) as client:
                pace = Pacer(DIALECTS["cloudflare"], 1 / 1200, api.counts, api.clock)
                tasks = [asyncio.ensure_future(pace.send(client, client.build_request("GET", URL))) for _ in range(5)]
                await tasks[0]
                for task in (tasks[1], tasks[3]):
                    task.cancel()
                done = await asyncio.gather(*tasks, return_exceptions=True)
                assert [type(one) for one in done] == [
                    httpx2.Response,
                    asyncio.CancelledError,
                    httpx2.Response,
                    asyncio.CancelledError,
                    httpx2.Response,
                ]

        api.clock.run(calls())
        assert api.times() == pytest.approx([0, 300, 600])

    def test_by_the_machines_clock_it_ends_at_once(self) -> None:
        async def calls() -> None:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: throttled(5))) as client:
                pace = Pacer(DIALECTS["cloudflare"], 0.25, Counts())
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(pace.send(client, client.build_request("GET", URL)), 0.01)

        asyncio.run(calls())


class TestWhoMayNotWriteAnyMore:
    def test_sends_no_write(self) -> None:
        api = Api()
        api.may_write = False
        (refused,) = api.run(method="POST")
        assert isinstance(refused, ApiUnreachable)
        assert api.asked == []

    def test_may_still_read(self) -> None:
        api = Api()
        api.may_write = False
        assert api.run() == [200]

    def test_does_not_send_again_what_was_refused_while_it_might(self) -> None:
        def refuse(_: httpx2.Request) -> httpx2.Response:
            api.may_write = False
            return throttled(1)

        api = Api(refuse)
        (refused,) = api.run(method="POST")
        assert isinstance(refused, ApiUnreachable)
        assert len(api.asked) == 1
