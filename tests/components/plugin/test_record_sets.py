"""The provider of record sets, asked as the engine asks it, before a real BIND 9."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from components.dns_update.changes import Foreign
from components.plugin.record_sets import RecordSets
from tests.bind import KEY, SECRET, ZONE, Bind, running

URN = "urn:pulumi:test::shop::my:Component$truenorth:dns:RecordSet::www"
ID = f"{ZONE}/www/A"


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    with running(tmp_path_factory.mktemp("bind"), records="foreign 600 IN A 192.0.2.9\n") as made:
        yield made


@pytest.fixture
def provider(bind: Bind) -> RecordSets:
    return configured({"rfc2136Server": bind.server, "rfc2136Key": KEY, "rfc2136Secret": SECRET})


def configured(settings: Mapping[str, str]) -> RecordSets:
    made = RecordSets("{}")
    given = {name: PropertyValue(value) for name, value in settings.items()}
    asyncio.run(made.configure(sdk.ConfigureRequest({}, given, accept_secrets=True, accept_resources=True)))
    return made


def properties(name: str = "www", *values: str, **others: object) -> dict[str, PropertyValue]:
    listed = [PropertyValue(value) for value in values or ("192.0.2.1", "192.0.2.2")]
    own = {"zone": ZONE, "name": name, "type": "A", "ttl": 300.0, "values": listed, **others}
    return {key: PropertyValue(value) for key, value in own.items()}  # type: ignore[arg-type] # one of its values


def checked(given: dict[str, PropertyValue], urn: str = URN) -> dict[str, str]:
    response = asyncio.run(RecordSets("{}").check(sdk.CheckRequest(urn, {}, given, b"")))
    return {one.property: one.reason for one in response.failures or ()}


def difference(before: dict[str, PropertyValue], after: dict[str, PropertyValue]) -> sdk.DiffResponse:
    return asyncio.run(RecordSets("{}").diff(sdk.DiffRequest(URN, ID, before, after, [])))


class TestTheLifeOfARecordSet:
    def test_is_made_read_changed_and_removed(self, provider: RecordSets, bind: Bind) -> None:
        made = properties()
        created = asyncio.run(provider.create(sdk.CreateRequest(URN, made, 0, preview=False)))
        assert (created.resource_id, created.properties) == (ID, made)
        read = asyncio.run(provider.read(sdk.ReadRequest(URN, ID, made, made)))
        assert read.properties == made
        changed = properties("www", "192.0.2.3")
        asyncio.run(provider.update(sdk.UpdateRequest(URN, ID, made, changed, 0, [], preview=False)))
        assert bind.records()["www/A"] == ["192.0.2.3"]
        asyncio.run(provider.delete(sdk.DeleteRequest(URN, ID, changed, 0)))
        gone = asyncio.run(provider.read(sdk.ReadRequest(URN, ID, changed, changed)))
        assert (gone.resource_id, gone.properties) == (None, {})

    def test_is_imported_by_its_id(self, provider: RecordSets) -> None:
        read = asyncio.run(provider.read(sdk.ReadRequest(URN, f"{ZONE}/foreign/A", {}, {})))
        assert read.inputs == properties("foreign", "192.0.2.9", ttl=600.0)
        assert difference(read.properties, properties("foreign", "192.0.2.9", ttl=600.0)).changes is False

    @pytest.mark.parametrize("text", ["www", f"{ZONE}//A", f"{ZONE}/www/NOTHING", f"{ZONE}/{'x' * 64}/A"])
    def test_is_not_imported_by_what_is_no_id(self, provider: RecordSets, text: str) -> None:
        with pytest.raises(ValueError, match=r"is no|no type of records"):
            asyncio.run(provider.read(sdk.ReadRequest(URN, text, {}, {})))

    def test_is_not_made_where_somebody_has_written(self, provider: RecordSets, bind: Bind) -> None:
        with pytest.raises(Foreign):
            asyncio.run(provider.create(sdk.CreateRequest(URN, properties("foreign"), 0, preview=False)))
        assert bind.records()["foreign/A"] == ["192.0.2.9"]

    def test_is_not_touched_by_a_preview(self, provider: RecordSets, bind: Bind) -> None:
        made, before = properties("seen"), bind.records()
        asyncio.run(provider.create(sdk.CreateRequest(URN, made, 0, preview=True)))
        asyncio.run(provider.update(sdk.UpdateRequest(URN, ID, made, made, 0, [], preview=True)))
        assert bind.records() == before

    def test_keeps_what_is_secret_secret(self, provider: RecordSets) -> None:
        made = properties("hidden")
        made["values"] = made["values"].with_secret(is_secret=True)
        asyncio.run(provider.create(sdk.CreateRequest(URN, made, 0, preview=False)))
        read = asyncio.run(provider.read(sdk.ReadRequest(URN, f"{ZONE}/hidden/A", made, made)))
        assert [name for name, one in read.properties.items() if one.is_secret] == ["values"]


class TestACheck:
    def test_takes_what_is_right(self) -> None:
        assert checked(properties()) == {}

    def test_waits_for_what_a_preview_does_not_know(self) -> None:
        assert checked(properties() | {"values": PropertyValue.computed()}) == {}
        assert checked(properties() | {"values": PropertyValue([PropertyValue.computed()])}) == {}

    @pytest.mark.parametrize(
        ("change", "name", "reason"),
        [
            ({"ttl": PropertyValue("many")}, "ttl", "it is no whole number"),
            ({"ttl": PropertyValue(1.5)}, "ttl", "it is no whole number"),
            ({"values": PropertyValue("192.0.2.1")}, "values", "they are no list of texts"),
            ({"values": PropertyValue([PropertyValue(1.0)])}, "values", "they are no list of texts"),
            ({"values": PropertyValue([PropertyValue("host")])}, "values", "is no value of type A"),
            ({"zone": PropertyValue(None)}, "zone", "it is missing"),
            ({"proxied": PropertyValue(value=True)}, "proxied", "there is no such property"),
        ],
    )
    def test_says_what_is_wrong_by_property(self, change: dict[str, PropertyValue], name: str, reason: str) -> None:
        found = checked(properties() | change)
        assert found.keys() == {name}
        assert reason in found[name]

    def test_knows_no_other_resource(self) -> None:
        with pytest.raises(ValueError, match="has no resource"):
            checked(properties(), "urn:pulumi:test::shop::truenorth:dns:Zone::www")


class TestADifference:
    @pytest.mark.parametrize(
        ("after", "changed", "replaced"),
        [
            (properties(), [], []),
            (properties("www", "192.0.2.2", "192.0.2.1"), [], []),
            (properties(ttl=600.0), ["ttl"], []),
            (properties("www", "192.0.2.3"), ["values"], []),
            (properties("api"), ["name"], ["name"]),
        ],
    )
    def test_is_by_meaning(self, after: dict[str, PropertyValue], changed: list[str], replaced: list[str]) -> None:
        found = difference(properties(), after)
        assert (found.changes, found.diffs, found.replaces) == (bool(changed), changed, replaced)


class TestAConfiguration:
    def test_says_what_is_wrong(self) -> None:
        given = {"rfc2136Server": "a b", "rfc2136Key": "key", "rfc2136Secret": "no!"}
        request = sdk.CheckRequest("urn", {}, {name: PropertyValue(one) for name, one in given.items()}, b"")
        failures = asyncio.run(RecordSets("{}").check_config(request)).failures or ()
        assert [one.property for one in failures] == ["rfc2136Server", "rfc2136Secret"]
        assert "no!" not in "".join(one.reason for one in failures)

    def test_that_lacks_something_says_so_at_the_first_change(
        self, bind: Bind, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("RFC2136_TSIG_SECRET", raising=False)
        for settings, reason in (
            ({}, "is not configured"),
            ({"rfc2136Server": bind.server, "rfc2136Key": KEY}, "export RFC2136_TSIG_SECRET"),
        ):
            with pytest.raises(ValueError, match=reason):
                asyncio.run(configured(settings).read(sdk.ReadRequest(URN, ID, {}, {})))

    def test_has_the_secret_of_the_environment(self, bind: Bind, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RFC2136_TSIG_SECRET", SECRET)
        made = configured({"rfc2136Server": bind.server, "rfc2136Key": KEY})
        read = asyncio.run(made.read(sdk.ReadRequest(URN, f"{ZONE}/foreign/A", {}, {})))
        assert read.resource_id == f"{ZONE}/foreign/A"
