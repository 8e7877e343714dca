from __future__ import annotations

from dataclasses import replace

import pytest

from cli.events import Begun, Cause, Failure, Leadership, Role, Trigger
from cli.reconcile.confirm import Confirmation
from cli.reconcile.result import Planned
from components.records.record import Record
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.errors import Problem, Refused
from stacks.plan.changes import Action, Change
from stacks.plan.safety.refusal import Refusal
from tests.cli.metrics.telling import ADDRESS, EPOCH, UP, Told, converged, settled

WWW = Record("www.example.com", "A", "192.0.2.1", 1, proxied=False, comment="")


class TestTheTimeFromAChangeToItsRecords:
    def test_counts_from_when_it_was_seen(self, told: Told) -> None:
        told.now = 12.5
        told.tell(converged(runs=[UP]), triggers=ADDRESS, asked=10.0)
        assert told.value("truenorth_change_to_record_seconds_sum", trigger="address") == 2.5
        assert told.value("truenorth_change_to_record_seconds_count", trigger="address") == 1

    def test_belongs_to_what_asked_first(self, told: Told) -> None:
        told.tell(converged(runs=[UP]), triggers=(Trigger.OBJECTS, Trigger.DRIFT))
        assert [labels["trigger"] for labels, _ in told.series("truenorth_change_to_record_seconds_count")] == [
            "objects"
        ]

    def test_is_not_that_of_a_look_that_changes_nothing(self, told: Told) -> None:
        told.tell(settled(), triggers=(Trigger.DRIFT,))
        assert told.series("truenorth_change_to_record_seconds_count") == []

    def test_of_an_object_is_told_for_its_plan_too(self, told: Told) -> None:
        told.now = 1.0
        told.tell(Planned((), is_nothing=False), triggers=(Trigger.OBJECTS,))
        told.now = 4.0
        told.tell(converged(runs=[UP]), triggers=(Trigger.OBJECTS,))
        told.tell(converged(runs=[UP]), triggers=ADDRESS)
        assert told.value("truenorth_object_processing_seconds_sum", stage="planned") == 1.0
        assert told.value("truenorth_object_processing_seconds_sum", stage="converged") == 4.0


class TestConvergences:
    def test_have_an_outcome_and_a_duration(self, told: Told) -> None:
        told.tell(converged(runs=[UP], took=3.0), settled())
        assert told.value("truenorth_convergences_total", outcome="changed") == 1
        assert told.value("truenorth_convergences_total", outcome="unchanged") == 1
        assert told.value("truenorth_convergences_total", outcome="failed") == 0
        assert told.value("truenorth_convergence_duration_seconds_sum", outcome="changed") == 3.0

    def test_say_when_they_were_tried_succeeded_and_changed_something(self, told: Told) -> None:
        told.now = 1
        told.tell(Begun())
        told.now = 2
        told.tell(converged(runs=[UP]))
        told.now = 9
        told.tell(settled())
        assert told.value("truenorth_last_attempt_timestamp_seconds") == EPOCH + 1
        assert told.value("truenorth_last_change_timestamp_seconds") == EPOCH + 2
        assert told.value("truenorth_last_success_timestamp_seconds") == EPOCH + 9

    def test_count_all_that_has_asked_for_them(self, told: Told) -> None:
        told.tell(Begun(), triggers=(Trigger.ADDRESS, Trigger.DRIFT))
        asked = {labels["trigger"] for labels, value in told.series("truenorth_triggers_total") if value}
        assert asked == {"address", "drift"}

    def test_count_their_changes_by_action(self, told: Told) -> None:
        told.tell(converged(runs=[UP]))
        assert told.value("truenorth_planned_changes", action="create") == 2  # with its mark, as `up` counts
        assert told.value("truenorth_changes_total", action="create") == 2
        told.tell(settled())
        assert told.value("truenorth_planned_changes", action="create") == 0
        assert told.value("truenorth_changes_total", action="create") == 2

    def test_do_not_count_what_was_not_carried_out(self, told: Told) -> None:
        told.tell(converged())
        assert told.value("truenorth_changes_total", action="create") == 0

    @pytest.mark.parametrize("action", [Action.RESTORE, Action.CORRECT, Action.FORGET])
    def test_count_the_drift_that_they_find(self, told: Told, action: Action) -> None:
        change = Change(action, "www.example.com/A", WWW, WWW, zone="example.com")
        told.tell(replace(settled(), changes=(change, change), runs=(UP,)))
        assert told.value("truenorth_drift_found_total", action=action.value) == 2


class TestFailures:
    @pytest.mark.parametrize("cause", [Cause.OBSERVATION, Cause.ENGINE, Cause.MACHINE, Cause.OTHER])
    def test_are_counted_by_cause_until_one_succeeds(self, told: Told, cause: Cause) -> None:
        told.tell(Begun())
        told.now = 4.0
        told.tell(Failure("away", 2.0, cause), Failure("away", 4.0, cause))
        assert told.value("truenorth_failures_total", cause=cause.value) == 2
        assert told.value("truenorth_consecutive_failures") == 2
        assert told.value("truenorth_convergences_total", outcome="failed") == 2
        assert told.value("truenorth_convergence_duration_seconds_sum", outcome="failed") == 8.0
        told.tell(settled())
        assert told.value("truenorth_consecutive_failures") == 0

    def test_of_a_zone_alone_are_none_of_the_convergence(self, told: Told) -> None:
        told.tell(settled(), Failure("the zone stays", 2.0, Cause.UNREAD))
        assert told.value("truenorth_failures_total", cause="unread") == 1
        assert told.value("truenorth_consecutive_failures") == 0
        assert told.value("truenorth_convergences_total", outcome="failed") == 0


class TestWhatTheGuardRefuses:
    def test_waits_until_a_convergence_is_without(self, told: Told) -> None:
        change = Change(Action.DELETE, "www.example.com/A", WWW, None, zone="example.com")
        refusal = Refusal("example.com", "too many", (change,) * 7)
        told.tell(Refused((Problem("too many", "example.com", "allow it"),), "abc"))
        assert told.value("truenorth_refused_changes") == 1
        told.tell(replace(settled(), refusals=(refusal,), is_held_back=True))
        assert told.value("truenorth_refused_changes") == 7
        told.tell(replace(settled(), refusals=(refusal,), allowed_by="the settings"))
        assert told.value("truenorth_refused_changes") == 0
        assert told.value("truenorth_refusals_total") == 1

    def test_is_another_ones_business_after_the_lead_was_lost(self, told: Told) -> None:
        told.tell(Failure("away", 2.0), Refused((Problem("too many", "example.com", "allow it"),), "abc"))
        told.tell(Leadership(Role.STANDBY))
        assert told.value("truenorth_refused_changes") == 0
        assert told.value("truenorth_consecutive_failures") == 0
        assert told.series("truenorth_planned_changes") == []


def test_what_name_servers_say_is_counted(told: Told) -> None:
    outcomes = (Confirmed("www.example.com", "A", 1.5), Unconfirmed("api.example.com", "A", "ns1 does not answer"))
    told.tell(Confirmation(outcomes))
    assert told.value("truenorth_confirmation_seconds_sum") == 1.5
    assert told.value("truenorth_unconfirmed_total") == 1
