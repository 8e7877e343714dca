"""Metrics of this process: its version, leadership, settings, address cache, the size of its state, its calls to APIs.

Calls of the engine's plugins go through the API proxy of this process, and are counted with its own.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from cli.events import Cached, Leadership, Mended, Reloaded, Role
from cli.metrics.levels import Maker
from cli.reconcile.events import Dispatch
from cli.session.backend import state_folder
from stacks.model.api_calls import Call
from stacks.model.shards import estate_of

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
NO_ANSWER = "none"
"""The status of a call that nobody answered."""
StateSize = Callable[[], int | None]
"""Gives the bytes of the stack's state; None where nobody knows."""
_RESULTS = ("succeeded", "failed")


class ProcessMetrics:
    """The process: version, leadership, settings, address cache."""

    def __init__(self, make: Maker, engine: str, state_size: StateSize) -> None:
        """engine: its version, "" where it is not known."""
        build = make.gauge("truenorth_build_info", "Always 1.", "version", "engine", "python_version")
        build.labels(version("truenorth"), engine, platform.python_version()).set(1)
        make.registry.register(_State(state_size))
        self._leads = make.gauge("truenorth_leader", "Whether this process leads (1), which it does where it is alone.")
        self._passed = make.counter(
            "truenorth_lease_transitions_total", "How often the lease has passed on while this process ran."
        )
        self._transitions: int | None = None
        self._cached = make.counter(
            "truenorth_address_cache_operations_total",
            "How often the cluster's address cache was written or read.",
            "operation",
            "outcome",
        )
        self._cached_at = make.gauge(
            "truenorth_address_cache_timestamp_seconds", "When the address cache was last written or read with success."
        )
        self._reloads = make.counter(
            "truenorth_settings_reloads_total",
            "How often the settings have changed, and could be used or not.",
            "outcome",
        )
        self._reloaded = make.gauge(
            "truenorth_settings_last_reload_successful", "Whether the settings' last change could be used (1) or not."
        )
        self._reloaded_at = make.gauge(
            "truenorth_settings_last_reload_success_timestamp_seconds", "When the settings in use were read."
        )
        self._reloaded.set(1)
        self._reloaded_at.set_to_current_time()
        self._mended = make.counter("truenorth_mended_total", "What was put right, or needed a person, after a crash.")
        for result in _RESULTS:
            self._reloads.labels(result)
            for operation in ("read", "write"):
                self._cached.labels(operation, result)

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
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
        """Count transitions from the first value on; a lease that is made anew begins with 0."""
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


class CallMetrics:
    """The calls to APIs, counted from any thread."""

    def __init__(self, make: Maker) -> None:
        self._seconds = make.histogram(
            "truenorth_api_request_duration_seconds",
            "Calls to APIs by this process, and by the engine's plugins through its bridge, until the answer began.",
            "service",
            "method",
            "status",
            buckets=SECONDS,
        )
        self._retries = make.counter(
            "truenorth_api_retries_total",
            "Tries of calls that were made again, by what they came to.",
            "service",
            "status",
        )

    def on_event(self, call: Call) -> None:
        """Take an event."""
        self._seconds.labels(call.service, call.method, _named(call.status)).observe(call.seconds)
        for status in call.retried:
            self._retries.labels(call.service, _named(status)).inc()


def _named(status: int) -> str:
    return str(status) if status else NO_ANSWER


def state_size(backend: str, project: str, stack: str) -> int | None:
    """The bytes of the checkpoints of all stacks of the estate; None where there is none yet, or they are in no folder.

    backend: its URL. project: the name of the stack's project. https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
    """
    folder = state_folder(backend)
    if folder is None:
        return None
    sizes = {}
    for ending in (".json.gz", ".json"):  # the engine writes the one, and leaves the other where that was changed
        for file in (folder / "stacks" / project).glob(f"{stack}*{ending}"):
            name = file.name.removesuffix(ending)
            if estate_of(name) == stack:
                with suppress(FileNotFoundError):  # it is written anew just now
                    sizes[name] = file.stat().st_size
    return sum(sizes.values()) if sizes else None
