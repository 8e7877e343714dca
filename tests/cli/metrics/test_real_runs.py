"""The metrics of convergences with the real engine, on the lab."""

from __future__ import annotations

import pytest

from cli.engine.failure import RunFailed
from cli.events import Begun, Cause, Failure
from cli.metrics.metrics import Metrics
from cli.metrics.process import state_size
from cli.reconcile.converge import converge
from cli.session.open import open_session
from lab import remote
from tests.cli.conftest import STACK, Inside
from tests.cli.metrics.telling import ADDRESS, Told

RECORD = "cloudflare:index/dnsRecord:DnsRecord"
WRITES = ("PUT", "PATCH", "POST")


def test_they_tell_of_steps_calls_answers_and_failures(inside: Inside) -> None:
    inside.settings("www")
    place = open_session(STACK, inside.settings_file, inside.environment)
    backend = inside.environment["PULUMI_BACKEND_URL"]
    told = Told(Metrics(["example.com"], state_size=lambda: state_size(backend, "truenorth", STACK)))
    with told.metrics.listening():
        told.tell(Begun(), converge(place, told.metrics.on_engine_event), triggers=ADDRESS)
        assert told.value("truenorth_engine_steps_total", type=RECORD, operation="create", outcome="succeeded") == 2
        assert told.value("truenorth_engine_runs_total", outcome="succeeded") == 1
        assert told.value("esddns_dns_updates_total", domain="example.com", record_type="A") == 1
        assert told.value("esddns_state_in_sync", domain="example.com") == 1
        labels = {"service": "cloudflare", "method": "GET", "status": "200"}
        assert (
            told.value("truenorth_api_request_duration_seconds_count", **labels) == 2
        )  # the zone's id, and its records
        assert told.value("truenorth_wan_detections_total", family="ipv4", outcome="agreed") == 1
        assert (told.value("truenorth_state_size_bytes") or 0) > 1_000

        remote.set_address(inside.places, "203.0.113.99")
        remote.set_faults(
            inside.places, [{"effect": "server_error", "status": 500, "method": method} for method in WRITES]
        )
        with pytest.raises(RunFailed) as caught:
            converge(place, told.metrics.on_engine_event)
        told.tell(Failure(str(caught.value), 1.0, Cause.ENGINE))
    failed = {"domain": "example.com", "record_type": "A", "error_type": "provider"}
    assert told.series("esddns_dns_update_failures_total") == [(failed, 1)]
    assert told.value("truenorth_engine_steps_total", type=RECORD, operation="update", outcome="failed") == 1
