"""Records made and changed by runs of the real engine: the operations, and what the API is asked."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.lab.plugin.gandi.recording_gandi import RECORDS, WWW, ZONE, RecordingGandi
from tests.lab.plugin.program import Program

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("attached")]

REPLACED = [(operation, "www") for operation in ("delete-replaced", "replace", "create-replacement")]


class TestCreating:
    def test_a_record_is_posted_and_read(self, program: Program) -> None:
        program.put("www")
        run = program.up()
        assert (run.operations, run.lines) == ([("create", "www")], [f"POST {RECORDS}", f"GET {WWW}"])
        assert run.requests[0].body == {
            "rrset_type": "A",
            "rrset_ttl": 300,
            "rrset_name": "www",
            "rrset_values": ["192.0.2.1"],
        }
        assert list(run.requests[0].body) == ["rrset_type", "rrset_ttl", "rrset_name", "rrset_values"]
        assert run.requests[0].headers["Authorization"] == "Bearer the-token"

    def test_the_state_has_the_inputs_as_given_and_the_outputs_beside_them(self, program: Program) -> None:
        program.put("www")
        program.up()
        state = program.state("www")
        inputs = {"name": "www", "type": "A", "values": ["192.0.2.1"], "ttl": 300, "zone": ZONE}
        assert state["id"] == f"{ZONE}/www/A"
        assert state["inputs"] == inputs | {"__defaults": []}
        assert inputs.items() <= state["outputs"].items()
        assert state["outputs"]["href"] == f"https://api.gandi.net/v5/livedns{WWW}"

    def test_a_preview_asks_nothing(self, program: Program) -> None:
        program.put("www")
        run = program.preview()
        assert (run.operations, run.lines, run.error) == ([("create", "www")], [], "")

    def test_a_record_that_is_there_just_so_is_adopted_silently_and_deleted_later(
        self, program: Program, api: RecordingGandi
    ) -> None:
        api.add("www", "A", "192.0.2.1")
        program.put("www")
        run = program.up()
        assert (run.operations, run.lines) == ([("create", "www")], [f"POST {RECORDS}", f"GET {WWW}"])
        assert (run.messages, run.error) == ([], "")
        program.drop("www")
        assert program.up().lines == [f"DELETE {WWW}"]
        assert api.records == {}

    def test_a_record_that_is_there_with_other_values_fails(self, program: Program, api: RecordingGandi) -> None:
        api.add("www", "A", "198.51.100.1")
        program.put("www")
        run = program.up()
        assert run.lines == [f"POST {RECORDS}"]
        assert "* StatusCode: 409 ; Err: 409: This record already exists" in run.error
        assert api.record("www")["rrset_values"] == ["198.51.100.1"]

    def test_a_name_left_out_is_made_and_kept(self, program: Program) -> None:
        program.put("www", name=None)
        made = program.up().requests[0].body["rrset_name"]
        assert made.startswith("www-")
        assert len(made) == len("www-") + 7
        run = program.up(refresh=True)
        assert run.lines == [f"GET {RECORDS}/{made}/A"]

    @pytest.mark.parametrize("name", ["@", "*", "*.apps"])
    def test_the_apex_and_wildcards_are_named_as_they_are(self, program: Program, name: str) -> None:
        program.put("www", name=name)
        run = program.up()
        assert run.lines == [f"POST {RECORDS}", f"GET {RECORDS}/{name}/A"]
        assert program.state("www")["id"] == f"{ZONE}/{name}/A"
        assert program.up(refresh=True).operations == [("refresh", "www"), ("same", "www")]

    def test_what_is_wrong_is_left_to_the_api(self, program: Program, api: RecordingGandi) -> None:
        answer = '{"status":"error","errors":[{"location":"body","name":"rrset_ttl","description":"too small"}]}'
        api.instead.append((400, {"Content-Type": "application/json"}, answer))
        program.put("www", ttl=5)
        assert program.preview().error == ""
        assert "* StatusCode: 400 ; Err: rrset_ttl: too small" in program.up().error

    @pytest.mark.parametrize("status", [401, 403, 429, 503])
    def test_a_refusal_is_not_tried_again(self, program: Program, api: RecordingGandi, status: int) -> None:
        api.instead.append((status, {"Content-Type": "application/json"}, '{"message":"no"}'))
        program.put("www")
        run = program.up()
        assert run.lines == [f"POST {RECORDS}"]
        assert f"* StatusCode: {status} ; Err: {status}: no" in run.error


class TestUpdating:
    @pytest.mark.parametrize("refresh", [False, True])
    def test_an_unchanged_record_is_the_same(self, program: Program, *, refresh: bool) -> None:
        program.put("www")
        program.up()
        run = program.up(refresh=refresh)
        assert run.operations[-1] == ("same", "www")
        assert run.lines == ([f"GET {WWW}"] if refresh else [])

    @pytest.mark.parametrize("change", [{"values": ["192.0.2.2"]}, {"ttl": 600}])
    def test_values_and_ttl_are_overwritten_without_the_name(self, program: Program, change: dict[str, Any]) -> None:
        program.put("www")
        program.up()
        program.put("www", **change)
        run = program.up()
        assert (run.operations, run.lines) == ([("update", "www")], [f"PUT {WWW}", f"GET {WWW}"])
        wanted = {"ttl": 300, "values": ["192.0.2.1"]} | change
        assert run.requests[0].body == {
            "rrset_type": "A",
            "rrset_ttl": wanted["ttl"],
            "rrset_values": wanted["values"],
        }

    @pytest.mark.parametrize("refresh", [False, True])
    def test_values_in_another_order_are_the_same(self, program: Program, *, refresh: bool) -> None:
        program.put("www", values=["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        program.up()
        program.put("www", values=["192.0.2.3", "192.0.2.1", "192.0.2.2"])
        assert program.up(refresh=refresh).operations[-1] == ("same", "www")

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"name": "web"}, f"{RECORDS}/web/A"),
            ({"type": "AAAA", "values": ["2001:db8::1"]}, f"{RECORDS}/www/AAAA"),
            ({"zone": "example.net"}, "/domains/example.net/records/www/A"),
        ],
        ids=["name", "type", "zone"],
    )
    def test_another_name_type_or_zone_deletes_before_it_creates(
        self, program: Program, change: dict[str, Any], path: str
    ) -> None:
        program.put("www")
        program.up()
        program.put("www", **change)
        run = program.up()
        assert run.operations == REPLACED
        assert run.lines == [f"DELETE {WWW}", f"POST {path.rsplit('/', 2)[0]}", f"GET {path}"]

    def test_a_replacement_that_fails_leaves_nothing_and_going_back_posts_it_and_deletes_it(
        self, program: Program, api: RecordingGandi
    ) -> None:
        api.add("web", "A", "198.51.100.1")
        program.put("www")
        program.up()
        program.put("www", name="web")
        run = program.up()
        assert run.lines == [f"DELETE {WWW}", f"POST {RECORDS}"]
        assert "409" in run.error
        assert WWW not in api.records
        program.put("www")
        run = program.up()
        assert (run.error, run.lines) == ("", [f"POST {RECORDS}", f"GET {WWW}", f"DELETE {WWW}"])
        assert WWW not in api.records

    def test_another_logical_name_for_the_same_record_loses_it(self, program: Program, api: RecordingGandi) -> None:
        program.put("www")
        program.up()
        program.drop("www")
        program.put("web", name="www")
        run = program.up()
        assert run.lines == [f"POST {RECORDS}", f"GET {WWW}", f"DELETE {WWW}"]
        assert api.records == {}
        assert program.state("web")["id"] == f"{ZONE}/www/A"

    def test_an_alias_keeps_it(self, program: Program, api: RecordingGandi) -> None:
        program.put("www")
        program.up()
        program.drop("www")
        program.put("web", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="www")]), name="www")
        run = program.up()
        assert (run.operations, run.lines) == ([("same", "web")], [])
        assert WWW in api.records
