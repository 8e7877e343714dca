"""What runs of the real engine do about changes from outside, and after failures on the way."""

from __future__ import annotations

import pytest

from tests.lab.plugin.gandi.recording_gandi import RECORDS, WWW, ZONE, RecordingGandi
from tests.lab.plugin.program import Program

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("attached")]


class TestDrift:
    def test_a_change_outside_is_not_seen_without_a_refresh(self, program: Program, api: RecordingGandi) -> None:
        program.put("www")
        program.up()
        api.add("www", "A", "198.51.100.1")
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "www")], [])

    def test_a_change_outside_is_undone_with_a_refresh(self, program: Program, api: RecordingGandi) -> None:
        program.put("www")
        program.up()
        api.add("www", "A", "198.51.100.1", ttl=600)
        run = program.up(refresh=True)
        assert run.operations == [("refresh", "www"), ("update", "www")]
        assert run.lines == [f"GET {WWW}", f"PUT {WWW}", f"GET {WWW}"]
        assert (api.record("www")["rrset_values"], api.record("www")["rrset_ttl"]) == (["192.0.2.1"], 300)

    def test_an_update_makes_again_what_was_deleted_outside(self, program: Program, api: RecordingGandi) -> None:
        program.put("www")
        program.up()
        api.forget("www")
        program.put("www", values=["192.0.2.2"])
        run = program.up()
        assert (run.operations, run.lines) == ([("update", "www")], [f"PUT {WWW}", f"GET {WWW}"])
        assert api.record("www")["rrset_values"] == ["192.0.2.2"]

    def test_a_delete_of_what_was_deleted_outside_fails_at_every_run(
        self, program: Program, api: RecordingGandi
    ) -> None:
        program.put("www")
        program.up()
        api.forget("www")
        program.drop("www")
        for run in (program.up(), program.up()):
            assert run.lines == [f"DELETE {WWW}"]
            assert "* StatusCode: 404 ; Err: 404: Can't find the DNS record" in run.error

    def test_what_was_deleted_outside_is_created_with_a_refresh(self, program: Program, api: RecordingGandi) -> None:
        program.put("www")
        program.up()
        api.forget("www")
        run = program.up(refresh=True)
        assert run.operations[-1] == ("create", "www")
        assert run.lines == [f"GET {WWW}", f"POST {RECORDS}", f"GET {WWW}"]

    def test_a_refresh_that_the_api_refuses_fails_and_keeps_the_state(
        self, program: Program, api: RecordingGandi
    ) -> None:
        program.put("www")
        program.up()
        api.instead.append((403, {"Content-Type": "application/json"}, '{"message":"Access was denied"}'))
        run = program.up(refresh=True)
        assert "403: Access was denied" in run.error
        assert program.state("www")["outputs"]["values"] == ["192.0.2.1"]


class TestFailuresOnTheWay:
    REFUSAL = (503, {"Content-Type": "text/html"}, "<html>")
    DONE = (201, {"Content-Type": "application/json"}, "{}")

    def test_a_record_that_was_posted_but_not_read_is_in_state_and_written_again(
        self, program: Program, api: RecordingGandi
    ) -> None:
        api.instead.extend([self.DONE, self.REFUSAL])
        program.put("www")
        run = program.up()
        assert "Response body is not json for status 503" in run.error
        assert program.state("www")["id"] == f"{ZONE}/www/A"
        run = program.up()
        assert (run.operations, run.lines) == ([("update", "www")], [f"PUT {WWW}", f"GET {WWW}"])
        assert run.error == ""

    def test_an_update_that_fails_is_written_again_even_when_taken_back(
        self, program: Program, api: RecordingGandi
    ) -> None:
        program.put("www")
        program.up()
        api.instead.append(self.REFUSAL)
        program.put("www", ttl=600)
        assert program.up().lines == [f"PUT {WWW}"]
        assert program.state("www")["outputs"]["ttl"] == 600
        program.put("www")
        assert program.up().lines == [f"PUT {WWW}", f"GET {WWW}"]
        assert program.up().operations == [("same", "www")]
