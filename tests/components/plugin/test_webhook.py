"""The provider of record sets, asked as the engine asks it, before a provider of the webhook protocol."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from components.plugin.backends import ByWebhook
from components.plugin.record_sets import RecordSets
from components.webhook.client import NotSpoken
from components.zone_set import ZoneSet
from tests.components.plugin.test_record_sets import URN, configured, difference
from tests.components.webhook.conftest import Provider, provider

__all__ = ["provider"]
ZONE = "house.example"
ID = f"{ZONE}/www/A"


def properties(ttl: float = 300.0, *values: str) -> dict[str, PropertyValue]:
    listed = PropertyValue([PropertyValue(value) for value in values or ("192.0.2.1",)])
    texts = {"zone": ZONE, "name": "www", "type": "A"}
    return {name: PropertyValue(text) for name, text in texts.items()} | {"ttl": PropertyValue(ttl), "values": listed}


def of(provider: Provider) -> RecordSets:
    return configured({"webhookUrl": provider.url})


def test_a_record_set_is_made_read_changed_and_removed(provider: Provider) -> None:
    sets, made, changed = of(provider), properties(), properties(300.0, "192.0.2.2")
    created = asyncio.run(sets.create(sdk.CreateRequest(URN, made, 0, preview=False)))
    assert (created.resource_id, created.properties) == (ID, made)
    assert asyncio.run(sets.read(sdk.ReadRequest(URN, ID, made, made))).properties == made
    asyncio.run(sets.update(sdk.UpdateRequest(URN, ID, made, changed, 0, [], preview=False)))
    assert provider.targets() == {f"www.{ZONE}/A": ["192.0.2.2"]}
    asyncio.run(sets.delete(sdk.DeleteRequest(URN, ID, changed, 0)))
    assert asyncio.run(sets.read(sdk.ReadRequest(URN, ID, changed, changed))).resource_id is None
    assert provider.requests("GET").count("/") == 1


def test_properties_of_the_provider_are_made_and_changed_and_kept_in_state(provider: Provider) -> None:
    sets = of(provider)
    made, changed = (
        {**properties(), "properties": PropertyValue({"weight": PropertyValue(text)})} for text in ("10", "20")
    )
    created = asyncio.run(sets.create(sdk.CreateRequest(URN, made, 0, preview=False)))
    assert created.properties == made
    assert asyncio.run(sets.read(sdk.ReadRequest(URN, ID, made, made))).properties == made
    assert difference(made, changed).diffs == ["properties"]
    assert difference(made, properties()).diffs == ["properties"]
    assert difference(made, made).changes is False
    asyncio.run(sets.update(sdk.UpdateRequest(URN, ID, made, changed, 0, [], preview=False)))
    assert provider.there[f"www.{ZONE}", "A"]["providerSpecific"] == [{"name": "weight", "value": "20"}]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (PropertyValue("weight"), "no mapping"),
        (PropertyValue({"weight": PropertyValue(10.0)}), "no mapping"),
        (PropertyValue({"": PropertyValue("10")}), "is empty"),
        (PropertyValue({"weight": PropertyValue("1" * 1025)}), "longer than 1024"),
        (PropertyValue({"weight": PropertyValue("\x1b[31m")}), "U+001B"),
        (PropertyValue({f"n{number}": PropertyValue("1") for number in range(101)}), "100 at most"),
    ],
)
def test_properties_that_cannot_be_are_refused(provider: Provider, given: PropertyValue, reason: str) -> None:
    asked = sdk.CheckRequest(URN, {}, {**properties(), "properties": given}, b"")
    ((name, said),) = [(one.property, one.reason) for one in asyncio.run(of(provider).check(asked)).failures or []]
    assert name == "properties"
    assert reason in said


def test_a_name_server_keeps_no_properties() -> None:
    sets = configured({"rfc2136Server": "192.0.2.53", "rfc2136Key": "any"})
    given = {**properties(), "properties": PropertyValue({"weight": PropertyValue("10")})}
    (failure,) = asyncio.run(sets.check(sdk.CheckRequest(URN, {}, given, b""))).failures or []
    assert (failure.property, failure.reason[:27]) == ("properties", "a name server keeps none: t")


def test_a_ttl_that_is_not_kept_is_remembered_beside_the_wished_one(provider: Provider) -> None:
    provider.adjusts = lambda one: {**one, "recordTTL": 3600}
    sets, made = of(provider), properties()
    created = asyncio.run(sets.create(sdk.CreateRequest(URN, made, 0, preview=False)))
    assert created.properties == {**made, "keptTtl": PropertyValue(3600.0)}
    read = asyncio.run(sets.read(sdk.ReadRequest(URN, ID, created.properties, made)))
    assert (read.properties, read.inputs) == (created.properties, made)
    assert difference(created.properties, made).changes is False
    provider.put(f"www.{ZONE}", "192.0.2.1", recordTTL=60)
    read = asyncio.run(sets.read(sdk.ReadRequest(URN, ID, created.properties, made)))
    assert read.inputs == properties(60.0)


def test_changes_that_wait_go_together_and_those_of_one_name_in_turn(provider: Provider) -> None:
    backend, first = ByWebhook(provider.webhook), threading.Event()
    names = [f"n{number}" for number in range(20)]
    provider.keeps = lambda one: one if first.wait(60) else None

    def make(name: str, kind: str, value: str) -> int:
        return backend.create(ZoneSet(ZONE, name, kind, 300, (value,)))

    with ThreadPoolExecutor(42) as pool:
        opening = pool.submit(make, "first", "A", "192.0.2.1")
        waiting = [pool.submit(make, name, *one) for name in names for one in (("A", "192.0.2.1"), ("TXT", '"mark"'))]
        first.set()
        assert [one.result(60) for one in (opening, *waiting)] == [300] * 41
    assert len(provider.there) == 41
    assert provider.requests("POST").count("/records") < 41


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"webhookUrl": "localhost"}, "webhookUrl"),
        ({"webhookUrl": "http://localhost", "webhookTimeout": "soon"}, "webhookTimeout"),
        ({"webhookUrl": "http://localhost", "webhookToken": "a b"}, "webhookToken"),
        ({"webhookUrl": "http://localhost", "rfc2136Server": "ns"}, "rfc2136Server"),
    ],
)
def test_a_configuration_says_what_is_wrong(settings: Mapping[str, str], field: str) -> None:
    given = {name: PropertyValue(one) for name, one in settings.items()}
    failures = asyncio.run(RecordSets("{}").check_config(sdk.CheckRequest("urn", {}, given, b""))).failures or ()
    assert [one.property for one in failures] == [field]
    assert "a b" not in "".join(one.reason for one in failures)


def test_a_zone_outside_of_the_filter_is_refused(provider: Provider) -> None:
    provider.domains = {"include": ["other.example"]}
    with pytest.raises(NotSpoken, match=r"it takes only other\.example"):
        asyncio.run(of(provider).create(sdk.CreateRequest(URN, properties(), 0, preview=False)))
