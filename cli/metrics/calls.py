"""Metrics of the calls to APIs that this process makes: zones are listed, clusters watched, leases renewed.

What the engine's plugins ask of Cloudflare and Gandi goes through the API proxy of this process, and is among them.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from stacks.model.api_calls import Call

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
NO_ANSWER = "none"
"""The status of a call that nobody answered."""


class Calls:
    """Hears of calls, from any thread."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "truenorth_api_request_duration_seconds",
            "Calls to APIs by this process, and by the engine's plugins through its API proxy, until the answer began.",
            ["service", "method", "status"],
            registry=registry,
            buckets=SECONDS,
        )
        self._retries = Counter(
            "truenorth_api_retries_total",
            "Tries of calls that were made again, by what they came to.",
            ["service", "status"],
            registry=registry,
        )

    def hear(self, call: Call) -> None:
        """Take note of it."""
        self._seconds.labels(call.service, call.method, _named(call.status)).observe(call.seconds)
        for status in call.retried:
            self._retries.labels(call.service, _named(status)).inc()


def _named(status: int) -> str:
    return str(status) if status else NO_ANSWER
