"""What a deployment looks like once record sets have gone from one stack's to another's. No engine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.shards import transfer
from cli.state.integrity import fault_of_deployment
from stacks.model.shards import root_of
from stacks.observe.registry import parse_registry

RECORD = "cloudflare:index/dnsRecord:DnsRecord"
COMPONENT = "truenorth:dns:OwnedRecord"
PROVIDER = "pulumi:providers:cloudflare"
VERSION = "v3.256.0"
MANIFEST = {"magic": hashlib.sha256(VERSION.encode()).hexdigest(), "version": VERSION}
SHARD = "home-shard-1"
SETS = [f"{letter}.example.com" for letter in "abcdef"]


def urn(stack: str, kind: str, name: str) -> str:
    return f"urn:pulumi:{stack}::truenorth::{kind}::{name}"


def record_urn(stack: str, name: str) -> str:
    return urn(stack, f"{COMPONENT}${RECORD}", name)


def record_set(stack: str, host: str, provider: str) -> list[dict[str, Any]]:
    """A component with an address and the mark that it depends on, as the engine writes them."""
    component = urn(stack, COMPONENT, f"{host}/A")
    mark = record_urn(stack, f"{host}/A/mark")

    def record(name: str, kind: str, after: list[str]) -> dict[str, Any]:
        return {
            "urn": record_urn(stack, name),
            "custom": True,
            "id": f"id-{name}",
            "type": RECORD,
            "inputs": {"zoneId": "z", "name": host, "type": kind, "content": "192.0.2.1", "ttl": 300},
            "parent": component,
            "dependencies": after,
            "provider": provider,
            "propertyDependencies": {"name": after},
        }

    return [
        {"urn": component, "custom": False, "type": COMPONENT, "parent": root_of(stack, "truenorth")},
        record(f"{host}/A/mark", "TXT", []),
        record(f"{host}/A", "A", [mark]),
    ]


def deployment(stack: str, hosts: list[str], *, provider_id: str = "p-1") -> dict[str, Any]:
    """The state of a stack that holds these hosts."""
    provider = urn(stack, PROVIDER, "default")
    resources = [
        {"urn": root_of(stack, "truenorth"), "custom": False, "type": "pulumi:pulumi:Stack", "outputs": {"zones": {}}},
        {"urn": provider, "custom": True, "id": provider_id, "type": PROVIDER},
    ]
    for host in hosts:
        resources += record_set(stack, host, f"{provider}::{provider_id}")
    return {"manifest": MANIFEST, "secrets_providers": {"type": stack}, "resources": resources}


def held(state: Mapping[str, Any]) -> dict[str, str]:
    """The ids of the records that a state holds, by logical name."""
    return {one.logical_name: one.id for one in parse_registry({"deployment": state}).records}


@settings(deadline=None)
@given(
    own=st.lists(st.sampled_from(SETS), unique=True, min_size=1),
    others=st.lists(st.sampled_from(["x.example.com", "y.example.com"]), unique=True),
    chosen=st.sets(st.sampled_from(SETS)),
    new=st.booleans(),
)
def test_what_moves_is_in_the_target_as_it_was_and_the_source_has_the_rest(
    own: list[str], others: list[str], chosen: set[str], *, new: bool
) -> None:
    source = deployment("home", own)
    target = {} if new else deployment(SHARD, others, provider_id="p-2")
    before = {**held(source), **(held(target) if target else {})}
    moved = transfer.whole(source, [record_urn("home", f"{host}/A") for host in chosen])
    after = transfer.added(target, source, moved, SHARD)
    left = transfer.removed(source, [one["urn"] for one in moved])
    assert fault_of_deployment(after) == fault_of_deployment(left) == ""
    assert not any(one in str(after) for one in ("pulumi:home::", "truenorth-home'"))
    assert held(after).keys() & held(left).keys() == set()
    assert {**held(after), **held(left)} == before
    assert held(left).keys() == {f"{host}/A{end}" for host in own if host not in chosen for end in ("", "/mark")}
    assert after["secrets_providers"]["type"] == ("home" if new else SHARD)
    assert transfer.added(after, source, moved, SHARD) == after


def test_a_set_moves_whole_whichever_part_is_named() -> None:
    source = deployment("home", SETS[:2])
    parts = (record_urn("home", "a.example.com/A/mark"), urn("home", COMPONENT, "a.example.com/A"))
    for part in parts:
        assert [one["urn"].rpartition("::")[2] for one in transfer.whole(source, [part])] == [
            "a.example.com/A",
            "a.example.com/A/mark",
            "a.example.com/A",
        ]
    assert transfer.whole(source, [record_urn("home", "gone.example.com/A")]) == ()


def test_what_waits_for_its_deletion_goes_with_its_set() -> None:
    source = deployment("home", SETS[:1])
    source["resources"].append({**source["resources"][-1], "id": "replaced", "delete": True})
    moved = transfer.whole(source, [record_urn("home", "a.example.com/A")])
    after = transfer.added({}, source, moved, SHARD)
    assert [one["id"] for one in after["resources"] if one.get("delete")] == ["replaced"]


def test_the_target_s_own_provider_is_used_and_a_missing_one_comes_along() -> None:
    source = deployment("home", SETS[:1])
    moved = transfer.whole(source, [record_urn("home", "a.example.com/A")])
    here = transfer.added(deployment(SHARD, [], provider_id="p-2"), source, moved, SHARD)
    assert {one["provider"] for one in here["resources"] if "provider" in one} == {
        f"{urn(SHARD, PROVIDER, 'default')}::p-2"
    }
    fresh = transfer.added({}, source, moved, SHARD)
    assert [one["type"] for one in fresh["resources"][:2]] == ["pulumi:pulumi:Stack", PROVIDER]
    assert {one["provider"] for one in fresh["resources"] if "provider" in one} == {
        f"{urn(SHARD, PROVIDER, 'default')}::p-1"
    }


def test_what_stays_refers_no_more_to_what_goes_and_the_other_way_round() -> None:
    source = deployment("home", SETS[:2])
    first, second = record_urn("home", "a.example.com/A"), source["resources"][-1]
    second["dependencies"], second["propertyDependencies"] = [first], {"name": [first]}
    moved = transfer.whole(source, [first])
    left = transfer.removed(source, [one["urn"] for one in moved])
    assert left["resources"][-1]["dependencies"] == []
    assert left["resources"][-1]["propertyDependencies"] == {"name": []}
    there = transfer.added({}, source, transfer.whole(source, [second["urn"]]), SHARD)
    assert there["resources"][-1]["dependencies"] == []
    assert there["resources"][-1]["propertyDependencies"] == {"name": []}


def test_a_name_that_the_target_has_for_another_record_is_told() -> None:
    source, target = deployment("home", SETS[:2]), deployment(SHARD, SETS[:1])
    moved = transfer.whole(source, [record_urn("home", f"{host}/A") for host in SETS[:2]])
    assert transfer.clashing(target, source, moved, SHARD) == frozenset()
    target["resources"][-1]["id"] = "another"
    assert {one.rpartition("::")[2] for one in transfer.clashing(target, source, moved, SHARD)} == {
        "a.example.com/A",
        "a.example.com/A/mark",
    }


def test_values_that_are_encrypted_are_noticed() -> None:
    source = deployment("home", SETS[:1])
    assert not transfer.holds_secrets(source)
    mark = "1b47061264138c4ac30d75fd1eb44270"
    source["resources"][1]["inputs"] = {"apiToken": {"4dabf18193072939515e22adb298388d": mark, "ciphertext": "v1:x"}}
    assert transfer.holds_secrets(source)


def test_what_holds_pulumis_own_alone_is_emptied_and_keeps_its_secrets_provider() -> None:
    state = deployment("home", ["a.example.com"])
    assert not transfer.holds_nothing(state)
    left = transfer.removed(
        state, [one["urn"] for one in transfer.whole(state, [record_urn("home", "a.example.com/A")])]
    )
    assert transfer.holds_nothing(left)
    assert transfer.emptied(left) == {**left, "resources": []}
    assert transfer.emptied({}) == {}
