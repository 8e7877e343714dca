from __future__ import annotations

from dataclasses import replace

import pytest

from cli.engine.events import Diagnostic, EngineEvent, Step
from cli.events import Begun, Cause, Failure
from tests.cli.metrics.telling import UP, Told, converged

RECORD = "cloudflare:index/dnsRecord:DnsRecord"
URN = f"urn:pulumi:home::truenorth::truenorth:dns:OwnedRecord${RECORD}::www.example.com/A"
FAILED = Step("failed", "update", URN, RECORD)


def test_its_runs_have_an_outcome_and_a_duration(told: Told) -> None:
    told.tell(
        converged(runs=[replace(UP, operation="refresh", seconds=1.0), UP]), Failure("refused", 2.0, Cause.ENGINE)
    )
    assert told.value("truenorth_engine_runs_total", outcome="succeeded") == 2
    assert told.value("truenorth_engine_runs_total", outcome="failed") == 1
    assert told.value("truenorth_engine_run_duration_seconds_sum", operation="refresh") == 1.0
    assert told.value("truenorth_engine_run_duration_seconds_sum", operation="up") == 2.5


def test_a_failure_elsewhere_is_no_run(told: Told) -> None:
    told.tell(Failure("the zone cannot be read", 2.0, Cause.OBSERVATION))
    assert told.value("truenorth_engine_runs_total", outcome="failed") == 0


@pytest.mark.parametrize(("step", "outcome"), [(Step("done", "create", URN, RECORD), "succeeded"), (FAILED, "failed")])
def test_its_steps_are_counted_as_they_end(told: Told, step: Step, outcome: str) -> None:
    told.metrics.on_engine_event(step)
    labels = {"type": RECORD, "operation": step.operation, "outcome": outcome}
    assert told.series("truenorth_engine_steps_total") == [(labels, 1)]


@pytest.mark.parametrize(
    "event", [Step("started", "create", URN, RECORD), Step("done", "same", URN, RECORD), Diagnostic("error", "refused")]
)
def test_what_does_nothing_is_no_step(told: Told, event: EngineEvent) -> None:
    told.metrics.on_engine_event(event)
    assert told.series("truenorth_engine_steps_total") == []


def test_a_record_that_it_could_not_write_is_a_failed_update_of_its_zone(told: Told) -> None:
    told.tell(Begun())
    told.metrics.on_engine_event(FAILED)
    told.tell(Failure("www.example.com/A: refused", 2.0, Cause.ENGINE))
    labels = {"domain": "example.com", "record_type": "A", "error_type": "provider"}
    assert told.series("esddns_dns_update_failures_total") == [(labels, 1)]
