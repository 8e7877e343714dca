"""What watchdogs are told, when, and what happens where they do not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from cli.events import Begun, Failure, Fatal, Leadership, Role
from cli.notify import pings
from cli.notify.pings import Beating, healthchecks, pinging, uptime_kuma
from cli.notify.pulse import Pulse, Signal
from cli.reconcile.events import Subscriber
from cli.session.redactor import redactor
from stacks.model.errors import Refused, UserError
from stacks.settings.watch import NotificationSettings
from tests.cli.happenings import convergence, dispatch
from tests.cli.notify.conftest import DEADLINE, Hook

WRONG, RIGHT = Failure("HTTP 503", 2.0), convergence()
STANDBY = Leadership(Role.STANDBY, "pod-a", "pod-b")
LEADER = Leadership(Role.LEADER, "pod-b", "pod-b")
UP, DOWN = Signal("up", milliseconds=1500.0), Signal("down", "HTTP 503")
UUID = "0d338dcc-a054-11ec-b909-0242ac120002"


class TestAPulse:
    @pytest.mark.parametrize(
        ("heard", "now", "signal"),
        [
            ((), 0.0, None),
            ((Begun(),), 0.0, Signal("start")),
            ((Begun(), RIGHT), 0.0, UP),
            ((Begun(), RIGHT, Begun()), 0.0, UP),
            ((RIGHT, WRONG), 59.0, None),
            ((RIGHT, WRONG), 60.0, DOWN),
            ((RIGHT, WRONG, RIGHT), 60.0, UP),
            ((RIGHT, WRONG, Refused(())), 60.0, UP),
            ((convergence(unread="HTTP 503"), WRONG), 60.0, DOWN),
            ((RIGHT, STANDBY), 0.0, None),
            ((STANDBY, Begun()), 0.0, None),
            ((RIGHT, STANDBY, LEADER), 0.0, None),
            ((STANDBY, LEADER, Begun(), RIGHT), 0.0, UP),
            ((RIGHT, Fatal("no token", 2)), 0.0, Signal("down", "no token")),
            ((STANDBY, Fatal("no token", 2)), 0.0, Signal("down", "no token")),
        ],
    )
    def test_is_that_of_the_convergences_of_a_leader(
        self, heard: tuple[object, ...], now: float, signal: Signal | None
    ) -> None:
        pulse = Pulse(60.0)
        for event in heard:
            pulse.on_event(dispatch(event))  # type: ignore[arg-type]
        assert pulse.signal(now) == signal


class TestARequest:
    @pytest.mark.parametrize(
        ("signal", "expected"),
        [
            (Signal("start"), ("GET", f"https://hc-ping.com/{UUID}/start?create=1", "")),
            (UP, ("GET", f"https://hc-ping.com/{UUID}?create=1", "")),
            (DOWN, ("POST", f"https://hc-ping.com/{UUID}/fail?create=1", "HTTP 503")),
        ],
    )
    def test_to_healthchecks_has_the_signal_in_its_path(self, signal: Signal, expected: tuple[str, str, str]) -> None:
        assert healthchecks(urlsplit(f"https://hc-ping.com/{UUID}/?create=1"), signal) == expected

    @pytest.mark.parametrize(
        ("signal", "query"),
        [
            (UP, {"status": ["up"], "msg": ["OK"], "ping": ["1500"]}),
            (DOWN, {"status": ["down"], "msg": ["HTTP 503"], "ping": ["0"]}),
            (replace(DOWN, message="ä&" * 500), {"status": ["down"], "msg": ["ä&" * 125], "ping": ["0"]}),
        ],
    )
    def test_to_uptime_kuma_has_it_in_its_query(self, signal: Signal, query: dict[str, list[str]]) -> None:
        asked = uptime_kuma(urlsplit("https://kuma/api/push/abc?status=up&msg=OK&ping="), signal)
        assert asked is not None
        method, url, body = asked
        assert (method, body) == ("GET", "")
        assert url.startswith("https://kuma/api/push/abc?")
        assert parse_qs(urlsplit(url).query) == query

    def test_to_uptime_kuma_is_none_for_the_start(self) -> None:
        assert uptime_kuma(urlsplit("https://kuma/api/push/abc"), Signal("start")) is None


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine has its time to answer, and to say the last; a test of haste sets its own."""
    monkeypatch.setattr(pings, "TIMEOUT", (DEADLINE, 2 * DEADLINE))
    monkeypatch.setattr(pings, "LAST_SECONDS", DEADLINE)


@contextmanager
def watched(
    hook: Hook, complaints: list[str], *, beating: Beating = lambda: True, every: float = 300.0, **environment: str
) -> Iterator[Subscriber]:
    """A watchdog at the hook."""
    variables = {"TRUENORTH_PING_HEALTHCHECKS": f"http://127.0.0.1:{hook.port}/{UUID}", **environment}
    settings = NotificationSettings(failures_from=0, ping_every=300).model_copy(update={"ping_every": every})
    with pinging(settings, variables, redactor(variables), complaints.append, beating) as on_event:
        yield on_event


class TestAWatchdog:
    def test_hears_of_the_start_of_success_of_failure_and_of_success_again(self, hook: Hook) -> None:
        with watched(hook, []) as on_event:
            for event, path in ((Begun(), "/start"), (RIGHT, ""), (WRONG, "/fail"), (RIGHT, "")):
                on_event(dispatch(event))
                assert hook.next().path == f"/{UUID}{path}"
        assert hook.is_quiet()

    def test_hears_of_success_again_and_again(self, hook: Hook) -> None:
        with watched(hook, [], every=0.01) as on_event:
            on_event(dispatch(RIGHT))
            assert [hook.next().path for _ in range(3)] == [f"/{UUID}"] * 3

    def test_hears_nothing_more_of_a_loop_that_hangs(self, hook: Hook) -> None:
        hangs, asked = threading.Event(), threading.Event()

        def beating() -> bool:
            if hangs.is_set():
                asked.set()
            return not hangs.is_set()

        with watched(hook, [], beating=beating, every=0.01) as on_event:
            on_event(dispatch(RIGHT))
            hook.next()
            hangs.set()
            assert asked.wait(DEADLINE)
            while not hook.is_quiet():
                hook.next()
            asked.clear()
            assert asked.wait(DEADLINE)
            assert hook.is_quiet()

    def test_hears_why_it_fails_without_a_secret(self, hook: Hook) -> None:
        with watched(hook, [], CLOUDFLARE_API_TOKEN="squeamish") as on_event:
            on_event(dispatch(Failure("squeamish is refused", 1.0)))
            assert hook.next().body == "*** is refused"

    def test_hears_of_the_end_that_nothing_would_mend(self, hook: Hook) -> None:
        with watched(hook, []) as on_event:
            on_event(dispatch(Fatal("no token", 2)))
        assert (got := hook.next()).path == f"/{UUID}/fail"
        assert got.body == "no token"

    def test_of_a_standby_hears_nothing(self, hook: Hook) -> None:
        with watched(hook, []) as on_event:
            for event in (STANDBY, RIGHT, WRONG):
                on_event(dispatch(event))
        assert hook.is_quiet()

    def test_may_be_one_of_several(self, hook: Hook) -> None:
        kuma = f"http://127.0.0.1:{hook.port}/api/push/abcdefghij?status=up&msg=OK&ping="
        with watched(hook, [], TRUENORTH_PING_UPTIME_KUMA=kuma) as on_event:
            on_event(dispatch(RIGHT))
            paths = {hook.next().path for _ in range(2)}
        assert paths == {f"/{UUID}", "/api/push/abcdefghij?status=up&msg=OK&ping=1500"}


class TestAWatchdogThatDoesNotAnswer:
    def test_is_told_of_once_and_when_it_answers_again(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pings, "PAUSES", ())
        complaints: list[str] = []
        hook.status = 404
        with watched(hook, complaints, every=0.01) as on_event:
            on_event(dispatch(RIGHT))
            hook.next(), hook.next(), hook.next()
            hook.status = 200
            while len(complaints) == 1:
                hook.next()
        assert complaints == [
            "the watchdog at 127.0.0.1 cannot be pinged, and will raise the alarm: HTTP 404",
            "the watchdog at 127.0.0.1 can be pinged again",
        ]

    def test_is_asked_again(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pings, "PAUSES", (0.01,))
        hook.status = 503
        complaints: list[str] = []
        with watched(hook, complaints) as on_event:
            on_event(dispatch(RIGHT))
            assert hook.next() == hook.next()
        assert complaints == ["the watchdog at 127.0.0.1 cannot be pinged, and will raise the alarm: HTTP 503"]

    def test_delays_neither_the_loop_nor_for_long_the_end(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pings, "LAST_SECONDS", 0.2)
        hook.answering.clear()
        with watched(hook, []) as on_event:
            began = time.monotonic()
            on_event(dispatch(RIGHT))
            hook.next()
            on_event(dispatch(WRONG))
        assert time.monotonic() - began < DEADLINE / 2
        hook.answering.set()
        for thread in threading.enumerate():
            if thread.name == "ping":
                thread.join(DEADLINE)

    def test_is_told_of_without_its_address(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pings, "PAUSES", ())
        complaints: list[str] = []
        with watched(hook, complaints, TRUENORTH_PING_HEALTHCHECKS=f"http://127.0.0.1:1/{UUID}") as on_event:
            on_event(dispatch(RIGHT))
        assert complaints == ["the watchdog at 127.0.0.1 cannot be pinged, and will raise the alarm: ConnectionError"]


@pytest.mark.parametrize("url", ["ossifrage", "ftp://host/ossifrage", "https://ossifrage", "https://[host/ossifrage"])
def test_an_address_that_is_none_is_refused_without_its_secret(hook: Hook, url: str) -> None:
    with (
        pytest.raises(UserError, match="is no URL that can be pinged") as refused,
        watched(hook, [], TRUENORTH_PING_UPTIME_KUMA=f"https://kuma/api/push/abc {url}"),
    ):
        pass
    assert "TRUENORTH_PING_UPTIME_KUMA, address 2" in str(refused.value)
    assert "ossifrage" not in str(refused.value)
