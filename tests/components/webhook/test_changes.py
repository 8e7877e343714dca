from __future__ import annotations

from dataclasses import replace

import pytest

from components.webhook.changes import ForeignSet, Outcome, carry_out, look
from components.webhook.client import WebhookFault, WebhookSilent
from components.zone_set import SetChange, ZoneSet
from tests.components.webhook.conftest import Provider

ZONE = "house.example"
WWW = f"www.{ZONE}"


def wanted(*values: str, name: str = "www", kind: str = "A", ttl: int = 300) -> ZoneSet:
    return ZoneSet(ZONE, name, kind, ttl, values or ("192.0.2.1",))


def done(provider: Provider, known: ZoneSet | None, wished: ZoneSet | None) -> Outcome:
    (outcome,) = carry_out(provider.webhook, [SetChange(known, wished)])
    return outcome


def told(outcome: Outcome) -> str:
    assert isinstance(outcome, WebhookFault)
    return str(outcome)


class TestASet:
    def test_is_made_changed_and_removed(self, provider: Provider) -> None:
        assert done(provider, None, wanted()) == 300
        assert done(provider, wanted(), wanted("192.0.2.2", "192.0.2.3", ttl=600)) == 600
        assert provider.targets() == {f"{WWW}/A": ["192.0.2.2", "192.0.2.3"]}
        assert done(provider, wanted("192.0.2.2", "192.0.2.3"), None) == 0
        assert provider.targets() == {}

    @pytest.mark.parametrize(
        ("kind", "value", "target"),
        [
            ("CNAME", "host.example.org.", "host.example.org"),
            ("MX", "10 mail", f"10 mail.{ZONE}"),
            ("SRV", "10 5 5060 sip.example.org.", "10 5 5060 sip.example.org."),
            ("TXT", '"v=spf1 -all"', '"v=spf1 -all"'),
            ("TXT", '"say \\"hi\\""', '"say \\"hi\\""'),
        ],
    )
    def test_is_written_as_external_dns_writes_it(self, provider: Provider, kind: str, value: str, target: str) -> None:
        assert done(provider, None, wanted(value, kind=kind)) == 300
        assert provider.targets() == {f"{WWW}/{kind}": [target]}

    @pytest.mark.parametrize("listed", ['"v=spf1 -all"', "v=spf1 -all"])
    def test_of_texts_is_the_same_with_quotes_and_without(self, provider: Provider, listed: str) -> None:
        provider.put(WWW, listed, record_type="TXT")
        known = wanted('"v=spf1 -all"', kind="TXT")
        assert done(provider, known, known) == 300
        assert provider.requests("POST") == ["/adjustendpoints"]

    def test_whose_values_are_listed_each_by_itself_is_one(self, provider: Provider) -> None:
        provider.put(WWW, "192.0.2.1")
        provider.there["second", "A"] = {**provider.there[WWW, "A"], "targets": ["192.0.2.2"]}
        (found,) = look(provider.webhook, [wanted()])
        assert found is not None
        assert sorted(one.to_text() for one in found) == ["192.0.2.1", "192.0.2.2"]

    def test_keeps_the_properties_that_are_not_ours(self, provider: Provider) -> None:
        properties = [{"name": "proxied", "value": "true"}]
        provider.put(WWW, "192.0.2.1", providerSpecific=properties)
        done(provider, wanted(), wanted("192.0.2.2"))
        assert provider.there[WWW, "A"]["providerSpecific"] == properties


def of_provider(**properties: str) -> ZoneSet:
    return replace(wanted(), properties=tuple(sorted(properties.items())))


def properties(provider: Provider) -> dict[str, str]:
    return {one["name"]: one["value"] for one in provider.there[WWW, "A"].get("providerSpecific", [])}


class TestPropertiesOfOurs:
    def test_are_made_changed_and_removed_beside_those_of_others(self, provider: Provider) -> None:
        assert done(provider, None, of_provider(weight="10")) == 300
        provider.there[WWW, "A"]["providerSpecific"].append({"name": "theirs", "value": "1"})
        assert done(provider, of_provider(weight="10"), of_provider(weight="20", proxied="true")) == 300
        assert properties(provider) == {"theirs": "1", "weight": "20", "proxied": "true"}
        assert done(provider, of_provider(weight="20", proxied="true"), wanted()) == 300
        assert properties(provider) == {"theirs": "1"}

    def test_that_are_as_they_were_are_asked_for_no_more(self, provider: Provider) -> None:
        done(provider, None, of_provider(weight="10"))
        before = provider.requests("POST").count("/records")
        assert done(provider, of_provider(weight="10"), of_provider(weight="10")) == 300
        assert provider.requests("POST").count("/records") == before

    def test_that_the_provider_does_not_keep_are_told_before_anything_is_written(self, provider: Provider) -> None:
        provider.adjusts = lambda one: {name: value for name, value in one.items() if name != "providerSpecific"}
        assert "does not keep the properties of www.house.example A: weight" in told(
            done(provider, None, of_provider(weight="10"))
        )
        assert provider.there == {}


class TestWhatOthersHaveWritten:
    @pytest.mark.parametrize(
        ("kind", "wished"),
        [
            ("A", wanted("192.0.2.9")),
            ("CNAME", wanted("192.0.2.9")),
            ("A", wanted("host.example.org.", kind="CNAME")),
        ],
    )
    def test_is_not_overwritten(self, provider: Provider, kind: str, wished: ZoneSet) -> None:
        provider.put(WWW, "host.example.org" if kind == "CNAME" else "192.0.2.66", record_type=kind)
        before = provider.targets()
        assert "somebody else has written: nothing was changed" in told(done(provider, None, wished))
        assert provider.targets() == before

    def test_stays_where_a_set_is_not_as_it_was_known(self, provider: Provider) -> None:
        provider.put(WWW, "192.0.2.66")
        assert isinstance(done(provider, wanted(), wanted("192.0.2.2")), ForeignSet)
        assert provider.targets() == {f"{WWW}/A": ["192.0.2.66"]}

    def test_is_left_alone_where_several_sets_share_the_name(self, provider: Provider) -> None:
        provider.put(WWW, "192.0.2.1", setIdentifier="eu")
        for wished in (wanted("192.0.2.2"), None):
            assert "several sets (setIdentifier)" in told(done(provider, wanted(), wished))
        assert provider.targets() == {f"{WWW}/A": ["192.0.2.1"]}


class TestWhatAProviderCannotKeep:
    def test_a_ttl_is_told_as_it_is_kept(self, provider: Provider) -> None:
        provider.adjusts = lambda one: {name: value for name, value in one.items() if name != "recordTTL"}
        assert done(provider, None, wanted()) == 0
        assert done(provider, wanted(), wanted(ttl=600)) == 0
        assert provider.requests("POST").count("/records") == 1

    def test_a_type_is_refused_before_anything_is_asked_for(self, provider: Provider) -> None:
        provider.adjusts = lambda one: None if one["recordType"] == "MX" else one
        assert "keeps no records of type MX" in told(done(provider, None, wanted("10 mail", kind="MX")))
        assert "/records" not in provider.requests("POST")

    def test_a_set_that_is_not_listed_afterwards_is_told(self, provider: Provider) -> None:
        provider.keeps = lambda _: None
        assert "does not list it" in told(done(provider, None, wanted()))

    def test_other_values_are_told(self, provider: Provider) -> None:
        provider.keeps = lambda one: {**one, "targets": ["192.0.2.77"]}
        assert f"keeps {WWW} A as 192.0.2.77, not as it was asked for" in told(done(provider, None, wanted()))


class TestALostAnswer:
    @pytest.mark.parametrize("status", [-500, -503, -599])
    def test_is_settled_by_a_look(self, provider: Provider, status: int) -> None:
        provider.statuses["POST /records"] = [status]
        assert done(provider, None, wanted()) == 300
        assert provider.requests("POST").count("/records") == 1

    @pytest.mark.parametrize("status", [500, 599])
    def test_of_a_change_that_was_not_made_is_asked_for_once_more(self, provider: Provider, status: int) -> None:
        provider.statuses["POST /records"] = [status]
        assert done(provider, None, wanted()) == 300
        assert provider.requests("POST").count("/records") == 2

    def test_of_a_change_that_is_never_made_is_told(self, provider: Provider) -> None:
        provider.statuses["POST /records"] = [500] * 2
        assert f"{WWW} A could not be changed" in told(done(provider, None, wanted()))
        assert provider.targets() == {}

    def test_that_no_look_can_settle_is_not_taken_for_anything(self, provider: Provider) -> None:
        provider.statuses |= {"POST /records": [-500], "GET /records": [200, *[500] * 3]}
        assert f"could not confirm the change of {WWW} A" in told(done(provider, None, wanted()))


class TestSeveralChanges:
    def test_are_one_request_each_with_its_outcome(self, provider: Provider) -> None:
        provider.put(f"foreign.{ZONE}", "192.0.2.9")
        provider.put(f"old.{ZONE}", "192.0.2.1")
        wished = [SetChange(None, wanted(name=name)) for name in ("a", "foreign", "b")]
        first, second, third, fourth = carry_out(provider.webhook, [*wished, SetChange(wanted(name="old"), None)])
        assert (first, third, fourth) == (300, 300, 0)
        assert isinstance(second, ForeignSet)
        assert provider.requests("POST") == ["/adjustendpoints", "/records"]
        assert set(provider.targets()) == {f"{name}.{ZONE}/A" for name in ("a", "b", "foreign")}

    @pytest.mark.parametrize("refusal", [400, 500])
    def test_are_made_one_by_one_where_the_provider_refuses_them_together(
        self, provider: Provider, refusal: int
    ) -> None:
        provider.statuses["POST /records"] = [refusal]
        made = carry_out(provider.webhook, [SetChange(None, wanted(name=name)) for name in ("a", "b")])
        assert made == [300, 300]
        assert provider.requests("POST").count("/records") == 3

    def test_fail_together_where_nothing_is_listed(self, provider: Provider) -> None:
        provider.statuses["GET /records"] = [500] * 3
        with pytest.raises(WebhookSilent):
            carry_out(provider.webhook, [SetChange(None, wanted())])


def test_a_look_sees_nothing_of_other_zones(provider: Provider) -> None:
    provider.put("www.nothouse.example", "192.0.2.1")
    assert look(provider.webhook, [wanted()]) == [None]
