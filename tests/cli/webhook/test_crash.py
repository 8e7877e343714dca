"""A kill of either side at each step of a request: what external-dns asks for comes out the same."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
import requests

from lab import remote
from lab.world import FIRST_IPV4, ZONE
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told
from tests.cli.killing import kill_all
from tests.cli.webhook.external import MEDIA_TYPE, Document, Webhook, endpoint, serving

OWN = {f"own.{ZONE}/A": FIRST_IPV4}
BEFORE = tuple(endpoint(f"n{number}.{ZONE}", f"8.8.4.{number}") for number in range(1, 5))
AFTER = (
    endpoint(f"n1.{ZONE}", "8.8.4.1"),
    endpoint(f"n2.{ZONE}", "8.8.8.8"),
    endpoint(f"n3.{ZONE}", f"n1.{ZONE}", record_type="CNAME"),
    endpoint(f"new.{ZONE}", "8.8.4.4"),
)
WISHED = {
    f"n1.{ZONE}/A": "8.8.4.1",
    f"n2.{ZONE}/A": "8.8.8.8",
    f"n3.{ZONE}/CNAME": f"n1.{ZONE}",
    f"new.{ZONE}/A": "8.8.4.4",
}
LONG = 60.0
STEPS: dict[str, list[dict[str, Any]]] = {
    "listed": [{"effect": "latency", "seconds": LONG, "method": "GET", "path": "dns_records"}],
    "planned": [
        {"effect": "latency", "seconds": LONG, "method": "POST", "path": "dns_records"},
        {"effect": "drop", "method": "POST", "path": "dns_records"},  # it is not carried out in a later test's zone
    ],
    "written": [{"effect": "late_answer", "seconds": LONG, "method": "POST", "path": "dns_records"}],
    "answered": [],
}
"""What keeps the API busy at each step of a request."""
EVENTS = {"listed": "begin", "planned": "step"}
"""What is told right before."""


def until_busy(inside: Inside, watcher: subprocess.Popen[str], step: str) -> None:
    """Wait until the API is busy with the request of this step, which it tells of once that is done."""
    if step in EVENTS:
        told(watcher, EVENTS[step])
        return
    while not any(one.method == "POST" for one in remote.api_requests(inside.places)):
        assert watcher.poll() is None


def until_settled(webhook: Webhook, *wished: Document) -> None:
    """Ask again and again, as external-dns does, until nothing differs."""
    said = []
    for _ in range(5):
        answer = webhook.sync(*wished)
        if answer is None:
            return
        assert answer.status_code in {204, 503}
        said.append(answer.text)
    raise AssertionError(f"it still differs: {said}")


@pytest.mark.parametrize("step", STEPS)
def test_this_process_is_killed_and_the_next_one_ends_the_same(inside: Inside, step: str) -> None:
    inside.settings("own")
    with serving(inside, "--verbose") as (webhook, watcher), ThreadPoolExecutor(1) as asking:
        until_settled(webhook, *BEFORE)
        told(watcher, "requested")
        remote.forget_requests(inside.places)
        remote.set_faults(inside.places, STEPS[step])
        request = asking.submit(webhook.sync, *AFTER)
        if STEPS[step]:
            until_busy(inside, watcher, step)
        else:
            assert request.result() is not None
        kill_all(watcher)
        if STEPS[step]:
            with pytest.raises(requests.ConnectionError):
                request.result()
    remote.set_faults(inside.places, [])
    with serving(inside) as (webhook, watcher):
        assert set(OWN) < set(inside.zone()), "nothing is emptied before external-dns has said anything"
        until_settled(webhook, *AFTER)
        assert inside.zone() == {**WISHED, **OWN}
        assert ended(watcher) == 0
    assert inside.result("up")["changes"] == []


@pytest.mark.parametrize("step", ["listed", "planned", "written"])
def test_external_dns_goes_away_within_a_request_and_what_it_asked_for_is_there(inside: Inside, step: str) -> None:
    inside.settings("own")
    with serving(inside) as (webhook, watcher):
        until_settled(webhook, *BEFORE)
        told(watcher, "requested")
        remote.set_faults(inside.places, [{**STEPS[step][0], "seconds": 2.0, "times": 1}])
        lists = {"create": [AFTER[3]], "delete": [BEFORE[3]]}
        with closing(HTTPConnection(webhook.url.removeprefix("http://"))) as gone:
            gone.request("POST", "/records", json.dumps(lists), {"accept": MEDIA_TYPE, "content-type": MEDIA_TYPE})
            told(watcher, "begin")
        told(watcher, "result")
        until_settled(webhook, *AFTER)
        assert inside.zone() == {**WISHED, **OWN}
        assert ended(watcher) == 0
