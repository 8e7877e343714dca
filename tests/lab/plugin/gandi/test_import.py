"""Imports by runs of the real engine, and what becomes of the option in later runs."""

from __future__ import annotations

import pulumi
import pytest

from tests.lab.plugin.gandi.recording_gandi import WWW, ZONE, RecordingGandi
from tests.lab.plugin.program import Program

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("attached")]


def imported(name: str = "www", record_type: str = "A") -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(import_=f"{ZONE}/{name}/{record_type}")


class TestImport:
    def test_a_record_with_the_same_inputs_is_read_once(self, program: Program, api: RecordingGandi) -> None:
        api.add("www", "A", "192.0.2.1")
        program.put("www", imported())
        run = program.up()
        assert (run.operations, run.lines) == ([("import", "www")], [f"GET {WWW}"])

    def test_a_record_with_other_values_is_updated_in_the_same_run(self, program: Program, api: RecordingGandi) -> None:
        api.add("www", "A", "198.51.100.1", ttl=600)
        program.put("www", imported())
        run = program.up()
        assert run.operations == [("import", "www"), ("update", "www")]
        assert run.lines == [f"GET {WWW}", f"PUT {WWW}", f"GET {WWW}"]

    @pytest.mark.parametrize("kept", [True, False])
    def test_the_next_run_asks_nothing_with_the_option_or_without(
        self, program: Program, api: RecordingGandi, *, kept: bool
    ) -> None:
        api.add("www", "A", "192.0.2.1")
        program.put("www", imported())
        program.up()
        program.put("www", imported() if kept else None)
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "www")], [])

    def test_the_option_kept_fails_once_the_name_changes(self, program: Program, api: RecordingGandi) -> None:
        api.add("www", "A", "192.0.2.1")
        program.put("www", imported())
        program.up()
        program.put("www", imported(), name="web")
        assert program.up().error
        assert WWW in api.records

    def test_another_name_in_the_inputs_fails_and_the_next_empty_run_deletes_the_record(
        self, program: Program, api: RecordingGandi
    ) -> None:
        api.add("www", "A", "192.0.2.1")
        program.put("www", imported(), name="web")
        run = program.up()
        assert run.lines == [f"GET {WWW}"]
        assert run.error
        program.drop("www")
        assert program.up().lines == [f"DELETE {WWW}"]
        assert api.records == {}

    def test_a_record_that_is_not_there_fails(self, program: Program) -> None:
        program.put("www", imported())
        run = program.up()
        assert run.lines == [f"GET {WWW}"]
        assert "does not exist" in run.error

    def test_an_id_of_another_form_fails(self, program: Program) -> None:
        program.put("www", pulumi.ResourceOptions(import_="www/A"))
        run = program.up()
        assert run.lines == []
        assert "id format should be '{zone_id}/{record_name}/{record_type}'" in run.error
