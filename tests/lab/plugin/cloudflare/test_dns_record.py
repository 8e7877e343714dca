"""The pure parts of DnsRecord: checks, plans, bodies, and what is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.plugin.cloudflare.api import Api, ApiError, Diagnostic
from lab.plugin.cloudflare.attributes import camel_case, snake_case
from lab.plugin.cloudflare.dns_record import DnsRecord
from lab.plugin.cloudflare.import_id import parse_import_id
from lab.plugin.cloudflare.states import (
    after_read,
    after_write,
    create_body,
    inputs_after_import,
    inputs_after_refresh,
    update_body,
)
from lab.plugin.properties import UNKNOWN, Properties, Value
from tests.lab.plugin.recording_api import COMPUTED, ZONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.lab.plugin.recording_api import RecordingApi

RECORD = DnsRecord()
INPUTS: Properties = {"name": "www.example.com", "type": "A", "content": "192.0.2.1", "ttl": 300, "zoneId": ZONE}


class Echo(Api):
    """An API that answers with what it was sent."""

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, object]:
        assert (method, path) == ("POST", f"zones/{ZONE}/dns_records")
        return COMPUTED | dict(body or {}) | {"id": "1"}


def stored(**inputs: Value) -> Properties:
    """The state after these inputs were created."""
    return RECORD.create(Echo("", {}), RECORD.plan(None, INPUTS | inputs))


class TestCheck:
    def test_ordinary_inputs_pass(self) -> None:
        assert RECORD.check("www", INPUTS) == []

    @pytest.mark.parametrize("name", ["name", "ttl", "type", "zoneId"])
    def test_what_is_required_is_asked_for(self, name: str) -> None:
        failures = RECORD.check("www", {key: value for key, value in INPUTS.items() if key != name})
        assert len(failures) == 1
        assert failures[0].startswith(f"Missing required property '{name}': ")

    def test_a_type_is_known_in_any_letters(self) -> None:
        assert RECORD.check("www", INPUTS | {"type": "cname"}) == []

    def test_what_is_not_known_yet_is_not_checked(self) -> None:
        assert RECORD.check("www", INPUTS | {"type": UNKNOWN, "priority": UNKNOWN}) == []

    def test_a_priority_has_16_bits(self) -> None:
        assert RECORD.check("www", INPUTS | {"priority": 65535}) == []
        (failure,) = RECORD.check("www", INPUTS | {"priority": 65536})
        assert failure.endswith(
            "must be between 0.000000 and 65535.000000, got: 65536.000000. Examine values at 'www.priority'."
        )


class TestPlan:
    def test_a_new_record_awaits_what_the_api_sets(self) -> None:
        planned = RECORD.plan(None, INPUTS)
        unknown = {name for name, value in planned.items() if value is UNKNOWN}
        assert unknown == {
            *("createdOn", "id", "includeShadowMetadata", "meta", "modifiedOn", "proxiable", "settings", "tags"),
            "tagsModifiedOn",
        }
        assert (planned["proxied"], planned["comment"], planned["commentModifiedOn"]) == (False, None, None)

    def test_the_same_inputs_plan_the_same_state(self) -> None:
        cases: list[Properties] = [{}, {"comment": "ours"}, {"proxied": True, "ttl": 1}, {"tags": ["a:b"]}]
        for inputs in cases:
            state = stored(**inputs)
            assert RECORD.plan(state, INPUTS | inputs) == state

    def test_a_change_makes_only_what_follows_it_unknown(self) -> None:
        state = stored(comment="ours")
        planned = RECORD.plan(state, INPUTS | {"comment": "ours", "ttl": 600})
        assert {name for name, value in planned.items() if value != state[name]} == {"ttl", "modifiedOn"}

    def test_an_input_not_known_yet_is_planned_as_unknown(self) -> None:
        assert RECORD.plan(stored(), INPUTS | {"content": UNKNOWN})["content"] is UNKNOWN

    @pytest.mark.parametrize(
        ("name", "same"),
        [("www", True), ("www.example.com.", False), ("@", True), ("ww", False), ("example.com", False)],
    )
    def test_a_relative_name_may_be_the_stored_one(self, name: str, same: bool) -> None:  # noqa: FBT001 - a table
        state = stored()
        assert (RECORD.plan(state, INPUTS | {"name": name}) == state) is same

    def test_spelled_out_default_settings_are_no_change(self) -> None:
        state = stored()
        assert RECORD.plan(state, INPUTS | {"settings": {"flattenCname": False}}) == state

    def test_the_settings_of_a_cname_record_are_filled_in(self) -> None:
        state = stored(type="CNAME", content="target.example.com")
        assert state["settings"] == {"flattenCname": False, "ipv4Only": False, "ipv6Only": False}
        assert RECORD.plan(state, INPUTS | {"type": "CNAME", "content": "target.example.com"}) == state


class TestBodies:
    def test_a_body_has_the_names_of_the_api(self) -> None:
        planned = RECORD.plan(
            None, INPUTS | {"type": "CNAME", "settings": {"flattenCname": True}, "privateRouting": True}
        )
        body = create_body(RECORD.table, planned)
        assert body["settings"] == {"flatten_cname": True, "ipv4_only": False, "ipv6_only": False}
        assert body["private_routing"] is True
        assert list(body) == sorted(body)

    def test_a_service_record_has_its_data_and_no_content(self) -> None:
        data: Value = {"priority": 1, "weight": 2, "port": 443, "target": "a.example.com", "matchingType": 1}
        planned = RECORD.plan(None, {key: value for key, value in INPUTS.items() if key != "content"} | {"data": data})
        body = create_body(RECORD.table, planned)
        assert body["data"] == {"priority": 1, "weight": 2, "port": 443, "target": "a.example.com", "matching_type": 1}
        assert "content" not in body

    def test_what_the_api_never_gave_is_not_sent_back(self) -> None:
        state = stored() | {"settings": None, "tags": None}
        body = update_body(RECORD.table, state, RECORD.plan(state, INPUTS | {"ttl": 600}))
        assert set(body) == {"content", "name", "proxied", "ttl", "type"}

    @pytest.mark.parametrize(
        ("camel", "snake"),
        [
            ("zoneId", "zone_id"),
            ("ipv4Only", "ipv4_only"),
            ("commentModifiedOn", "comment_modified_on"),
            ("ttl", "ttl"),
        ],
    )
    def test_names_translate_both_ways(self, camel: str, snake: str) -> None:
        assert (snake_case(camel), camel_case(snake)) == (snake, camel)


class TestReadingBack:
    def test_a_write_keeps_what_was_sent_and_takes_what_is_computed(self) -> None:
        answer = COMPUTED | {"id": "1", "name": "www.example.com", "content": "other", "ttl": 1, "meta": {"a": [1]}}
        state = after_write(RECORD.table, RECORD.plan(None, INPUTS | {"name": "www"}), answer)
        assert (state["name"], state["content"], state["ttl"]) == ("www", "192.0.2.1", 300)
        assert (state["meta"], state["modifiedOn"]) == ('{"a":[1]}', "2026-01-01T05:20:00Z")
        assert UNKNOWN not in state.values()

    def test_a_read_takes_all_that_the_api_answers(self) -> None:
        answer = COMPUTED | {"id": "1", "name": "x.example.com", "content": "198.51.100.1", "ttl": 1, "proxied": True}
        state = after_read(RECORD.table, stored(comment="ours"), answer)
        assert (state["name"], state["content"], state["ttl"]) == ("x.example.com", "198.51.100.1", 1)
        assert (state["proxied"], state["comment"], state["zoneId"]) == (True, None, ZONE)

    def test_a_refresh_leaves_the_inputs_that_were_there(self) -> None:
        state = stored() | {"content": "198.51.100.1", "proxied": True}
        assert inputs_after_refresh(INPUTS | {"comment": "ours"}, state) == INPUTS | {"content": "198.51.100.1"}

    def test_an_import_makes_inputs_of_what_is_set(self) -> None:
        assert inputs_after_import(RECORD.table, stored()) == INPUTS
        state = stored(comment="ours", proxied=True, ttl=1)
        assert inputs_after_import(RECORD.table, state) == INPUTS | {"comment": "ours", "proxied": True, "ttl": 1}


class TestRequests:
    def test_a_record_that_is_gone_reads_as_none(self, api: RecordingApi) -> None:
        client = Api(api.url, {})
        assert RECORD.read(client, stored()) is None
        with pytest.raises(ApiError, match="81044"):
            RECORD.delete(client, stored())
        client.close()

    def test_another_failure_to_read_is_an_error(self, api: RecordingApi) -> None:
        api.instead.append((403, {}, "{}"))
        client = Api(api.url, {})
        with pytest.raises(ApiError, match="403 Forbidden"):
            RECORD.read(client, stored())
        client.close()

    @pytest.mark.parametrize("import_id", ["", "a", "a/b/c"])
    def test_an_import_id_has_two_segments(self, import_id: str) -> None:
        with pytest.raises(Diagnostic, match="expected urlencoded segments"):
            parse_import_id(import_id, "<zone_id>/<dns_record_id>")

    def test_the_segments_of_an_import_id_are_decoded(self) -> None:
        parsed: Any = parse_import_id("a%2Fb/c", "<zone_id>/<dns_record_id>")
        assert parsed == ["a/b", "c"]
