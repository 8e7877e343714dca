"""Calls over HTTP are published, against the lab's APIs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.api.faults import Effect, Fault
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from stacks.model.api_calls import CALLS, Call
from stacks.model.errors import ObservationError, UserError
from stacks.observe.zone import cloudflare, gandi
from stacks.settings.credentials import Credentials

TOKEN = "lab-token-0123456789abcdefghijklmnopqrst"


@pytest.fixture
def api() -> Cloudflare:
    world = Cloudflare(rate_limit=None)
    world.add_zone("example.com", "enterprise", "0123456789abcdef0123456789abcdef")
    world.add_token(TOKEN)
    return world


@pytest.fixture
def credentials(api: Cloudflare) -> Iterator[Credentials]:
    with serve(api) as url:
        yield Credentials(token=TOKEN, base_url=url)


@pytest.fixture
def calls() -> Iterator[list[Call]]:
    found: list[Call] = []
    with CALLS.listening(found.append):
        yield found


def told(calls: list[Call]) -> list[tuple[str, str, int, tuple[int, ...]]]:
    assert all(0 < one.seconds < 60 for one in calls)
    return [(one.service, one.method, one.status, one.retried) for one in calls]


def test_each_is_told_with_its_status(api: Cloudflare, credentials: Credentials, calls: list[Call]) -> None:
    cloudflare.snapshot(credentials, "example.com", "")
    assert told(calls) == [("cloudflare", "GET", 200, ())] * 2 == [("cloudflare", "GET", 200, ())] * len(api.requests)


def test_one_that_is_refused_has_a_status_too(credentials: Credentials, calls: list[Call]) -> None:
    with pytest.raises(UserError, match="refuses the credentials"):
        cloudflare.snapshot(replace(credentials, token="malformed token"), "example.com", "")
    assert [one.status // 100 for one in calls] == [4]


def test_tries_that_failed_are_told_with_the_one_that_did_not(
    api: Cloudflare, credentials: Credentials, calls: list[Call]
) -> None:
    api.faults.add(Fault(Effect.SERVER_ERROR, status=502, times=1))
    api.faults.add(Fault(Effect.DROP, times=1))
    cloudflare.snapshot(credentials, "example.com", next(iter(api.zones)))
    assert told(calls) == [("cloudflare", "GET", 200, (502, 0))]


def test_the_last_answer_counts_where_all_tries_fail(
    api: Cloudflare, credentials: Credentials, calls: list[Call]
) -> None:
    api.faults.add(Fault(Effect.SERVER_ERROR, status=503))
    with pytest.raises(ObservationError, match="answered 503"):
        cloudflare.snapshot(credentials, "example.com", next(iter(api.zones)))
    assert told(calls) == [("cloudflare", "GET", 503, (503, 503, 503))]


def test_one_without_an_answer_has_no_status(api: Cloudflare, credentials: Credentials, calls: list[Call]) -> None:
    api.faults.add(Fault(Effect.DROP))
    with pytest.raises(ObservationError, match="could not be asked"):
        cloudflare.snapshot(credentials, "example.com", next(iter(api.zones)))
    assert told(calls) == [("cloudflare", "GET", 0, ())]


def test_those_to_gandi_have_its_name(calls: list[Call]) -> None:
    with pytest.raises(ObservationError):
        gandi.snapshot(Credentials(token="t", base_url="http://127.0.0.1:1"), "example.com", "")
    assert told(calls) == [("gandi", "GET", 0, ())]
