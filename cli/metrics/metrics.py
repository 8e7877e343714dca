"""The metrics of `truenorth watch` in the formats of Prometheus.

https://prometheus.io/docs/instrumenting/exposition_formats/. Labels hold no name of a record and no secret: how many
series there are depends on how many zones, clusters and sources the settings have, not on how many names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder

from cli.apiproxy.counts import COUNTED
from cli.engine.events import EngineEvent
from cli.metrics.apiproxy import ApiProxyMetrics
from cli.metrics.balancing import BalancingMetrics
from cli.metrics.compatible import EsddnsMetrics, ExternalDnsMetrics
from cli.metrics.convergences import ConvergenceMetrics
from cli.metrics.detection import DetectionMetrics
from cli.metrics.engine import EngineMetrics
from cli.metrics.levels import Maker
from cli.metrics.process import CallMetrics, ProcessMetrics, StateSize
from cli.metrics.timing import TimingMetrics
from cli.metrics.world import WorldMetrics
from cli.reconcile.events import Dispatch
from stacks.model.api_calls import CALLS
from stacks.observe.wan.detect import DETECTIONS


class Metrics:
    """All metrics, which any thread may change and read at any time.

    zones: those of the settings; engine: the engine's version; state_size: see `cli.metrics.process.state_size`.
    """

    def __init__(self, zones: Sequence[str] = (), *, engine: str = "", state_size: StateSize = lambda: None) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # a series more for each, which nobody asks for
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        make = Maker(registry)
        self._engine, self._esddns = EngineMetrics(make), EsddnsMetrics(make, zones)
        self._subjects = (
            ConvergenceMetrics(make),
            TimingMetrics(make),
            WorldMetrics(make),
            BalancingMetrics(make),
            ProcessMetrics(make, engine, state_size),
            self._engine,
            self._esddns,
            ExternalDnsMetrics(make),
        )
        self._calls, self._api_proxy, self._detections = (
            CallMetrics(make),
            ApiProxyMetrics(registry),
            DetectionMetrics(make),
        )

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        for subject in self._subjects:
            subject.on_event(dispatch)

    def on_engine_event(self, event: EngineEvent) -> None:
        """Take an event of the engine."""
        self._engine.on_engine_event(event)
        self._esddns.on_engine_event(event)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count within the block what this process asks of APIs, and of the sources of WAN addresses."""
        with (
            CALLS.listening(self._calls.on_event),
            COUNTED.listening(self._api_proxy.on_event),
            DETECTIONS.listening(self._detections.on_event),
        ):
            yield

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """All metrics as they are now, and their content type. accept: that header of the request, if it has one."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type
