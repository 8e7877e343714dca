"""Metrics of this process: what it is, whether it leads, its settings and address cache, and its state's size."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from cli.events import Cached, Leadership, Mended, Reloaded, Role
from cli.reconcile.events import Dispatch

StateSize = Callable[[], int | None]
"""Gives the bytes of the stack's state; None where nobody knows."""
_RESULTS = ("succeeded", "failed")


class Process:
    """Hears of what concerns the process."""

    def __init__(self, registry: CollectorRegistry, engine: str, state_size: StateSize) -> None:
        """engine: its version, "" where it is not known."""

        def counter(name: str, documentation: str, *labels: str) -> Counter:
            return Counter(name, documentation, labels, registry=registry)

        def gauge(name: str, documentation: str) -> Gauge:
            return Gauge(name, documentation, registry=registry)

        build = Gauge("truenorth_build_info", "Always 1.", ["version", "engine", "python_version"], registry=registry)
        build.labels(version("truenorth"), engine, platform.python_version()).set(1)
        registry.register(_State(state_size))
        self._leads = gauge("truenorth_leader", "Whether this process leads (1), which it does where it is alone.")
        self._passed = counter(
            "truenorth_lease_transitions_total", "How often the lease has passed on while this process ran."
        )
        self._transitions: int | None = None
        self._cached = counter(
            "truenorth_address_cache_operations_total",
            "How often the cluster's address cache was written or read.",
            "operation",
            "outcome",
        )
        self._cached_at = gauge(
            "truenorth_address_cache_timestamp_seconds", "When the address cache was last written or read with success."
        )
        self._reloads = counter(
            "truenorth_settings_reloads_total",
            "How often the settings have changed, and could be used or not.",
            "outcome",
        )
        self._reloaded = gauge(
            "truenorth_settings_last_reload_successful", "Whether the settings' last change could be used (1) or not."
        )
        self._reloaded_at = gauge(
            "truenorth_settings_last_reload_success_timestamp_seconds", "When the settings in use were read."
        )
        self._reloaded.set(1)
        self._reloaded_at.set_to_current_time()
        self._mended = counter("truenorth_mended_total", "What was put right, or needed a person, after a crash.")
        for result in _RESULTS:
            self._reloads.labels(result)
            for operation in ("read", "write"):
                self._cached.labels(operation, result)

    def on_event(self, dispatch: Dispatch) -> None:
        """Take note of it."""
        now = dispatch.at.timestamp()
        match dispatch.event:
            case Leadership() as leadership:
                self._leads.set(leadership.role is not Role.STANDBY)
                self._count_transitions(leadership.transitions)
            case Cached(written=written, problem=problem):
                self._cached.labels("write" if written else "read", _RESULTS[bool(problem)]).inc()
                if not problem:
                    self._cached_at.set(now)
            case Reloaded(problem=problem):
                self._reloads.labels(_RESULTS[bool(problem)]).inc()
                self._reloaded.set(not problem)
                if not problem:
                    self._reloaded_at.set(now)
            case Mended():
                self._mended.inc()
            case _:
                pass

    def _count_transitions(self, transitions: int) -> None:
        """Count from what is heard first: a process that begins has seen none. A lease made anew begins with none."""
        if self._transitions is not None:
            is_same_lease = transitions >= self._transitions
            self._passed.inc(transitions - self._transitions if is_same_lease else transitions)
        self._transitions = transitions


class _State(Collector):
    def __init__(self, size: StateSize) -> None:
        self._size = size

    def describe(self) -> Iterable[Metric]:
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        family = self._family()
        size = self._size()
        if size is not None:
            family.add_metric((), size)
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily("truenorth_state_size_bytes", "The size of the stack's state.", labels=())
