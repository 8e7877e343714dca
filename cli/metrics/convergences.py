"""Metrics of convergences: their number, changes and failures."""

from __future__ import annotations

from collections import Counter as Count

from cli.events import Begun, Cause, Failure, Leadership, Role
from cli.metrics.levels import Maker
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused
from stacks.plan.changes import Action

_DRIFT = (Action.RESTORE, Action.CORRECT, Action.FORGET, Action.KEEP)
_OUTCOMES = ("changed", "unchanged", "failed")


class ConvergenceMetrics:
    """The outcomes of convergences and the changes that they make; how long they take is for `TimingMetrics`."""

    def __init__(self, make: Maker) -> None:
        self._ended = make.counter("truenorth_convergences_total", "Convergences that have ended.", "outcome")
        self._changes = make.counter("truenorth_changes_total", "Changes of records that were carried out.", "action")
        self._drift = make.counter(
            "truenorth_drift_found_total", "Records of ours that were changed or deleted behind our back.", "action"
        )
        self._planned = make.levels(
            "truenorth_planned_changes", "The size of the last plan: changes of records.", "action"
        )
        self._failures = make.counter("truenorth_failures_total", "Failures, by what failed.", "cause")
        self._in_a_row = make.gauge(
            "truenorth_consecutive_failures", "Convergences that have failed since one has not."
        )
        self._refusals = make.counter("truenorth_refusals_total", "Plans that the guard has refused, each told once.")
        self._refused = make.gauge(
            "truenorth_refused_changes", "Changes that the guard refuses now: they wait for a person."
        )
        self._attempt = make.gauge("truenorth_last_attempt_timestamp_seconds", "When a convergence last began.")
        self._success = make.gauge("truenorth_last_success_timestamp_seconds", "When a convergence last succeeded.")
        self._change = make.gauge("truenorth_last_change_timestamp_seconds", "When records were last changed.")
        # A counter that begins with its first event hides that event from `increase()`.
        for outcome in _OUTCOMES:
            self._ended.labels(outcome)
        for action in Action:
            self._changes.labels(action.value)
        for action in _DRIFT:
            self._drift.labels(action.value)
        for cause in Cause:
            self._failures.labels(cause.value)

    def on_event(self, dispatch: Dispatch) -> None:
        """Count an event."""
        match dispatch.event:
            case Begun():
                self._attempt.set(dispatch.at.timestamp())
            case Convergence() as done:
                self._done(done, dispatch.at.timestamp())
            case Failure(cause=cause):
                self._failures.labels(cause.value).inc()
                if cause is not Cause.UNREAD:  # else the rest was done, which is published as a convergence
                    self._in_a_row.inc()
                    self._ended.labels("failed").inc()
            case Refused() as refusal:
                self._refusals.inc()
                self._refused.set(len(refusal.problems))
            case Leadership(role=Role.STANDBY):
                self._planned.clear()
                self._refused.set(0)
                self._in_a_row.set(0)
            case _:
                pass

    def _done(self, done: Convergence, now: float) -> None:
        self._ended.labels("changed" if done.runs else "unchanged").inc()
        counts = Count(change.action for change in done.changes)
        self._planned.replace({(action.value,): counts[action] for action in Action})
        for action, count in counts.items():
            if done.runs:
                self._changes.labels(action.value).inc(count)
            if action in _DRIFT:
                self._drift.labels(action.value).inc(count)
        self._refused.set(0 if done.allowed_by else sum(len(one.changes) for one in done.refusals))
        self._in_a_row.set(0)
        self._success.set(now)
        if done.runs and done.is_changing:
            self._change.set(now)
