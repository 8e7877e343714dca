from __future__ import annotations

from cli.apiproxy.counts import COUNTED, Counts, ProxyEvent
from tests.cli.metrics.telling import Told

CLOUDFLARE = {"service": "cloudflare"}


def test_batches_are_counted_with_their_operations(told: Told) -> None:
    with told.metrics.listening():
        COUNTED.publish(ProxyEvent("batch", "cloudflare", 200))
        COUNTED.publish(ProxyEvent("batch", "cloudflare", 3))
    assert told.value("truenorth_bridge_batch_operations_count", **CLOUDFLARE) == 2
    assert told.value("truenorth_bridge_batch_operations_sum", **CLOUDFLARE) == 203
    assert told.value("truenorth_bridge_batch_operations_bucket", **CLOUDFLARE, le="5.0") == 1


def test_waits_are_counted_with_their_seconds(told: Told) -> None:
    with told.metrics.listening():
        COUNTED.publish(ProxyEvent("wait", "gandi", 2.5))
    assert told.value("truenorth_bridge_wait_seconds_count", service="gandi") == 1
    assert told.value("truenorth_bridge_wait_seconds_sum", service="gandi") == 2.5


def test_refusals_are_counted_by_their_reason(told: Told) -> None:
    with told.metrics.listening():
        COUNTED.publish(ProxyEvent("refusal", "cloudflare", reason="fence"))
    assert told.value("truenorth_bridge_refusals_total", **CLOUDFLARE, reason="fence") == 1


def test_reads_without_a_call_settled_answers_and_foreseen_writes_are_counted(told: Told) -> None:
    with told.metrics.listening():
        COUNTED.publish(ProxyEvent("mirror", "cloudflare"))
        COUNTED.publish(ProxyEvent("settled", "gandi"))
        COUNTED.publish(ProxyEvent("claimed", "cloudflare"))
        COUNTED.publish(ProxyEvent("unclaimed", "cloudflare", 7))
    assert told.value("truenorth_bridge_listing_reads_total", **CLOUDFLARE) == 1
    assert told.value("truenorth_bridge_settled_total", service="gandi") == 1
    assert told.value("truenorth_bridge_foreseen_total", **CLOUDFLARE, outcome="claimed") == 1
    assert told.value("truenorth_bridge_foreseen_total", **CLOUDFLARE, outcome="unclaimed") == 7


def test_a_bridges_calls_are_among_the_calls_to_apis(told: Told) -> None:
    with told.metrics.listening():
        Counts().call("cloudflare", "POST", ((429, 0.5), (200, 0.25)))
    labels = {**CLOUDFLARE, "method": "POST", "status": "200"}
    assert told.value("truenorth_api_request_duration_seconds_sum", **labels) == 0.75
    assert told.value("truenorth_api_retries_total", **CLOUDFLARE, status="429") == 1


def test_nothing_is_counted_after_the_end(told: Told) -> None:
    with told.metrics.listening():
        pass
    COUNTED.publish(ProxyEvent("mirror", "cloudflare"))
    assert told.series("truenorth_bridge_listing_reads_total") == []
