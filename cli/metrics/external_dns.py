"""The metrics of external-dns that mean exactly the same here, under its names, for dashboards that know those.

https://kubernetes-sigs.github.io/external-dns/latest/docs/monitoring/metrics/
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from cli.events import Begun, Cause, Failure, Leadership, Role
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence


class ExternalDns:
    """Hears of turns."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempt = Gauge(
            "external_dns_controller_last_reconcile_timestamp_seconds",
            "As truenorth_last_attempt_timestamp_seconds.",
            registry=registry,
        )
        self._success = Gauge(
            "external_dns_controller_last_sync_timestamp_seconds",
            "As truenorth_last_success_timestamp_seconds.",
            registry=registry,
        )
        self._idle = Counter(
            "external_dns_controller_no_op_runs_total",
            'As truenorth_convergences_total{outcome="unchanged"}.',
            registry=registry,
        )
        self._errors = Gauge(
            "external_dns_controller_consecutive_soft_errors",
            "As truenorth_consecutive_failures.",
            registry=registry,
        )

    def on_event(self, dispatch: Dispatch) -> None:
        """Take note of it."""
        match dispatch.event:
            case Begun():
                self._attempt.set(dispatch.at.timestamp())
            case Convergence(runs=runs):
                self._success.set(dispatch.at.timestamp())
                self._errors.set(0)
                self._idle.inc(not runs)
            case Failure(cause=cause) if cause is not Cause.UNREAD:
                self._errors.inc()
            case Leadership(role=Role.STANDBY):
                self._errors.set(0)
            case _:
                pass
