"""Tokens, keys and addresses of the provider in runs of the real engine, and a life of a record in the lab."""

from __future__ import annotations

import pulumi
import pytest

from lab.gandi.server import serve
from lab.gandi.state import Gandi
from tests.lab.plugin.gandi.conftest import ExplicitProvider
from tests.lab.plugin.gandi.recording_gandi import RECORDS, WWW, ZONE, RecordingGandi
from tests.lab.plugin.program import Program

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("attached")]


class TestConfiguration:
    def test_inputs_of_a_provider_win_over_the_environment_and_stay_secret(
        self, program: Program, api: RecordingGandi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GANDI_URL", "http://127.0.0.1:9")

        def provider() -> pulumi.ResourceOptions:
            token = pulumi.Output.secret("another-token")
            explicit = ExplicitProvider("explicit", {"personalAccessToken": token, "url": api.root})
            return pulumi.ResourceOptions(provider=explicit)

        program.around = provider
        program.put("www")
        run = program.up()
        assert run.error == ""
        assert run.requests[0].headers["Authorization"] == "Bearer another-token"
        assert "another-token" not in program.state_file()

    def test_a_key_goes_by_its_own_scheme_with_the_sharing_id(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GANDI_PERSONAL_ACCESS_TOKEN")
        monkeypatch.setenv("GANDI_KEY", "the-key")
        monkeypatch.setenv("GANDI_SHARING_ID", "an-organisation")
        program.put("www")
        run = program.up()
        assert run.requests[0].headers["Authorization"] == "Apikey the-key"
        assert run.lines == [f"{line}?sharing_id=an-organisation" for line in (f"POST {RECORDS}", f"GET {WWW}")]

    def test_the_token_of_the_environment_gets_into_no_state_and_no_message(
        self, program: Program, api: RecordingGandi
    ) -> None:
        program.put("www")
        api.instead.append((503, {"Content-Type": "text/html"}, "<html>"))
        run = program.up()
        assert "Response body is not json for status 503" in run.error
        assert "the-token" not in program.state_file() + run.error + "".join(run.messages)


class TestAgainstTheLab:
    def test_a_record_is_created_drifts_is_put_right_and_deleted(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gandi = Gandi()
        gandi.add_zone(ZONE)
        gandi.add_token("the-token")
        with serve(gandi) as url:
            monkeypatch.setenv("GANDI_URL", url)
            program.put("www", type="TXT", values=['"ours"'])
            assert program.up().operations == [("create", "www")]
            assert program.up(refresh=True).operations == [("refresh", "www"), ("same", "www")]
            gandi.put_record(ZONE, {"rrset_name": "www", "rrset_type": "TXT", "rrset_values": ["theirs"]})
            assert program.up(refresh=True).operations == [("refresh", "www"), ("update", "www")]
            assert [(one.values, one.ttl) for one in gandi.records(ZONE)] == [(('"ours"',), 300)]
            program.drop("www")
            assert program.up().operations == [("delete", "www")]
            assert gandi.records(ZONE) == []
