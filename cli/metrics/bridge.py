"""Metrics of the bridge between the engine's plugins and the APIs; its calls are among those of `cli.metrics.calls`."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from cli.apiproxy.counts import Counted

OPERATIONS = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 3500)
SECONDS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


class Bridge:
    """Hears of what any bridge of this process does, from any thread."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._operations = Histogram(
            "truenorth_bridge_batch_operations",
            "Writes of records that went out together in one call.",
            ["service"],
            registry=registry,
            buckets=OPERATIONS,
        )
        self._waits = Histogram(
            "truenorth_bridge_wait_seconds",
            "How long calls waited for their turn within the share of the API's limit, or for the end of a refusal.",
            ["service"],
            registry=registry,
            buckets=SECONDS,
        )
        self._refusals = Counter(
            "truenorth_bridge_refusals_total", "Requests refused, by why.", ["service", "reason"], registry=registry
        )
        self._reads = Counter(
            "truenorth_bridge_listing_reads_total",
            "Reads of single records answered from the listing of their zone, without a call.",
            ["service"],
            registry=registry,
        )
        self._settled = Counter(
            "truenorth_bridge_settled_total",
            "Writes without an answer that were looked up in the zone before they were reported.",
            ["service"],
            registry=registry,
        )
        self._foreseen = Counter(
            "truenorth_bridge_foreseen_total",
            "Writes of the plan that were carried out before the engine asked for them, by whether it did.",
            ["service", "outcome"],
            registry=registry,
        )

    def on_event(self, counted: Counted) -> None:
        """Take an event."""
        service, amount = counted.service, counted.amount
        match counted.what:
            case "batch":
                self._operations.labels(service).observe(amount)
            case "wait":
                self._waits.labels(service).observe(amount)
            case "refusal":
                self._refusals.labels(service, counted.reason).inc(amount)
            case "mirror":
                self._reads.labels(service).inc(amount)
            case "settled":
                self._settled.labels(service).inc(amount)
            case "claimed" | "unclaimed":
                self._foreseen.labels(service, counted.what).inc(amount)
