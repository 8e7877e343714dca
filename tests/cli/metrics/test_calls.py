from __future__ import annotations

from stacks.model.api_calls import CALLS, Call
from tests.cli.metrics.telling import Told

LABELS = {"service": "cloudflare", "method": "GET", "status": "200"}


def test_calls_are_counted_and_timed_by_service_method_and_status(told: Told) -> None:
    with told.metrics.listening():
        CALLS.publish(Call("cloudflare", "GET", 200, 0.25))
        CALLS.publish(Call("kubernetes", "PUT", 0, 2.0))
    assert told.value("truenorth_api_request_duration_seconds_sum", **LABELS) == 0.25
    assert told.value("truenorth_api_request_duration_seconds_count", **LABELS) == 1
    silent = {"service": "kubernetes", "method": "PUT", "status": "none"}
    assert told.value("truenorth_api_request_duration_seconds_sum", **silent) == 2.0


def test_tries_that_were_made_again_are_counted_by_what_they_came_to(told: Told) -> None:
    with told.metrics.listening():
        CALLS.publish(Call("gandi", "GET", 200, 1.0, (503, 503, 0)))
    assert told.series("truenorth_api_retries_total") == [
        ({"service": "gandi", "status": "503"}, 2),
        ({"service": "gandi", "status": "none"}, 1),
    ]


def test_nothing_is_counted_after_the_end(told: Told) -> None:
    with told.metrics.listening():
        pass
    CALLS.publish(Call("cloudflare", "GET", 200, 0.25))
    assert told.series("truenorth_api_request_duration_seconds_count") == []
