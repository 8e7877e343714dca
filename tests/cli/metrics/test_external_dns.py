from __future__ import annotations

from cli.events import Begun, Cause, Failure
from cli.reconcile.events import Event
from tests.cli.metrics.telling import EPOCH, UP, Told, converged, settled

CONTROLLER = "external_dns_controller_"
SAME = {
    "last_reconcile_timestamp_seconds": "truenorth_last_attempt_timestamp_seconds",
    "last_sync_timestamp_seconds": "truenorth_last_success_timestamp_seconds",
    "consecutive_soft_errors": "truenorth_consecutive_failures",
}


def test_its_names_have_the_values_of_ours(told: Told) -> None:
    unread = Failure("", 1.0, Cause.UNREAD)
    turns: list[Event] = [Begun(), converged(runs=[UP]), Begun(), settled(), unread, Begun(), Failure("", 1.0)]
    for now, event in enumerate(turns, 1):
        told.now = now
        told.tell(event)
        for name, ours in SAME.items():
            assert told.value(CONTROLLER + name) == told.value(ours), name
    assert told.value(CONTROLLER + "last_sync_timestamp_seconds") == EPOCH + 4
    assert told.value(CONTROLLER + "consecutive_soft_errors") == 1
    assert told.value(CONTROLLER + "no_op_runs_total") == 1
