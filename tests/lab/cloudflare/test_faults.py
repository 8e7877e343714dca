"""What can be made to go wrong, as a client sees it."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import requests

from lab.api.faults import Effect, Fault
from lab.cloudflare.server import application

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api

WWW = {"type": "A", "name": "www", "content": "192.0.2.1"}


def test_a_dropped_connection_leaves_nothing_done(
    api: Api, cloudflare: Cloudflare, zone: Zone, records_path: str
) -> None:
    cloudflare.faults.add(Fault(Effect.DROP, times=1))
    with pytest.raises(requests.ConnectionError):
        api("POST", records_path, WWW)
    assert cloudflare.records(zone.id) == []
    assert api("POST", records_path, WWW).status_code == 200


def test_a_lost_answer_leaves_the_record(api: Api, cloudflare: Cloudflare, zone: Zone, records_path: str) -> None:
    cloudflare.faults.add(Fault(Effect.LOSE_ANSWER, method="POST", times=1))
    with pytest.raises(requests.ConnectionError):
        api("POST", records_path, WWW)
    assert [record.name for record in cloudflare.records(zone.id)] == ["www.example.com"]
    assert [(entry.method, entry.status) for entry in cloudflare.requests] == [("POST", None)]


def test_throttling_says_when_to_come_back(api: Api, cloudflare: Cloudflare, zone: Zone, records_path: str) -> None:
    cloudflare.faults.add(Fault(Effect.THROTTLE, seconds=7, times=1))
    answer = api("POST", records_path, WWW)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert cloudflare.records(zone.id) == []


@pytest.mark.parametrize(
    ("status", "title"), [(502, "502 Bad Gateway"), (503, "503 Service Unavailable"), (522, "522")]
)
def test_the_edge_answers_in_html(api: Api, cloudflare: Cloudflare, status: int, title: str) -> None:
    cloudflare.faults.add(Fault(Effect.SERVER_ERROR, status=status))
    answer = api("GET", "/zones")
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert f"<title>{title}" in answer.text
    assert answer.headers["Server"] == "cloudflare"


def test_the_api_itself_fails_in_json(api: Api, cloudflare: Cloudflare) -> None:
    cloudflare.faults.add(Fault(Effect.SERVER_ERROR, status=500))
    answer = api("GET", "/zones")
    assert (answer.status_code, answer.json()["success"]) == (500, False)


def test_latency_delays_and_lets_the_next_rule_strike(api: Api, cloudflare: Cloudflare) -> None:
    rules = [Fault(Effect.LATENCY, seconds=0.1), Fault(Effect.LATENCY, seconds=0.1), Fault(Effect.THROTTLE, times=1)]
    cloudflare.faults.set(rules)
    start = time.monotonic()
    assert api("GET", "/zones").status_code == 429
    assert time.monotonic() - start >= 0.2
    assert api("GET", "/zones").status_code == 200


def test_a_late_answer_is_to_what_is_done_already(
    api: Api, cloudflare: Cloudflare, zone: Zone, records_path: str
) -> None:
    cloudflare.faults.add(Fault(Effect.LATE_ANSWER, method="POST", seconds=60))
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{api.base}{records_path}", json=WWW, headers=dict(api.headers), timeout=0.1)
    while not cloudflare.records(zone.id):
        time.sleep(0.01)
    cloudflare.faults.set([Fault(Effect.LATE_ANSWER, method="POST", seconds=0.2)])
    start = time.monotonic()
    assert api("POST", records_path, {**WWW, "content": "192.0.2.99"}).status_code == 200
    assert time.monotonic() - start >= 0.2


def test_a_slow_request_holds_up_no_other(api: Api, cloudflare: Cloudflare, base: str) -> None:
    cloudflare.faults.add(Fault(Effect.LATENCY, path="/accounts", seconds=60))
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{base}/accounts", timeout=0.1)
    start = time.monotonic()
    assert api("GET", "/zones").status_code == 200
    assert time.monotonic() - start < 30, "the slow request takes 60 s"


def test_what_is_held_is_done_once_the_rules_are_replaced_and_holds_up_no_other(
    api: Api, cloudflare: Cloudflare, zone: Zone, records_path: str
) -> None:
    cloudflare.faults.set([Fault(Effect.HOLD, method="POST", times=5), Fault(Effect.THROTTLE, path="/accounts")])
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(api, "POST", records_path, WWW)
        while cloudflare.faults.rules()[0].times == 5:
            time.sleep(0.01)
        assert api("GET", records_path).json()["result"] == []
        assert not answer.done()
        cloudflare.faults.clear()
        assert answer.result().status_code == 200
    assert [record.name for record in cloudflare.records(zone.id)] == ["www.example.com"]


@pytest.mark.parametrize("fault", [Fault(Effect.HOLD, method="POST"), Fault(Effect.LATENCY, method="POST", seconds=1)])
def test_what_waits_when_all_is_forgotten_is_never_done(
    api: Api, cloudflare: Cloudflare, zone: Zone, records_path: str, fault: Fault
) -> None:
    cloudflare.faults.set([replace(fault, times=5)])
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(api, "POST", records_path, WWW)
        while cloudflare.faults.rules()[0].times == 5:
            time.sleep(0.01)
        cloudflare.faults.forget()
        with pytest.raises(requests.ConnectionError):
            answer.result()
    assert cloudflare.records(zone.id) == []
    assert api("POST", records_path, WWW).status_code == 200


def test_a_rule_strikes_only_what_it_matches(api: Api, cloudflare: Cloudflare, records_path: str) -> None:
    cloudflare.faults.add(Fault(Effect.SERVER_ERROR, method="POST", path=r"/dns_records$"))
    assert api("GET", records_path).status_code == 200
    assert api("POST", f"{records_path}/batch", {}).status_code == 200
    assert api("POST", records_path, WWW).status_code == 502


def test_breaking_connections_needs_a_server_that_can(cloudflare: Cloudflare) -> None:
    cloudflare.faults.add(Fault(Effect.DROP))
    scope = {"type": "http", "method": "GET", "path": "/client/v4/zones", "headers": [], "query_string": b""}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: MutableMapping[str, object]) -> None:
        """Throw the answer of the error handler away."""

    with pytest.raises(RuntimeError, match="listening"):
        asyncio.run(application(cloudflare)(scope, receive, send))
