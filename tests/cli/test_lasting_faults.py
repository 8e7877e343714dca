"""What an API answers for good ends a run within seconds, with one message, and holds up a loop for no longer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from lab import remote
from lab.world import GANDI_ZONE
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching

SOON = 100.0
"""Seconds within which a lasting fault ends a run, beside what a run takes that is well, on a busy machine.

Six on an idle one. It must not be minutes: those of the SDK's own repetitions, or the five that the API asks for.
"""
LASTING: dict[str, tuple[dict[str, object], str]] = {
    "500": ({"effect": "server_error", "status": 500}, "500"),
    "503 of the edge": ({"effect": "server_error", "status": 503}, "503"),
    "403 of the edge": ({"effect": "server_error", "status": 403}, "403"),
    "429 for ever": ({"effect": "throttle", "seconds": 1}, "429"),
    "429 without a pause": ({"effect": "throttle", "seconds": 0}, "429"),
    "429 for five minutes": ({"effect": "throttle", "seconds": 300}, "429"),
}
Set = Callable[[Inside, list[dict[str, object]]], None]
PROVIDERS: dict[str, tuple[dict[str, object], Set]] = {
    "cloudflare": ({}, lambda inside, faults: remote.set_faults(inside.places, faults)),
    "gandi": (
        {"zone": GANDI_ZONE, "provider": "gandi"},
        lambda inside, faults: remote.gandi_faults(inside.places, faults),
    ),
}
both_providers = pytest.mark.parametrize("provider", PROVIDERS)
each_fault = pytest.mark.parametrize("fault", LASTING)


@contextmanager
def writes_fail(inside: Inside, provider: str, fault: str) -> Iterator[None]:
    """Within the block each POST of a record is answered so."""
    _, set_faults = PROVIDERS[provider]
    set_faults(inside, [{**LASTING[fault][0], "method": "POST", "path": "records"}])
    try:
        yield
    finally:
        set_faults(inside, [])


def seconds_of_a_run(inside: Inside, **fields: object) -> float:
    """What a run takes here and now in which nothing is wrong."""
    inside.settings("first", **fields)
    began = time.monotonic()
    inside.result("up")
    return time.monotonic() - began


@both_providers
@each_fault
def test_writes_that_the_api_fails_for_good_end_it_soon_with_one_message(
    inside: Inside, provider: str, fault: str
) -> None:
    fields, _ = PROVIDERS[provider]
    ordinary = seconds_of_a_run(inside, **fields)
    inside.settings("first", "www", "api", "shop", **fields)
    with writes_fail(inside, provider, fault):
        began = time.monotonic()
        done = inside.run("up")
        seconds = time.monotonic() - began
    assert done.returncode == 1
    assert seconds < ordinary + SOON
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert LASTING[fault][1] in done.stderr
    assert not {"127.0.0.1", "CLOUDFLARE_BASE_URL", "urn:pulumi"} & set(done.stderr.replace("/", " ").split())
    inside.result("up")
    assert inside.result("up")["changes"] == []


@both_providers
@each_fault
def test_it_holds_up_a_loop_for_seconds(inside: Inside, provider: str, fault: str) -> None:
    fields, _ = PROVIDERS[provider]
    ordinary = seconds_of_a_run(inside, **fields)
    with watching(inside) as watcher:
        told(watcher, "result")
        with writes_fail(inside, provider, fault):
            began = time.monotonic()
            inside.settings("first", "www", **fields)
            failure = told(watcher, "failure")
            assert time.monotonic() - began < ordinary + SOON
            assert LASTING[fault][1] in failure["reason"]
        if fault != "429 for five minutes":  # which is kept to
            assert told(watcher, "result")["changes"] != []
        assert ended(watcher) == 0


def test_a_short_refusal_is_waited_out(inside: Inside) -> None:
    inside.settings("www", "api")
    remote.set_faults(inside.places, [{"effect": "throttle", "seconds": 2, "method": "POST", "times": 2}])
    done = inside.result("up")
    assert len(done["changes"]) == 4
