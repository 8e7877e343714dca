from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from components.records.record import Record
from components.records.record_set import TYPE_TOKEN
from stacks.model.errors import ObservationError
from stacks.model.memory import Spent
from stacks.model.observation import Registry
from stacks.observe.registry import RECORD_COMPONENT, parse_registry, read_registry

PREFIX = "urn:pulumi:home::truenorth::"
STACK_URN = f"{PREFIX}pulumi:pulumi:Stack::truenorth-home"
RECORD_URN = f"{PREFIX}truenorth:dns:OwnedRecord$cloudflare:index/dnsRecord:DnsRecord::www.example.com/A"


def exported(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a JSON document
    inputs = {"name": "www.example.com", "type": "A", "content": "203.0.113.7", "ttl": 1, "zoneId": "z"}
    record = {"urn": RECORD_URN, "type": "cloudflare:index/dnsRecord:DnsRecord", "id": "r1", "inputs": inputs}
    stack = {"urn": STACK_URN, "type": "pulumi:pulumi:Stack", "outputs": {"zones": {"example.com": "z"}}}
    other = {"urn": f"{PREFIX}x:y:Z::z", "type": "x:y:Z", "inputs": {}}
    return {"version": 3, "deployment": {"resources": [stack, record | changes, other]}}


def engine(folder: Path, body: str) -> Path:
    script = folder / "pulumi"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    return script


def read(script: Path) -> Registry:
    return read_registry("home", os.environ, pulumi=script, cwd=script.parent)


MARK = '"heritage=truenorth,truenorth/instance=1a2b3c4d,truenorth/owner=home"'


def marked(content: str) -> dict[str, object]:
    """A mark, as the engine writes it."""
    inputs = {"zoneId": "z", "name": "_truenorth-a.www.example.com", "type": "TXT", "content": content, "ttl": 1}
    token = "cloudflare:index/dnsRecord:DnsRecord"
    urn = f"{PREFIX}{TYPE_TOKEN}${token}::www.example.com/A/mark"
    return {"urn": urn, "type": token, "custom": True, "id": "m", "inputs": inputs, "outputs": inputs}


def test_the_id_of_a_state_is_in_its_outputs_else_in_its_marks_else_in_what_was_begun() -> None:
    root = {"urn": STACK_URN, "type": "pulumi:pulumi:Stack", "outputs": {"instance": "5e6f7a8b"}}
    cases: list[tuple[dict[str, object], str]] = [
        ({"resources": [root, marked(MARK)]}, "5e6f7a8b"),
        ({"resources": [marked(MARK)]}, "1a2b3c4d"),
        ({"resources": [], "pending_operations": [{"type": "creating", "resource": marked(MARK)}]}, "1a2b3c4d"),
        ({"resources": [marked(MARK.replace("truenorth/instance=1a2b3c4d,", ""))]}, ""),
        ({}, ""),
    ]
    for deployment, expected in cases:
        assert parse_registry({"deployment": deployment}).instance == expected


def test_what_the_guard_remembers_is_in_the_outputs() -> None:
    said = {"spent": [["z", 60, 10, 1, 2]], "clusters": {"": "uid"}}
    root = {"urn": STACK_URN, "type": "pulumi:pulumi:Stack", "outputs": {"guard": said}}
    found = parse_registry({"deployment": {"resources": [root]}}).memory
    assert found.spent == (Spent("home", "z", 60, 10, 1, 2),)
    assert found.clusters == (("", "uid"),)


def test_our_records_are_those_of_state() -> None:
    registry = parse_registry(exported())
    (only,) = registry.records
    assert (only.urn, only.logical_name, only.id, only.zone_id) == (RECORD_URN, "www.example.com/A", "r1", "z")
    assert only.record == Record("www.example.com", "A", "203.0.113.7", 1, proxied=False, comment="")
    assert (registry.zone_ids, registry.stack_urn) == ((("example.com", "z"),), STACK_URN)


def test_a_record_set_at_gandi_is_one_record_with_all_its_values() -> None:
    token = "gandi:livedns/record:Record"
    urn = f"{PREFIX}truenorth:dns:OwnedRecord${token}::www.example.net/MX"
    values = ["20 mx.example.org.", "10 mail.example.net."]
    inputs = {"__defaults": [], "name": "www", "type": "MX", "ttl": 300.0, "values": values, "zone": "example.net"}
    resource = {"urn": urn, "type": token, "id": "example.net/www/MX", "inputs": inputs}
    (only,) = parse_registry({"deployment": {"resources": [resource]}}).records
    assert (only.provider, only.logical_name, only.id) == ("gandi", "www.example.net/MX", "example.net/www/MX")
    assert only.zone_id == "example.net"
    content = "10 mail.example.net\n20 mx.example.org"
    assert only.record == Record("www.example.net", "MX", content, 300, proxied=False, comment="")


def test_a_record_that_waits_for_its_deletion_is_not_ours_to_declare() -> None:
    assert parse_registry(exported(delete=True)).records == ()


def test_what_an_interrupted_run_left_pending_is_known() -> None:
    document = exported()
    document["deployment"]["pending_operations"] = [{"resource": {"urn": RECORD_URN}, "type": "creating"}]
    assert parse_registry(document).interrupted == (RECORD_URN,)


@pytest.mark.parametrize("document", [{}, {"deployment": None}, {"deployment": {"resources": None}}])
def test_an_empty_state_is_an_empty_registry(document: dict[str, Any]) -> None:
    assert parse_registry(document) == Registry()


def test_a_stack_that_does_not_exist_yet_owns_nothing(tmp_path: Path) -> None:
    assert read(engine(tmp_path, "echo \"error: no stack named 'home' found\" >&2; exit 255")) == Registry()


def test_the_state_is_read_from_the_engine(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(json.dumps(exported()))
    assert len(read(engine(tmp_path, f"cat {tmp_path}/state.json")).records) == 1


def test_a_state_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="could not be read: access denied"):
        read(engine(tmp_path, "echo 'error: access denied' >&2; exit 255"))
    with pytest.raises(ObservationError, match="could not be read"):
        read(tmp_path / "nowhere")


def test_the_providers_in_state_are_told_with_the_variables_of_their_tokens() -> None:
    urns = (
        "urn:pulumi:home::truenorth::pulumi:providers:cloudflare::cloudflare/NET_TOKEN",
        "urn:pulumi:home::truenorth::pulumi:providers:cloudflare::default_6_23_1",
        "urn:pulumi:home::truenorth::pulumi:providers:gandi::default_2_3_2_github_/api.github.com/pulumiverse",
        "urn:pulumi:home::truenorth::pulumi:providers:kubernetes::cluster",
        "urn:pulumi:home::truenorth::pulumi:providers:truenorth::default",
        "urn:pulumi:home::truenorth::pulumi:providers:truenorth::rfc2136/HOUSE_SECRET/192.0.2.53:5353/key/hmac-sha256",
    )
    resources = [{"urn": urn, "type": urn.split("::")[2]} for urn in urns]
    registry = parse_registry({"deployment": {"resources": resources}})
    assert registry.signers == (
        ("cloudflare", ""),
        ("cloudflare", "NET_TOKEN"),
        ("gandi", ""),
        ("rfc2136", "HOUSE_SECRET"),
    )


def of_type(type_chain: str, name: str = "x") -> dict[str, Any]:
    kind = type_chain.rpartition("$")[2]
    return {"urn": f"{PREFIX}{type_chain}::{name}", "type": kind, "id": "i", "inputs": {}, "outputs": {}}


@pytest.mark.parametrize(
    ("type_chain", "is_foreign"),
    [
        ("truenorth:dns:OwnedRecord", False),
        ("truenorth:index:GeoPool", False),
        ("truenorth:index:GeoLoadBalancer", False),
        ("pulumi:providers:cloudflare", False),
        ("pulumi:pulumi:StackReference", False),
        ("cloudflare:index/dnsRecord:DnsRecord", True),
        ("my:index:Site$cloudflare:index/dnsRecord:DnsRecord", True),
        ("my:index:Site$truenorth:dns:OwnedRecord", True),
        ("aws:s3/bucket:Bucket", True),
        ("truenorth:index:Operator", True),
    ],
)
def test_what_the_program_does_not_declare_is_foreign(type_chain: str, is_foreign: bool) -> None:  # noqa: FBT001 - a case
    one = of_type(type_chain)
    registry = parse_registry({"deployment": {"resources": [one]}})
    assert registry.foreign == ((one["urn"],) if is_foreign else ())
    assert registry.records == ()


def test_the_component_of_records_has_the_name_by_which_they_are_known() -> None:
    assert RECORD_COMPONENT == TYPE_TOKEN


@pytest.mark.parametrize(
    ("outputs", "made_by"), [({}, ""), ({"truenorth": "0.3.0"}, "0.3.0"), ({"truenorth": [1]}, "[1]")]
)
def test_the_version_that_made_a_state_is_read_from_it(outputs: dict[str, Any], made_by: str) -> None:
    stack = {"urn": STACK_URN, "type": "pulumi:pulumi:Stack", "outputs": outputs}
    assert parse_registry({"deployment": {"resources": [stack]}}).made_by == made_by
