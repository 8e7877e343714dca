"""Names in full without `zone`: each in the zone with the longest suffix of it, or an error that names the zones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.advice import Advice
from stacks.model.errors import ObservationError, UserError
from stacks.settings.finding.selection import Found
from stacks.settings.stack import Settings, parse
from tests.profiles import examples

ZONES = ("example.com", "dev.example.com", "example.org")


def parsed(*names: object, zones: object = None, **others: object) -> Settings:
    zones = [{"zone": one} for one in ZONES] if zones is None else zones
    return parse({"names": list(names), "zones": zones, **others}, {}, stack="home", where="Pulumi.home.yaml")


def names(found: Settings) -> dict[str, list[str]]:
    return {zone.zone: [*map(zone.fqdn, zone.names), *map(zone.fqdn, zone.records)] for zone in found.each_zone()}


def refused(*given_names: object, **others: object) -> list[tuple[str, str, str]]:
    with pytest.raises(UserError) as raised:
        parsed(*given_names, **others)
    return [(one.what, one.where, one.do) for one in raised.value.problems]


def test_each_name_and_record_is_put_into_the_innermost_zone() -> None:
    records = [
        {"name": "example.org", "type": "MX", "content": "10 mail"},
        {"name": "_sip._tcp.dev.example.com", "type": "SRV", "content": "0 5 5060 sip"},
        {"name": "mail.example.org.", "type": "A", "content": "192.0.2.1"},
    ]
    found = parsed("www.example.com", "*.dev.example.com", "Example.COM", {"name": "a.b.example.org"}, records=records)
    assert names(found) == {
        "example.com": ["www.example.com", "example.com"],
        "dev.example.com": ["*.dev.example.com", "_sip._tcp.dev.example.com"],
        "example.org": ["a.b.example.org", "example.org", "mail.example.org"],
    }
    assert (found.names, found.records) == ((), ())


def test_they_stand_beside_the_names_of_the_zones_own_entry_and_take_its_settings() -> None:
    found = parsed("www.example.com", zones=[{"zone": "example.com", "names": ["@", "api"], "proxied": True}])
    assert names(found) == {"example.com": ["example.com", "api.example.com", "www.example.com"]}
    (zone,) = found.each_zone()
    assert [zone.wants_proxy(one) for one in zone.names] == [True] * 3


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.lists(st.sampled_from(["www", "dev", "example", "com", "org"]), min_size=1, max_size=5), max_size=4))
def test_a_name_is_in_the_zone_with_the_longest_suffix_or_the_settings_are_refused(labels: list[list[str]]) -> None:
    wanted = list(dict.fromkeys(map(".".join, labels)))
    homes = {one: [zone for zone in ZONES if f".{one}".endswith(f".{zone}")] for one in wanted}
    if not all(homes.values()):
        assert len(refused(*wanted)) == sum(not found for found in homes.values())
        return
    placed = names(parsed(*wanted))
    assert {zone: sorted(found) for zone, found in placed.items()} == {
        zone: sorted(one for one in wanted if max(homes[one], key=len) == zone) for zone in ZONES
    }


@pytest.mark.parametrize("name", ["www", "@", "*", "www.example.net", "notexample.com", "com"])
def test_a_name_in_no_zone_is_an_error_that_names_the_zones(name: str) -> None:
    ((what, where, do),) = refused("www.example.com", name)
    assert what == f"'{name}' lies in none of the zones: example.com, dev.example.com, example.org"
    assert where == "truenorth:names[1] in Pulumi.home.yaml"
    assert do == "write it in full, or under the entry of its zone"


def test_what_the_zone_cannot_have_is_told_at_the_place_where_it_is_written() -> None:
    zones = [{"zone": "example.com", "names": ["www"]}, {"zone": "example.org", "provider": "gandi"}]
    twice, proxy = refused("www.example.com", {"name": "a.example.org", "proxied": True}, zones=zones)
    assert twice[:2] == (
        "www.example.com is named twice: 'www' and 'www.example.com' are one name",
        "truenorth:names[0] in Pulumi.home.yaml",
    )
    assert proxy[:2] == ("Gandi has no proxy", "truenorth:names[1] in Pulumi.home.yaml")


def test_names_wait_for_the_zones_that_are_found_and_those_are_told_that_are_left_out() -> None:
    unfound = parsed("www.example.com", "www.example.org", zones="auto")
    assert len(unfound.names) == 2
    entry = unfound.finding[0]
    zones = [entry.of("example.com", "1"), entry.of("example.org", "2")]
    assert names(unfound.with_found(zones, Found((entry,)))) == {
        "example.com": ["www.example.com"],
        "example.org": ["www.example.org"],
    }
    left_out = (Advice("example.org", "is left out: it is pending", "wait"),)
    with pytest.raises(UserError) as raised:
        unfound.with_found(zones[:1], Found((entry,), left_out))
    assert raised.value.problems[0].do.endswith("; the zone example.org is left out: it is pending")


def test_names_whose_zone_may_be_among_those_that_could_not_be_listed_are_no_error_of_the_settings() -> None:
    unfound = parsed("www.example.com", "www.example.org", zones="auto")
    entry = unfound.finding[0]
    with pytest.raises(ObservationError, match="there may be others: no answer"):
        unfound.with_found([entry.of("example.com", "1")], Found((entry,), unlisted="no answer"))


def test_load_balancing_is_checked_once_the_zones_are_known() -> None:
    geo = {"location": "eu", "hostname": "app.example.com"}
    unfound = parsed("www.example.com", zones="auto", geo=geo)
    entry = unfound.finding[0]
    assert unfound.with_found([entry.of("example.com", "1")], Found((entry,))).geo
    with pytest.raises(UserError, match="is in none of our zones"):
        parsed(zones="auto", geo=geo).with_found([entry.of("example.org", "1")], Found((entry,)))
