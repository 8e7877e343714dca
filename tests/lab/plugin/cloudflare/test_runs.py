"""Each way of running a program of records, through the real engine: the operations, and what the API is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from lab.plugin.cloudflare.api import Api
from tests.lab.plugin.recording_api import OTHER_ZONE, ZONE

if TYPE_CHECKING:
    from tests.lab.plugin.program import Program
    from tests.lab.plugin.recording_api import RecordingApi

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("attached")]

RECORDS = f"/zones/{ZONE}/dns_records"
UNTOUCHED = {"content": "192.0.2.1", "proxied": False, "settings": {}, "tags": [], "ttl": 300, "type": "A"}


class ExplicitProvider(pulumi.ProviderResource):
    """A provider with inputs of its own, as the SDK registers it."""

    def __init__(self, name: str, inputs: dict[str, pulumi.Output[str] | str]) -> None:
        super().__init__("cloudflare", name, inputs)


def explicit_provider(apiToken: str, baseUrl: str) -> pulumi.ResourceOptions:  # noqa: N803 - the inputs' names
    inputs: dict[str, pulumi.Output[str] | str] = {"apiToken": pulumi.Output.secret(apiToken), "baseUrl": baseUrl}
    return pulumi.ResourceOptions(provider=ExplicitProvider("explicit", inputs))


def the_id(program: Program, name: str) -> str:
    return str(program.state(name)["id"])


class TestCreating:
    def test_a_record_is_posted_with_what_is_set_and_proxied(self, program: Program) -> None:
        program.put("www")
        run = program.up()
        assert (run.operations, run.lines) == ([("create", "www")], [f"POST {RECORDS}"])
        assert run.requests[0].body == {
            "content": "192.0.2.1",
            "name": "www.example.com",
            "proxied": False,
            "ttl": 300,
            "type": "A",
        }
        assert run.requests[0].headers["Authorization"] == "Bearer the-token"

    def test_a_comment_is_posted_where_there_is_one(self, program: Program) -> None:
        program.put("www", comment="ours")
        assert program.up().requests[0].body["comment"] == "ours"

    def test_the_state_has_the_inputs_as_given_and_the_outputs_beside_them(
        self, program: Program, api: RecordingApi
    ) -> None:
        program.put("www")
        program.up()
        state = program.state("www")
        assert f"{RECORDS}/{state['id']}" in api.records
        assert set(state["inputs"]) == {"name", "type", "content", "ttl", "zoneId"}
        computed = {"createdOn", "id", "meta", "modifiedOn", "proxiable", "proxied", "settings", "tags"}
        beside = {"__meta", "__pulumi_raw_state_delta"}
        assert set(state["outputs"]) == computed | beside | set(state["inputs"])
        assert state["outputs"]["createdOn"] == "2026-01-01T05:20:00Z"
        assert state["outputs"]["meta"] == "{}"
        assert state["outputs"]["proxied"] is False

    def test_a_preview_asks_nothing(self, program: Program) -> None:
        program.put("www")
        run = program.preview()
        assert (run.operations, run.lines, run.error) == ([("create", "www")], [], "")

    def test_proxied_with_a_ttl_of_its_own_passes_the_preview_and_fails_at_create(self, program: Program) -> None:
        program.put("www", proxied=True)
        assert program.preview().error == ""
        run = program.up()
        assert run.lines == []
        assert "ttl must be set to 1 when `proxied` is true" in run.error
        assert (
            "[ERROR] When a DNS record is marked as `proxied` the TTL must be 1 as Cloudflare will control the TTL "
            "internally.: ttl must be set to 1 when `proxied` is true"
        ) in run.messages

    def test_a_type_outside_the_list_fails_at_check(self, program: Program) -> None:
        program.put("www", type="SPF")
        run = program.preview()
        assert run.lines == []
        assert "got: \"SPF\". Examine values at 'www.type'." in run.error

    def test_an_odd_ttl_is_left_to_the_api(self, program: Program) -> None:
        program.put("www", ttl=5)
        assert program.up().requests[0].body["ttl"] == 5

    def test_a_refusal_is_shown_with_the_request_and_the_answer(self, program: Program, api: RecordingApi) -> None:
        answer = '{"success":false,"errors":[{"code":81058,"message":"An identical record already exists."}]}'
        api.instead.append((400, {}, answer))
        program.put("www")
        run = program.up()
        text = f'POST "{api.url}/zones/{ZONE}/dns_records": 400 Bad Request {answer}'
        assert f"[ERROR] {text}: failed to make http request" in run.messages
        assert f"failed to make http request: {text}" in run.error


class TestUpdating:
    def test_an_unchanged_record_asks_nothing(self, program: Program) -> None:
        program.put("www")
        program.up()
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "www")], [])

    def test_every_change_but_of_type_and_zone_overwrites_the_whole_record(self, program: Program) -> None:
        changes: dict[str, dict[str, Any]] = {
            "a": {"content": "192.0.2.2"},
            "b": {"ttl": 600},
            "c": {"proxied": True, "ttl": 1},
            "d": {"comment": "ours"},
            "e": {"name": "other.example.com"},
        }
        for name in changes:
            program.put(name)
        program.up()
        for name, change in changes.items():
            program.put(name, **change)
        run = program.up()
        assert sorted(run.operations) == [("update", name) for name in changes]
        sent = {request.line: request.body for request in run.requests}
        assert sent == {
            f"PUT {RECORDS}/{the_id(program, name)}": UNTOUCHED | {"name": f"{name}.example.com"} | change
            for name, change in changes.items()
        }

    def test_the_differences_name_the_properties(self, program: Program) -> None:
        program.put("a", comment="ours")
        program.put("b")
        program.up()
        program.put("a")
        program.put("b", content="192.0.2.2", comment="ours")
        run = program.preview()
        assert run.lines == []
        assert run.named == {
            "a": ["comment", "modifiedOn"],
            "b": ["comment", "commentModifiedOn", "content", "modifiedOn"],
        }
        assert run.differences == {}

    def test_a_removed_comment_is_sent_as_null(self, program: Program) -> None:
        program.put("www", comment="ours")
        program.up()
        program.put("www")
        run = program.up()
        assert run.operations == [("update", "www")]
        assert run.requests[0].body == UNTOUCHED | {"name": "www.example.com", "comment": None}

    def test_a_relative_name_is_a_change_and_then_stable(self, program: Program, api: RecordingApi) -> None:
        program.put("www", name="other.example.com")
        program.up()
        program.put("www", name="www")
        run = program.up()
        assert (run.operations, run.requests[0].body["name"]) == ([("update", "www")], "www")
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "www")], [])
        api.record(the_id(program, "www"))["name"] = "www.example.com"  # as Cloudflare stores it
        assert program.up(refresh=True).operations == [("refresh", "www"), ("same", "www")]

    @pytest.mark.parametrize(
        ("change", "differing", "path"),
        [
            ({"type": "AAAA", "content": "2001:db8::1"}, ["content", "modifiedOn", "type"], RECORDS),
            ({"zoneId": OTHER_ZONE}, ["modifiedOn", "zoneId"], f"/zones/{OTHER_ZONE}/dns_records"),
        ],
        ids=["type", "zone"],
    )
    def test_another_type_or_zone_is_a_new_record_before_the_old_is_deleted(
        self, program: Program, change: dict[str, Any], differing: list[str], path: str
    ) -> None:
        program.put("www")
        program.up()
        old = the_id(program, "www")
        program.put("www", **change)
        run = program.up()
        operations = ["create-replacement", "replace", "delete-replaced"]
        assert run.operations == [(operation, "www") for operation in operations]
        assert run.lines == [f"POST {path}", f"DELETE {RECORDS}/{old}"]
        assert run.named["www"] == differing

    def test_ignored_changes_keep_what_is_in_state(self, program: Program) -> None:
        program.put("www")
        program.up()
        program.put("www", pulumi.ResourceOptions(ignore_changes=["content"]), content="192.0.2.9")
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "www")], [])

    def test_a_host_name_in_other_letters_is_no_change(self, program: Program) -> None:
        program.put("www", type="CNAME", content="target.example.com")
        program.up()
        program.put("www", type="CNAME", content="Target.Example.Com")
        assert program.up().operations == [("same", "www")]


class TestDrift:
    def test_a_change_outside_is_not_seen_without_a_refresh(self, program: Program, api: RecordingApi) -> None:
        program.put("www")
        program.up()
        api.record(the_id(program, "www"))["content"] = "198.51.100.1"
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "www")], [])

    def test_a_change_outside_is_undone_with_a_refresh(self, program: Program, api: RecordingApi) -> None:
        program.put("www")
        program.up()
        record = the_id(program, "www")
        api.record(record)["content"] = "198.51.100.1"
        run = program.up(refresh=True)
        assert run.operations == [("refresh", "www"), ("update", "www")]
        assert run.lines == [f"GET {RECORDS}/{record}", f"PUT {RECORDS}/{record}"]
        assert run.requests[1].body == UNTOUCHED | {"name": "www.example.com"}
        assert api.record(record)["content"] == "192.0.2.1"

    def test_a_refresh_of_what_did_not_change_is_one_get(self, program: Program) -> None:
        program.put("www", comment="ours")
        program.up()
        run = program.up(refresh=True)
        assert run.operations == [("refresh", "www"), ("same", "www")]
        assert run.lines == [f"GET {RECORDS}/{the_id(program, 'www')}"]

    def test_an_update_of_what_was_deleted_outside_fails(self, program: Program, api: RecordingApi) -> None:
        program.put("www")
        program.up()
        record = the_id(program, "www")
        api.forget(record)
        program.put("www", content="192.0.2.2")
        run = program.up()
        assert run.lines == [f"PUT {RECORDS}/{record}"]
        assert f'PUT "{api.url}/zones/{ZONE}/dns_records/{record}": 404 Not Found {{' in run.error
        assert "81044" in run.error

    def test_a_delete_of_what_was_deleted_outside_fails_at_every_run(self, program: Program, api: RecordingApi) -> None:
        program.put("www")
        program.up()
        record = the_id(program, "www")
        api.forget(record)
        program.drop("www")
        for run in (program.up(), program.up()):
            assert run.lines == [f"DELETE {RECORDS}/{record}"]
            assert "404 Not Found" in run.error

    def test_what_was_deleted_outside_is_created_with_a_refresh(self, program: Program, api: RecordingApi) -> None:
        program.put("www")
        program.up()
        record = the_id(program, "www")
        api.forget(record)
        run = program.up(refresh=True)
        assert run.operations[-1] == ("create", "www")
        assert run.lines == [f"GET {RECORDS}/{record}", f"POST {RECORDS}"]
        assert any("The resource was not found on the server" in message for message in run.messages)

    def test_a_refresh_that_the_api_refuses_fails_and_keeps_the_state(
        self, program: Program, api: RecordingApi
    ) -> None:
        program.put("www")
        program.up()
        api.instead.append((403, {}, '{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}'))
        run = program.up(refresh=True)
        assert "403 Forbidden" in run.error
        assert program.state("www")["outputs"]["content"] == "192.0.2.1"


class TestImport:
    def test_a_record_with_the_same_inputs_is_read_twice(self, program: Program, api: RecordingApi) -> None:
        record = api.add(name="www.example.com", type="A", content="192.0.2.1", ttl=300)
        program.put("www", pulumi.ResourceOptions(import_=f"{ZONE}/{record}"))
        run = program.up()
        assert (run.operations, run.lines) == ([("import", "www")], [f"GET {RECORDS}/{record}"] * 2)
        assert the_id(program, "www") == record

    def test_a_record_with_other_inputs_is_updated_in_the_same_run(self, program: Program, api: RecordingApi) -> None:
        record = api.add(name="www.example.com", type="A", content="198.51.100.1", ttl=60, comment="theirs")
        program.put("www", pulumi.ResourceOptions(import_=f"{ZONE}/{record}"))
        run = program.up()
        assert run.operations == [("import", "www"), ("update", "www")]
        assert run.lines == [f"GET {RECORDS}/{record}"] * 2 + [f"PUT {RECORDS}/{record}"]
        assert run.requests[2].body == UNTOUCHED | {"name": "www.example.com", "comment": None}

    def test_the_next_run_without_the_option_asks_nothing(self, program: Program, api: RecordingApi) -> None:
        record = api.add(name="www.example.com", type="A", content="192.0.2.1", ttl=300)
        program.put("www", pulumi.ResourceOptions(import_=f"{ZONE}/{record}"))
        program.up()
        program.put("www")
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "www")], [])

    def test_the_option_kept_from_run_to_run_asks_nothing(self, program: Program, api: RecordingApi) -> None:
        record = api.add(name="www.example.com", type="A", content="192.0.2.1", ttl=300)
        program.put("www", pulumi.ResourceOptions(import_=f"{ZONE}/{record}"))
        program.up()
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "www")], [])

    def test_the_option_set_on_a_record_in_state_deletes_the_record_itself(
        self, program: Program, api: RecordingApi
    ) -> None:
        program.put("www")
        program.up()
        record = the_id(program, "www")
        program.put("www", pulumi.ResourceOptions(import_=f"{ZONE}/{record}"))
        run = program.up()
        assert run.operations == [
            (operation, "www") for operation in ("import-replacement", "replace", "delete-replaced")
        ]
        assert run.lines == [f"GET {RECORDS}/{record}"] * 2 + [f"DELETE {RECORDS}/{record}"]
        assert api.records == {}

    def test_a_record_that_is_not_there_fails(self, program: Program) -> None:
        program.put("www", pulumi.ResourceOptions(import_=f"{ZONE}/{'0' * 32}"))
        assert "404 Not Found" in program.up().error

    def test_an_id_without_the_zone_fails(self, program: Program) -> None:
        program.put("www", pulumi.ResourceOptions(import_="0" * 32))
        run = program.up()
        assert run.lines == []
        assert 'expected urlencoded segments "<zone_id>/<dns_record_id>", got "000' in run.error


class TestDeleting:
    def test_a_record_removed_from_the_program_is_deleted(self, program: Program, api: RecordingApi) -> None:
        program.put("www")
        program.up()
        record = the_id(program, "www")
        program.drop("www")
        run = program.up()
        assert (run.operations, run.lines) == ([("delete", "www")], [f"DELETE {RECORDS}/{record}"])
        assert api.records == {}


class TestConfiguration:
    def test_a_secret_input_is_sent_plain_and_kept_encrypted(self, program: Program) -> None:
        program.put("www", content=lambda: pulumi.Output.secret("192.0.2.77"))
        run = program.up()
        assert run.requests[0].body["content"] == "192.0.2.77"
        assert "192.0.2.77" not in program.state_file()
        assert program.up().operations == [("same", "www")]

    def test_the_token_of_the_environment_gets_into_no_state_and_no_message(
        self, program: Program, api: RecordingApi
    ) -> None:
        program.put("www", type="A", content="not an address")
        api.instead.append((400, {}, "{}"))
        run = program.up()
        assert run.error
        assert "the-token" not in program.state_file() + run.error + "".join(run.messages)

    def test_inputs_of_a_provider_win_over_the_environment(
        self, program: Program, api: RecordingApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", "http://127.0.0.1:9/client/v4")
        program.around = lambda: explicit_provider(apiToken="another-token-of-forty-characters-or-mor", baseUrl=api.url)
        program.put("www")
        run = program.up()
        assert run.error == ""
        assert run.requests[0].headers["Authorization"] == "Bearer another-token-of-forty-characters-or-mor"
        assert "another-token" not in program.state_file()

    def test_a_key_goes_with_its_email(self, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
        monkeypatch.setenv("CLOUDFLARE_API_KEY", "the-key")
        monkeypatch.setenv("CLOUDFLARE_EMAIL", "user@example.com")
        program.put("www")
        headers = program.up().requests[0].headers
        assert (headers["X-Auth-Key"], headers["X-Auth-Email"]) == ("the-key", "user@example.com")
        assert "Authorization" not in headers


class TestAgainstTheLab:
    def test_a_record_is_created_drifts_is_put_right_and_deleted(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cloudflare = Cloudflare()
        zone = cloudflare.add_zone("example.com")
        cloudflare.add_token("the-token")
        with serve(cloudflare) as url:
            monkeypatch.setenv("CLOUDFLARE_BASE_URL", url)
            program.put("www", zoneId=zone.id, comment="ours")
            assert program.up().operations == [("create", "www")]
            assert program.up(refresh=True).operations == [("refresh", "www"), ("same", "www")]
            path = f"zones/{zone.id}/dns_records/{the_id(program, 'www')}"
            Api(url, {"Authorization": "Bearer the-token"}).call("PATCH", path, {"content": "198.51.100.1"})
            assert program.up(refresh=True).operations == [("refresh", "www"), ("update", "www")]
            assert [record.content for record in cloudflare.records(zone.id)] == ["192.0.2.1"]
            program.drop("www")
            assert program.up().operations == [("delete", "www")]
            assert cloudflare.records(zone.id) == []
