"""What was recorded of the real plugin under TrueNorth, a test each: what the stand-in once did otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from lab.plugin.cloudflare.configuration import faults
from tests.lab.plugin.cloudflare.test_runs import explicit_provider
from tests.lab.plugin.program import Program
from tests.lab.plugin.recording_api import RecordingApi

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("attached")]

DATA: dict[str, dict[str, Any]] = {
    "CAA": {"flags": 0, "tag": "issue", "value": "ca.example"},
    "CERT": {"type": 1, "keyTag": 1, "algorithm": 8, "certificate": "AAAA"},
    "DNSKEY": {"flags": 257, "protocol": 3, "algorithm": 13, "publicKey": "AAAA"},
    "DS": {"keyTag": 1, "algorithm": 13, "digestType": 2, "digest": "AAAA"},
    "HTTPS": {"priority": 1, "target": ".", "value": 'alpn="h3"'},
    "LOC": {"latDegrees": 1, "latDirection": "N", "longDegrees": 2, "longDirection": "E", "latMinutes": 0,
            "latSeconds": 0, "longMinutes": 0, "longSeconds": 0, "altitude": 0, "size": 0, "precisionHorz": 0,
            "precisionVert": 0},
    "NAPTR": {"order": 1, "preference": 2, "flags": "S", "service": "x", "regex": "", "replacement": "a.example"},
    "SMIMEA": {"usage": 3, "selector": 1, "matchingType": 1, "certificate": "AA"},
    "SRV": {"priority": 10, "weight": 5, "port": 5060, "target": "sip.example.net"},
    "SSHFP": {"algorithm": 4, "type": 2, "fingerprint": "AA"},
    "SVCB": {"priority": 1, "target": ".", "value": 'alpn="h3"'},
    "TLSA": {"usage": 3, "selector": 1, "matchingType": 1, "certificate": "AA"},
}  # fmt: skip
BESIDE_DATA = {"SRV"}
"""Types whose priority the API gives back beside the data, though it is not asked for there."""


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of a zone of the lab, which is where the plugin asks."""
    cloudflare = Cloudflare()
    made = cloudflare.add_zone("example.com")
    cloudflare.add_token("the-token")
    with serve(cloudflare) as url:
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", url)
        yield made.id


def put(program: Program, zone: str, record_type: str, **more: object) -> None:
    name = record_type.lower()
    inputs: dict[str, Any] = {"type": record_type, "content": None, "zoneId": zone, "data": DATA[record_type], **more}
    program.put(name, name=f"{name}.example.com", **inputs)


def test_a_priority_in_the_data_alone_is_changed_at_each_refresh_and_one_beside_it_is_not(
    program: Program, zone: str
) -> None:
    for record_type in DATA:
        put(program, zone, record_type)
    assert program.up().error == ""
    for _ in range(2):
        run = program.up(refresh=True)
        assert {name for operation, name in run.operations if operation == "update"} == {
            one.lower() for one in BESIDE_DATA
        }
    for record_type in BESIDE_DATA:
        put(program, zone, record_type, priority=DATA[record_type]["priority"])
    program.up(refresh=True)
    for _ in range(2):
        assert {operation for operation, _ in program.up(refresh=True).operations} == {"refresh", "same"}


def test_an_undeclared_priority_is_sent_as_null(program: Program, api: RecordingApi) -> None:
    data = DATA["SRV"]
    program.put("srv", type="SRV", content=None, data=data)
    program.up()
    record = api.record(str(program.state("srv")["id"]))
    record["priority"] = data["priority"]
    run = program.up(refresh=True)
    assert run.operations == [("refresh", "srv"), ("update", "srv")]
    assert run.requests[-1].body["priority"] is None


def test_a_record_takes_some_three_kilobytes_of_state_half_of_them_for_the_bridge(program: Program) -> None:
    program.put("www")
    program.put("mark", type="TXT", name="_truenorth-a.www.example.com", content='"heritage=truenorth,owner=home"')
    program.up()
    for name in ("www", "mark"):
        state = program.state(name)
        lean = {key: value for key, value in state.items() if key not in {"sourcePosition", "stackTrace"}}
        delta = json.dumps(state["outputs"]["__pulumi_raw_state_delta"])
        assert 2500 <= len(json.dumps(lean, separators=(",", ":"))) <= 3200
        assert delta.count("ciphertext") >= 5
        assert json.loads(state["outputs"]["__meta"])["schema_version"]


def test_a_refresh_finds_no_drift_in_what_the_bridge_keeps(program: Program) -> None:
    program.put("www", comment="ours", tags=["a:b"])
    program.up()
    assert program.state("www")["outputs"].keys() >= {"comment", "tags"}
    for _ in range(2):
        assert program.up(refresh=True).operations == [("refresh", "www"), ("same", "www")]


@pytest.mark.parametrize("token", ["short", "a" * 39, "a" * 39 + "!", "a b" * 20])
def test_the_token_of_a_provider_that_is_declared_is_checked_before_anything_is_asked(
    program: Program, api: RecordingApi, token: str
) -> None:
    program.around = lambda: explicit_provider(apiToken=token, baseUrl=api.url)
    program.put("www")
    run = program.up()
    assert "API tokens must only contain characters a-z, A-Z, 0-9, hyphens and underscores" in run.error
    assert run.lines == []
    assert token not in run.error


def test_the_token_of_the_environment_is_not_checked_for_the_default_provider(program: Program) -> None:
    program.put("www")
    run = program.up()
    assert (run.error, run.requests[0].headers["Authorization"]) == ("", "Bearer the-token")


@pytest.mark.parametrize(
    ("inputs", "environment", "is_right"),
    [
        ({}, {}, True),
        ({"apiToken": "a" * 40}, {}, True),
        ({}, {"CLOUDFLARE_API_TOKEN": "-_" * 20}, True),
        ({}, {"CLOUDFLARE_API_TOKEN": "short"}, False),
        ({"apiToken": "short"}, {"CLOUDFLARE_API_TOKEN": "a" * 40}, False),
    ],
)
def test_a_token_has_forty_characters_in_a_row(
    inputs: dict[str, str],
    environment: dict[str, str],
    is_right: bool,  # noqa: FBT001 - a table
) -> None:
    assert (faults(dict(inputs), environment) == []) is is_right


def test_secrets_among_the_outputs_do_not_hide_the_others_from_the_program(program: Program) -> None:
    program.put("www")
    program.up()
    outputs = program.stack.outputs()
    assert (outputs["www"].value, outputs["www"].secret) == (program.state("www")["id"], False)
