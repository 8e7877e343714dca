"""Names of hosts in the network of a detected IPv6 address."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

import pytest

from bench.campaigns.paper import carried_out
from stacks.model.addresses import host_part
from stacks.model.claims import Claim, Detected, ObjectKey
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import WAN, Family, Known, Sighting, Unknown, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.desired.claims import settle
from stacks.plan.planner import make_plan
from stacks.plan.safety.guard import refusals
from tests.stacks.plan.worlds import ZONE, ZONE_ID, make_settings

DOWN = "the modem is off"
WAN6 = {"families": ["ipv4", "ipv6"], "links": {"fibre": {}, "lte": {}}}
NAS = {"name": "nas", "host6": "::5"}


def detected(host: str) -> Detected:
    return Detected((WAN,), host_part.each([host]))


def claim(service: str, targets: Detected) -> Claim:
    key = ObjectKey("home", "Service", "shop", service)
    return Claim(f"www.{ZONE}", None, targets, key, "2026-01-01T00:00:00Z")


def planned(seen: Mapping[tuple[str, str], str | None], *names: object, before: Plan | None = None) -> Plan:
    """The plan for these names, after another was carried out. seen: by link and family."""
    zone, registry = carried_out(before) if before else (ZoneSnapshot(ZONE, ZONE_ID, ()), Registry())
    sightings = tuple(
        Sighting(link, Family(family), Known((ip_address(address),)) if address else Unknown(DOWN))
        for (link, family), address in seen.items()
    )
    return make_plan(make_settings(*names, wan=WAN6), Observation(sightings, (zone,), registry))


def records(plan: Plan) -> dict[str, list[str]]:
    return {
        f"{one.name.removesuffix(f'.{ZONE}')} {one.type}": sorted(slot.target for slot in one.slots)
        for one in plan.record_sets
    }


class TestANameOfAHost:
    def test_has_the_hosts_address_beside_the_detected_ipv4_address(self) -> None:
        seen = {("", "ipv4"): "203.0.113.7", ("", "ipv6"): "2001:db8:1:2:aaaa::1"}
        assert records(planned(seen, NAS, "www")) == {
            "nas A": ["203.0.113.7"],
            "nas AAAA": ["2001:db8:1:2::5"],
            "www A": ["203.0.113.7"],
            "www AAAA": ["2001:db8:1:2:aaaa::1"],
        }

    def test_follows_the_network_in_the_same_record(self) -> None:
        before = planned({("", "ipv6"): "2001:db8:1::7"}, NAS)
        after = planned({("", "ipv6"): "2001:db8:2::7"}, NAS, before=before)
        assert records(after) == {"nas AAAA": ["2001:db8:2::5"]}
        assert [slot.number for slot in after.record_sets[0].slots] == [0]

    def test_keeps_what_it_has_while_the_address_is_not_known(self) -> None:
        before = planned({("", "ipv6"): "2001:db8:1::7"}, NAS)
        after = planned({("", "ipv6"): None}, NAS, before=before)
        assert records(after) == {"nas AAAA": ["2001:db8:1::5"]}
        assert after.frozen[0].reason == DOWN

    def test_without_a_family_for_it_is_told_and_has_nothing_made_up(self) -> None:
        after = planned({("", "ipv4"): "203.0.113.7"}, NAS)
        assert records(after) == {"nas A": ["203.0.113.7"]}
        assert [(one.type, one.reason) for one in after.frozen] == [
            ("AAAA", "ipv6 is not among truenorth:wan.families")
        ]

    def test_may_have_several_hosts_and_this_machine_among_them(self) -> None:
        after = planned({("", "ipv6"): "2001:db8::7"}, {"name": "all", "host6": ["::5", "::6", "::/128"]})
        assert records(after) == {"all AAAA": ["2001:db8::5", "2001:db8::6", "2001:db8::7"]}

    def test_of_several_links_keeps_the_address_of_the_one_that_is_not_seen(self) -> None:
        both = NAS | {"links": ["fibre", "lte"]}
        before = planned({("fibre", "ipv6"): "2001:db8:1::7", ("lte", "ipv6"): "2001:db8:2::7"}, both)
        after = planned({("fibre", "ipv6"): "2001:db8:3::7", ("lte", "ipv6"): None}, both, before=before)
        assert records(after) == {"nas AAAA": ["2001:db8:2::5", "2001:db8:3::5"]}


def test_the_guard_takes_a_new_network_for_no_unusual_change() -> None:
    names = [{"name": f"host{number}", "host6": f"::{number:x}"} for number in range(1, 40)]
    before = planned({("", "ipv6"): "2001:db8:1::7"}, *names)
    zone, registry = carried_out(before)
    seen = (Sighting("", Family.IPV6, Known((ip_address("2001:db8:2::7"),))),)
    world = Observation(seen, (zone,), registry)
    settings = make_settings(*names, wan=WAN6)
    plan = make_plan(settings, world)
    found = changes(plan, world)
    assert len([one for one in found if one.after and one.after.type == "AAAA"]) == len(names)
    assert not refusals(settings, plan, found, world)


class TestMemory:
    @pytest.mark.parametrize(
        "detected",
        [
            Detected(),
            Detected(("", "lte")),
            Detected(("fibre",), host_part.each(["::5", "00:11:22:33:44:55", "::/128"])),
        ],
    )
    def test_of_detected_addresses_has_their_hosts(self, detected: Detected) -> None:
        assert Detected.of_memory(("203.0.113.7", *detected.remembered)) == detected

    def test_of_other_targets_has_no_links(self) -> None:
        assert Detected.of_memory(("203.0.113.7",)) is None


class TestObjects:
    def test_that_share_a_name_agree_on_its_hosts(self) -> None:
        one, other = claim("a", detected("::5")), claim("b", detected("::6"))
        settled = settle([one, other])
        assert [found.targets for found in settled.claims] == [detected("::5")]
        assert "its host6 is ::5, not ::6" in settled.complaints[0].text

    def test_that_agree_on_it_share_it(self) -> None:
        settled = settle([claim("a", detected("::5")), claim("b", detected("::5"))])
        assert [found.targets for found in settled.claims] == [detected("::5")]
        assert settled.complaints == ()
