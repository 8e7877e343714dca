"""The record without an engine: checks, plans, requests, and what is read back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from lab.plugin.diff import Kind
from lab.plugin.gandi.api import Api, ApiError
from lab.plugin.gandi.configuration import DEFAULT_URL, configuration
from lab.plugin.gandi.record import Record
from lab.plugin.gandi.values import after_delete, after_update, differences, in_order, still_there
from lab.plugin.package import OperationFailed
from lab.plugin.properties import UNKNOWN, Properties
from tests.lab.plugin.gandi.recording_gandi import RECORDS, ZONE, RecordingGandi

RECORD = Record()
INPUTS: Properties = {"name": "www", "type": "A", "values": ["192.0.2.1"], "ttl": 300, "zone": ZONE}
STATE: Properties = INPUTS | {"id": f"{ZONE}/www/A", "href": "", "mutable": None}


@pytest.fixture
def client(api: RecordingGandi) -> Iterator[Api]:
    client = Api(api.root, {"Authorization": "Bearer the-token"}, timeout=60)
    yield client
    client.close()


class TestCheck:
    def test_ordinary_inputs_pass_and_nothing_is_filled_in(self) -> None:
        checked = RECORD.check("www", {}, INPUTS)
        assert (checked.inputs, checked.failures) == (INPUTS | {"__defaults": []}, [])

    @pytest.mark.parametrize("name", ["ttl", "type", "values", "zone"])
    def test_what_is_required_is_asked_for(self, name: str) -> None:
        (failure,) = RECORD.check("www", {}, {key: value for key, value in INPUTS.items() if key != name}).failures
        assert failure == (
            f'Missing required argument. The argument "{name}" is required, but no definition was found.. '
            f"Examine values at 'www.{name}'."
        )

    def test_a_made_name_stays_and_a_given_one_ends_it(self) -> None:
        nameless = {key: value for key, value in INPUTS.items() if key != "name"}
        made = RECORD.check("www", {}, nameless).inputs
        assert RECORD.check("www", made, nameless).inputs == made
        given = RECORD.check("www", made, INPUTS).inputs
        assert (given["name"], given["__defaults"]) == ("www", [])
        assert RECORD.check("www", given, nameless).inputs["name"] != "www"


class TestPlan:
    def test_a_new_record_awaits_what_the_api_sets(self) -> None:
        planned = RECORD.plan(None, INPUTS)
        assert {name for name, value in planned.items() if value is UNKNOWN} == {"id", "href"}

    def test_the_same_inputs_plan_the_same_state(self) -> None:
        assert RECORD.plan(STATE, INPUTS) == STATE
        assert RECORD.plan(STATE, INPUTS | {"mutable": False}) == STATE

    @pytest.mark.parametrize("name", ["name", "type", "zone"])
    def test_the_identity_replaces(self, name: str) -> None:
        planned = RECORD.plan(STATE, INPUTS | {name: "other"})
        assert RECORD.differences(STATE, planned) == {name: Kind.UPDATE_REPLACE}

    def test_values_differ_as_sets(self) -> None:
        assert differences(["a", "b"], ["b", "a"]) == {}
        assert differences(["a", "b"], ["c", "b", "d"]) == {"values[0]": Kind.UPDATE, "values[2]": Kind.ADD}
        assert differences(["a", "b"], ["b"]) == {"values[0]": Kind.DELETE}
        assert differences(["a"], UNKNOWN) == {"values": Kind.UPDATE}


class TestValues:
    def test_a_set_is_sent_in_the_order_of_its_hashes(self) -> None:
        # The CRC-32 of each with a semicolon: 3681534630, 4030894437, 3914965028.
        values = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.2"]
        assert in_order(values) == ["192.0.2.1", "192.0.2.3", "192.0.2.2"]

    def test_a_mutable_record_takes_away_only_what_was_ours(self) -> None:
        assert after_update(["a"], ['"a"', '"theirs"'], ["b"]) == ['"b"', '"theirs"']
        assert after_delete(["a"], ['"a"', '"theirs"']) == ['"theirs"']
        assert still_there(["a", "b"], ['"a"', '"theirs"']) == ["a"]


class TestRequests:
    def test_a_record_that_is_gone_reads_as_none_and_cannot_be_deleted(self, client: Api) -> None:
        assert RECORD.read(client, STATE) is None
        with pytest.raises(ApiError, match="404: Can't find the DNS record") as failed:
            RECORD.delete(client, STATE)
        assert failed.value.text("deleting", "the-urn").startswith(
            "deleting the-urn: 1 error occurred:\n\t* StatusCode: 404 ; Err: 404: "
        )

    def test_a_record_that_goes_before_it_is_read_is_no_success(self, client: Api, api: RecordingGandi) -> None:
        json = {"Content-Type": "application/json"}
        api.instead.extend([(201, json, "{}"), (404, json, '{"message":"gone"}')])
        with pytest.raises(OperationFailed, match="expected non-nil error with nil state during Create"):
            RECORD.create(client, RECORD.plan(None, INPUTS))

    def test_an_unchanged_set_keeps_its_order_in_state(self, client: Api, api: RecordingGandi) -> None:
        values = ["192.0.2.3", "192.0.2.1", "192.0.2.2"]
        api.add("www", "A", *sorted(values))
        state = RECORD.read(client, STATE | {"values": list(values)})
        assert state is not None
        assert state["values"] == values
        assert RECORD.inputs_after_refresh(INPUTS | {"values": [], "__defaults": []}, state)["values"] == values

    def test_an_import_makes_inputs_of_what_is_there(self, client: Api, api: RecordingGandi) -> None:
        api.add("www", "A", "192.0.2.1")
        state = RECORD.find(client, f"{ZONE}/www/A")
        assert state is not None
        assert RECORD.inputs_after_import(state) == INPUTS | {"__defaults": []}

    def test_a_lost_connection_is_reported_as_the_client_does(self, client: Api, api: RecordingGandi) -> None:
        api.dropped = 1
        url = f"{api.url}{RECORDS}/www/A"
        with pytest.raises(ApiError) as failed:
            RECORD.read(client, STATE)
        assert str(failed.value) == f"fail to do the request (error 'Get \"{url}\": EOF')"
        assert len(api.requests) == 1

    def test_a_refused_connection_is_reported_as_the_client_does(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        client = Api(f"http://127.0.0.1:{port}", {})
        with pytest.raises(ApiError, match=f"dial tcp 127.0.0.1:{port}: connect: connection refused"):
            client.call("GET", "domains")
        client.close()

    def test_an_answer_that_does_not_come_is_given_up(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            client = Api(f"http://127.0.0.1:{silent.getsockname()[1]}", {}, timeout=0.1)
            with pytest.raises(ApiError, match="context deadline exceeded"):
                client.call("GET", "domains")
            client.close()

    @pytest.mark.parametrize(
        ("status", "content_type", "body", "message"),
        [
            (
                400,
                "application/json",
                '{"errors":[{"name":"a","description":"b"},{"name":"c"}]}',
                "StatusCode: 400 ; Err: a: b, c:  ",
            ),
            (429, "application/json", '{"message":"slow down"}', "StatusCode: 429 ; Err: 429: slow down "),
            (500, "application/json", "{}", "StatusCode: 500 ; Err: 500 "),
            (502, "text/html", "<html>", "Response body is not json for status 502"),
            (403, "application/json; charset=utf-8", "{}", "Response body is not json for status 403"),
            (200, "application/json", "<", "fail to decode the response body"),
        ],
    )
    def test_refusals_are_worded_as_the_client_does(
        self, client: Api, api: RecordingGandi, status: int, content_type: str, body: str, message: str
    ) -> None:
        api.instead.append((status, {"Content-Type": content_type}, body))
        with pytest.raises(ApiError) as failed:
            client.call("GET", "domains")
        assert str(failed.value).startswith(message)


class TestConfiguration:
    def test_the_environment_is_read_where_there_is_no_input(self) -> None:
        environment = {"GANDI_PERSONAL_ACCESS_TOKEN": "t", "GANDI_KEY": "k", "GANDI_SHARING_ID": "s", "GANDI_URL": "u"}
        found = configuration({}, environment)
        assert (found.url, found.headers, found.sharing_id) == ("u", {"Authorization": "Bearer t"}, "s")
        found = configuration({"personalAccessToken": "", "url": "v", "dryRun": "true"}, environment)
        assert (found.url, found.headers) == ("v", {"Authorization": "Apikey k", "Dry-Run": "1"})
        assert "Bearer" not in repr(found)

    def test_a_token_in_the_environment_beats_a_key_among_the_inputs(self) -> None:
        found = configuration({"key": "k"}, {"GANDI_PERSONAL_ACCESS_TOKEN": "t"})
        assert found.headers == {"Authorization": "Bearer t"}

    def test_the_public_api_is_the_default(self) -> None:
        assert configuration({}, {}).url == DEFAULT_URL


def test_several_operations_share_the_connections(client: Api, api: RecordingGandi) -> None:
    threads = [
        threading.Thread(target=RECORD.create, args=(client, RECORD.plan(None, INPUTS | {"name": f"host{number}"})))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.records) == 20
