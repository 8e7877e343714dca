"""TXT records in runs of the real engine: quotation marks, and values that others share."""

from __future__ import annotations

import pytest

from tests.lab.plugin.gandi.recording_gandi import RecordingGandi
from tests.lab.plugin.program import Program

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("attached")]


class TestTexts:
    @pytest.mark.parametrize("value", ['"v=spf1 -all"', f'"{"a" * 255}" "{"b" * 45}"'])
    def test_quoted_values_are_stable(self, program: Program, value: str) -> None:
        program.put("www", type="TXT", values=[value])
        program.up()
        assert program.up().operations == [("same", "www")]
        assert program.up(refresh=True).operations == [("refresh", "www"), ("same", "www")]

    def test_bare_values_are_updated_at_every_refresh(self, program: Program) -> None:
        program.put("www", type="TXT", values=["v=spf1 -all"])
        program.up()
        for run in (program.up(refresh=True), program.up(refresh=True)):
            assert run.operations == [("refresh", "www"), ("update", "www")]

    def test_a_mutable_record_keeps_the_values_of_others(self, program: Program, api: RecordingGandi) -> None:
        api.add("www", "TXT", '"theirs"')
        program.put("www", type="TXT", values=["ours"], mutable=True)
        assert program.up().error == ""
        assert sorted(api.record("www", "TXT")["rrset_values"]) == ['"ours"', '"theirs"']
        program.put("www", type="TXT", values=["ours", "more"], mutable=True)
        program.up()
        assert sorted(api.record("www", "TXT")["rrset_values"]) == ['"more"', '"ours"', '"theirs"']
        program.drop("www")
        program.up()
        assert api.record("www", "TXT")["rrset_values"] == ['"theirs"']
