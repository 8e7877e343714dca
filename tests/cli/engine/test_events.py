from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.engine.events import Diagnostic, Step, Summary, parse_event

URN = "urn:pulumi:home::truenorth::truenorth:dns:OwnedRecord$cloudflare:index/dnsRecord:DnsRecord::www.example.com/A"
TYPE = "cloudflare:index/dnsRecord:DnsRecord"


def metadata(**inputs: object) -> dict[str, object]:
    return {"metadata": {"op": "create", "urn": URN, "type": TYPE, "old": None, "new": {"inputs": inputs}}}


@pytest.mark.parametrize(
    ("key", "phase"), [("resourcePreEvent", "started"), ("resOutputsEvent", "done"), ("resOpFailedEvent", "failed")]
)
def test_a_step_names_its_resource_and_what_it_holds(key: str, phase: str) -> None:
    event = parse_event(json.dumps({key: metadata(type="A", content="203.0.113.7")}))
    assert isinstance(event, Step)
    assert (event.phase, event.operation, event.name, event.detail) == (
        phase,
        "create",
        "www.example.com/A",
        "A 203.0.113.7",
    )


def test_a_mark_shows_no_content() -> None:
    event = parse_event(json.dumps({"resourcePreEvent": metadata(type="TXT", content='"heritage=truenorth"')}))
    assert isinstance(event, Step)
    assert event.detail == ""


def test_the_summary_counts_by_operation() -> None:
    line = '{"summaryEvent": {"resourceChanges": {"same": 3}, "durationSeconds": 2, "result": "succeeded"}}'
    assert parse_event(line) == Summary({"same": 3}, 2.0, "succeeded")


def test_messages_are_kept_and_debugging_is_not() -> None:
    assert parse_event('{"diagnosticEvent": {"severity": "error", "message": " no \\n", "urn": "u"}}') == Diagnostic(
        "error", "no", "u"
    )
    assert parse_event('{"diagnosticEvent": {"severity": "debug", "message": "x"}}') is None
    assert parse_event('{"diagnosticEvent": {"severity": "info", "message": "  "}}') is None


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_a_line_that_is_no_event_is_passed_over(line: str) -> None:
    assert parse_event(line) is None
