"""The API proxy's life: it starts when it is needed, serves one convergence at a time, and ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from cli.apiproxy.cloudflare.operation import Operation
from cli.apiproxy.cloudflare.sender import Sender
from cli.apiproxy.http import Response
from cli.apiproxy.intent import Intent
from cli.apiproxy.journal import Journal, JournalEntry
from cli.apiproxy.pacer import SystemClock
from cli.apiproxy.proxy import ApiProxy
from lab.api.faults import Effect, Fault
from lab.plugin.cloudflare.configuration import faults
from stacks.settings.credentials import Credentials
from tests.cli.apiproxy.conftest import VARIABLE, Place


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name in {"api-proxy", "journal"}]


def test_nothing_runs_until_it_is_needed_nor_after_the_end() -> None:
    proxy = ApiProxy({VARIABLE: "http://127.0.0.1:1/client/v4"})
    assert threads() == []
    assert proxy.environment
    assert threads() == ["api-proxy"]
    proxy.close()
    proxy.close()
    assert threads() == []
    with pytest.raises(RuntimeError, match="closed"):
        proxy.environment  # noqa: B018 - asks


def test_the_urls_stay_and_are_on_loopback() -> None:
    with ApiProxy({VARIABLE: "https://api.cloudflare.com/client/v4", "GANDI_URL": "https://api.gandi.net"}) as proxy:
        first = proxy.environment
        with proxy.carrying_out(Intent("run"), None):
            assert proxy.environment == first
        assert proxy.environment == first
    assert set(first) == {VARIABLE, "GANDI_URL"}
    assert all(url.startswith("http://127.0.0.1:") for url in first.values())


def test_one_convergence_at_a_time(place: Place) -> None:
    with place.carrying_out():
        with pytest.raises(RuntimeError, match="one convergence"), place.carrying_out():
            pytest.fail("two at once")
        assert place.client("POST", "", place.a("www")).status_code == 200
    with place.carrying_out():
        pass


def test_what_is_none_of_its_paths_is_not_found(place: Place) -> None:
    root = place.proxy.environment[VARIABLE].removesuffix(VARIABLE)
    answer = requests.get(f"{root}other/zones", timeout=60)
    assert (answer.status_code, answer.json()["success"]) == (404, False)


@pytest.mark.parametrize("secret", ["", "x", "{SECRET}x", "{SECRET_BUT_ITS_END}", "%s"])
def test_who_does_not_know_the_secret_is_not_heard(place: Place, secret: str) -> None:
    """Not even with a token that is right, and in the midst of a convergence."""
    root, known, _ = place.proxy.environment[VARIABLE].rsplit("/", 2)
    told = secret.replace("{SECRET}", known).replace("{SECRET_BUT_ITS_END}", known[:-1])
    url = f"{root}/{told}/{VARIABLE}/zones/{place.zone.id}/dns_records"
    signed = {"Authorization": f"Bearer {place.token}"}
    with place.carrying_out():
        for method in ("GET", "POST", "DELETE"):
            answer = requests.request(method, url, json=place.a("evil"), headers=signed, timeout=60)
            assert (answer.status_code, answer.content) == (404, b"")
    assert place.calls() == []


def test_the_token_of_kept_plugins_has_the_form_that_the_real_plugin_asks_for(place: Place) -> None:
    assert faults({"apiToken": place.proxy.token}, {}) == []
    assert faults({}, {"CLOUDFLARE_API_TOKEN": place.proxy.token}) == []


def test_the_sdk_in_the_plugin_is_told_to_repeat_nothing(place: Place) -> None:
    with place.carrying_out():
        assert place.client("GET").headers["x-should-retry"] == "false"
        assert place.client("DELETE", f"/{'0' * 32}").headers["x-should-retry"] == "false"


def test_a_kept_plugin_signs_with_the_proxy_s_token_and_the_proxy_with_the_real_one(place: Place) -> None:
    stand_in = replace(place.client, token=place.proxy.token)
    place.proxy.sign_with({"cloudflare": Credentials(token=place.token)})
    with place.carrying_out():
        assert stand_in("POST", "", place.a("www")).status_code == 200
        assert replace(stand_in, token="another")("POST", "", place.a("api")).status_code in {400, 403}
    assert place.contents() == {"www": ["192.0.2.1"]}
    assert replace(place.direct, token=place.proxy.token)("GET").status_code in {400, 403}


def test_the_end_waits_for_what_is_under_way_and_drops_what_is_not(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_is_carried_out, second_is_queued, end_has_begun = threading.Event(), threading.Event(), threading.Event()
    landed, remember, stop = Journal.landed, Sender.remember, Sender.stop

    async def landed_late(journal: Journal, entries: Sequence[JournalEntry]) -> None:
        first_is_carried_out.set()
        await asyncio.to_thread(end_has_begun.wait, 60)
        await landed(journal, entries)

    def remembered(sender: Sender, operation: Operation) -> None:
        remember(sender, operation)
        if first_is_carried_out.is_set():
            second_is_queued.set()

    def stopped(sender: Sender, answer: Response) -> None:
        stop(sender, answer)
        end_has_begun.set()

    monkeypatch.setattr(Journal, "landed", landed_late)
    monkeypatch.setattr(Sender, "remember", remembered)
    monkeypatch.setattr(Sender, "stop", stopped)
    with ThreadPoolExecutor(2) as pool:
        with place.carrying_out():
            first = pool.submit(place.client, "POST", "", place.a("first"))
            assert first_is_carried_out.wait(60)
            second = pool.submit(place.client, "POST", "", place.a("second"))
            assert second_is_queued.wait(60)
        assert first.result().status_code == 200
        assert second.result().status_code in {403, 503}
    assert list(place.contents()) == ["first"]


def test_closing_ends_a_wait_for_the_api(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.cloudflare.faults.add(Fault(Effect.THROTTLE, seconds=5))
    waits = threading.Event()

    async def wait(_clock: SystemClock, _seconds: float) -> None:
        waits.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(SystemClock, "sleep", wait)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(place.client, "GET", "")
        assert waits.wait(60)
        place.proxy.close()
        with pytest.raises(requests.ConnectionError):
            asked.result()


def test_the_limit_of_the_api_is_waited_out(place: Place) -> None:
    place.cloudflare.faults.add(Fault(Effect.THROTTLE, method="POST", seconds=1, times=1))
    with place.carrying_out() as counts:
        answer = place.client("POST", "", place.a("www"))
    assert answer.status_code == 200
    assert "Retry-After" not in answer.headers
    assert counts.tally.calls == {("cloudflare", "POST", 200): 1, ("cloudflare", "POST", 429): 1}
