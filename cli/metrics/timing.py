"""Metrics of time: how long convergences take, and how soon a change is in the zone and seen by the world."""

from __future__ import annotations

from cli.events import Begun, Cause, Failure, Trigger
from cli.metrics.levels import Maker
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence, Planned
from stacks.model.confirmation import Confirmed

SECONDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)


class TimingMetrics:
    """The times from a trigger to a plan, to records, and to the answers of name servers."""

    def __init__(self, make: Maker) -> None:
        self._seconds = make.histogram(
            "truenorth_convergence_duration_seconds",
            "From the first look at the world to the last record.",
            "outcome",
            buckets=SECONDS,
        )
        self._asked = make.counter("truenorth_triggers_total", "What has asked for a convergence.", "trigger")
        self._to_record = make.histogram(
            "truenorth_change_to_record_seconds",
            "From a change that was seen to the records that follow it, where a convergence has changed any.",
            "trigger",
            buckets=SECONDS,
        )
        self._processing = make.histogram(
            "truenorth_object_processing_seconds",
            "From a change of a cluster's objects that was seen to its plan (planned), and to the end of the "
            "convergence that carries it out (converged).",
            "stage",
            buckets=SECONDS,
        )
        self._confirming = make.histogram(
            "truenorth_confirmation_seconds",
            "Until the zone's name servers answered what was written.",
            buckets=SECONDS,
        )
        self._unconfirmed = make.counter(
            "truenorth_unconfirmed_total", "Record sets that the zone's name servers did not answer in time."
        )
        self._begun: float | None = None
        for trigger in Trigger:
            self._asked.labels(trigger.value)

    def on_event(self, dispatch: Dispatch) -> None:
        """Measure the time to an event."""
        match dispatch.event:
            case Begun():
                self._begun = dispatch.monotonic
                for trigger in dispatch.turn.triggers if dispatch.turn else ():
                    self._asked.labels(trigger.value).inc()
            case Planned():
                self._processed(dispatch, "planned")
            case Convergence() as done:
                self._seconds.labels("changed" if done.runs else "unchanged").observe(done.seconds, _exemplar(dispatch))
                if dispatch.turn and done.runs and done.is_changing:
                    first = dispatch.turn.triggers[0].value
                    self._to_record.labels(first).observe(_since_asked(dispatch), _exemplar(dispatch))
                self._processed(dispatch, "converged")
            case Failure(cause=cause) if cause is not Cause.UNREAD and self._begun is not None:
                self._seconds.labels("failed").observe(dispatch.monotonic - self._begun, _exemplar(dispatch))
            case Confirmation(outcomes=outcomes):
                for outcome in outcomes:
                    if isinstance(outcome, Confirmed):
                        self._confirming.observe(outcome.seconds)
                    else:
                        self._unconfirmed.inc()
            case _:
                pass

    def _processed(self, dispatch: Dispatch, stage: str) -> None:
        if dispatch.turn and Trigger.OBJECTS in dispatch.turn.triggers:
            self._processing.labels(stage).observe(_since_asked(dispatch), _exemplar(dispatch))


def _since_asked(dispatch: Dispatch) -> float:
    return max(0.0, dispatch.monotonic - dispatch.turn.asked) if dispatch.turn else 0.0


def _exemplar(dispatch: Dispatch) -> dict[str, str] | None:
    """The id of the convergence, as the log has it: OpenMetrics shows it beside the bucket that it fell into."""
    return {"convergence": dispatch.turn.id} if dispatch.turn else None
