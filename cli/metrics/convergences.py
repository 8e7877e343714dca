"""Metrics of convergences: what asks for them, how long they take, what they change, and what they fail at."""

from __future__ import annotations

from collections import Counter as Count

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from cli.events import Begun, Cause, Failure, Leadership, Role, Trigger
from cli.metrics.levels import Levels
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence, Planned
from stacks.model.confirmation import Confirmed
from stacks.model.errors import Refused
from stacks.plan.changes import Action

SECONDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)
_DRIFT = (Action.RESTORE, Action.CORRECT, Action.FORGET)
_OUTCOMES = ("changed", "unchanged", "failed")


class Convergences:
    """Hears of turns."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, documentation: str, *labels: str) -> Counter:
            return Counter(name, documentation, labels, registry=registry)

        def moment(name: str, documentation: str) -> Gauge:
            return Gauge(name, documentation, registry=registry)

        def histogram(name: str, documentation: str, *labels: str) -> Histogram:
            return Histogram(name, documentation, labels, registry=registry, buckets=SECONDS)

        self._ended = counter("truenorth_convergences_total", "Convergences that have ended.", "outcome")
        self._seconds = histogram(
            "truenorth_convergence_duration_seconds", "From the first look at the world to the last record.", "outcome"
        )
        self._asked = counter("truenorth_triggers_total", "What has asked for a convergence.", "trigger")
        self._to_record = histogram(
            "truenorth_change_to_record_seconds",
            "From a change that was seen to the records that follow it, where a convergence has changed any.",
            "trigger",
        )
        self._processing = histogram(
            "truenorth_object_processing_seconds",
            "From a change of a cluster's objects that was seen to its plan (planned), and to the end of the "
            "convergence that carries it out (converged).",
            "stage",
        )
        self._confirming = histogram(
            "truenorth_confirmation_seconds", "Until the zone's name servers answered what was written."
        )
        self._unconfirmed = counter(
            "truenorth_unconfirmed_total", "Record sets that the zone's name servers did not answer in time."
        )
        self._changes = counter("truenorth_changes_total", "Changes of records that were carried out.", "action")
        self._drift = counter(
            "truenorth_drift_found_total", "Records of ours that were changed or deleted behind our back.", "action"
        )
        self._planned = Levels(
            registry, "truenorth_planned_changes", "The size of the last plan: changes of records.", ("action",)
        )
        self._failures = counter("truenorth_failures_total", "Failures, by what failed.", "cause")
        self._in_a_row = moment("truenorth_consecutive_failures", "Convergences that have failed since one has not.")
        self._refusals = counter("truenorth_refusals_total", "Plans that the guard has refused, each told once.")
        self._refused = moment(
            "truenorth_refused_changes", "Changes that the guard refuses now: they wait for a person."
        )
        self._attempt = moment("truenorth_last_attempt_timestamp_seconds", "When a convergence last began.")
        self._success = moment("truenorth_last_success_timestamp_seconds", "When a convergence last succeeded.")
        self._change = moment("truenorth_last_change_timestamp_seconds", "When records were last changed.")
        self._begun: float | None = None
        self._start_at_zero()

    def on_event(self, dispatch: Dispatch) -> None:
        """Take note of it."""
        match dispatch.event:
            case Begun():
                self._begin(dispatch)
            case Planned():
                self._time_of_object(dispatch, "planned")
            case Convergence() as done:
                self._done(dispatch, done)
            case Confirmation() as confirmation:
                self._confirmed(confirmation)
            case Failure() as failure:
                self._failed(dispatch, failure)
            case Refused() as refusal:
                self._refusals.inc()
                self._refused.set(len(refusal.problems))
            case Leadership(role=Role.STANDBY):
                self._planned.clear()
                self._refused.set(0)
                self._in_a_row.set(0)
            case _:
                pass

    def _start_at_zero(self) -> None:
        """A counter that begins with its first event hides it from `increase()`."""
        for outcome in _OUTCOMES:
            self._ended.labels(outcome)
        for action in Action:
            self._changes.labels(action.value)
        for action in _DRIFT:
            self._drift.labels(action.value)
        for trigger in Trigger:
            self._asked.labels(trigger.value)
        for cause in Cause:
            self._failures.labels(cause.value)

    def _begin(self, dispatch: Dispatch) -> None:
        self._begun = dispatch.monotonic
        self._attempt.set(dispatch.at.timestamp())
        for trigger in dispatch.turn.triggers if dispatch.turn else ():
            self._asked.labels(trigger.value).inc()

    def _done(self, dispatch: Dispatch, done: Convergence) -> None:
        outcome = "changed" if done.runs else "unchanged"
        self._ended.labels(outcome).inc()
        self._seconds.labels(outcome).observe(done.seconds, _exemplar(dispatch))
        counts = Count(change.action for change in done.changes)
        self._planned.replace({(action.value,): counts[action] for action in Action})
        for action, count in counts.items():
            if done.runs:
                self._changes.labels(action.value).inc(count)
            if action in _DRIFT:
                self._drift.labels(action.value).inc(count)
        self._refused.set(0 if done.allowed_by else sum(len(one.changes) for one in done.refusals))
        self._in_a_row.set(0)
        now = dispatch.at.timestamp()
        self._success.set(now)
        if done.runs and (done.changes or done.geo_changes):
            self._change.set(now)
            if dispatch.turn:
                first = dispatch.turn.triggers[0].value
                self._to_record.labels(first).observe(_since_asked(dispatch), _exemplar(dispatch))
        self._time_of_object(dispatch, "converged")

    def _time_of_object(self, dispatch: Dispatch, stage: str) -> None:
        if dispatch.turn and Trigger.OBJECTS in dispatch.turn.triggers:
            self._processing.labels(stage).observe(_since_asked(dispatch), _exemplar(dispatch))

    def _confirmed(self, confirmation: Confirmation) -> None:
        for outcome in confirmation.outcomes:
            if isinstance(outcome, Confirmed):
                self._confirming.observe(outcome.seconds)
            else:
                self._unconfirmed.inc()

    def _failed(self, dispatch: Dispatch, failure: Failure) -> None:
        self._failures.labels(failure.cause.value).inc()
        if failure.cause is Cause.UNREAD:
            return  # the rest was done: that was told as a convergence
        self._in_a_row.inc()
        self._ended.labels("failed").inc()
        if self._begun is not None:
            self._seconds.labels("failed").observe(dispatch.monotonic - self._begun, _exemplar(dispatch))


def _since_asked(dispatch: Dispatch) -> float:
    return max(0.0, dispatch.monotonic - dispatch.turn.asked) if dispatch.turn else 0.0


def _exemplar(dispatch: Dispatch) -> dict[str, str] | None:
    """The id of the convergence, as the log has it: OpenMetrics shows it beside the bucket that it fell into."""
    return {"convergence": dispatch.turn.id} if dispatch.turn else None
