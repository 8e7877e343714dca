"""Metrics of the engine: its runs, and what its plugins did at the providers, step by step."""

from __future__ import annotations

from cli.engine.events import QUIET_OPERATIONS, EngineEvent, Step
from cli.events import Cause, Failure
from cli.metrics.levels import Maker
from cli.metrics.timing import SECONDS
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence

_OUTCOMES = {"done": "succeeded", "failed": "failed"}


class EngineMetrics:
    """The runs of the engine and their steps."""

    def __init__(self, make: Maker) -> None:
        self._runs = make.counter("truenorth_engine_runs_total", "Runs of the Pulumi engine.", "outcome")
        self._seconds = make.histogram(
            "truenorth_engine_run_duration_seconds",
            "How long a run of the Pulumi engine that succeeded has taken.",
            "operation",
            buckets=SECONDS,
        )
        self._steps = make.counter(
            "truenorth_engine_steps_total",
            "What the engine's plugins did to resources at the providers; of their calls to APIs they do not tell.",
            "type",
            "operation",
            "outcome",
        )
        for outcome in _OUTCOMES.values():
            self._runs.labels(outcome)

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        match dispatch.event:
            case Convergence(runs=runs):
                for run in runs:
                    self._runs.labels("succeeded").inc()
                    self._seconds.labels(run.operation).observe(run.seconds)
            case Failure(cause=Cause.ENGINE):
                self._runs.labels("failed").inc()
            case _:
                pass

    def on_engine_event(self, event: EngineEvent) -> None:
        """Take an event of the engine."""
        if isinstance(event, Step) and event.phase in _OUTCOMES and event.operation not in QUIET_OPERATIONS:
            self._steps.labels(event.type, event.operation, _OUTCOMES[event.phase]).inc()
