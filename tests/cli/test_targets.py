"""Targets and settings of the settings' own names, on the real engine: what is not kept is told and costs nothing."""

from __future__ import annotations

import itertools

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside

TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"
NUMBERS = itertools.count(1)


def free_zone(inside: Inside) -> str:
    """A zone of its own on Free."""
    zone = f"targets{next(NUMBERS)}.example"
    remote.add_zone(inside.places, zone, "free")
    return zone


def test_a_name_follows_its_address_whatever_ttl_and_comment_the_zones_plan_does_not_keep(inside: Inside) -> None:
    zone = free_zone(inside)
    inside.settings({"name": "www", "ttl": 30, "comment": "c" * 130}, "api", zone=zone)
    for address in (FIRST_IPV4, "203.0.113.8"):
        remote.set_address(inside.places, address)
        found = inside.result("up")
        told = {one["what"] for one in found["findings"] if one["kind"] == "settings"}
        assert told == {
            f"has a ttl of 60, not 30: the zone {zone} (plan free) keeps no other",
            f"has its comment cut: the zone {zone} (plan free) keeps 100 characters",
        }
        here = {one["name"]: one for one in remote.records(inside.places, zone) if one["type"] == "A"}
        assert {name: one["content"] for name, one in here.items()} == {f"www.{zone}": address, f"api.{zone}": address}
        assert (here[f"www.{zone}"]["ttl"], here[f"www.{zone}"]["comment"]) == (60, "c" * 97 + "...")
    assert inside.result("up")["changes"] == []


def test_a_record_that_is_an_alias_of_a_tunnel_is_proxied(inside: Inside) -> None:
    inside.settings(records=[{"name": "external", "type": "CNAME", "content": TUNNEL}])
    inside.result("up")
    found = inside.record("external", "CNAME")
    assert (found["content"], found["proxied"], found["ttl"]) == (TUNNEL, True, 1)
    assert inside.result("up")["changes"] == []


def test_a_record_takes_the_place_of_one_of_another_type_in_one_call(inside: Inside) -> None:
    inside.settings(records=[{"name": "www", "type": "CNAME", "content": "lb.example.org"}])
    inside.result("up")
    inside.calls()
    inside.settings({"name": "www", "targets": ["192.0.2.1"]})
    found = inside.result("up")
    assert found["engine_runs"] == 1
    assert [one for one in inside.calls() if one[0] != "GET"] == [("POST", "batch")]
    assert inside.zone() == {"www.example.com/A": "192.0.2.1"}
    assert inside.result("up")["changes"] == []


def test_a_private_address_that_a_person_wrote_is_made_and_told_until_it_is_said_to_be_meant(inside: Inside) -> None:
    inside.settings({"name": "nas", "targets": ["192.168.1.5"]})
    (told,) = inside.result("up")["findings"]
    assert (told["kind"], told["subject"]) == ("settings", "nas.example.com")
    assert "points at 192.168.1.5, an address of a private network (RFC 1918)" in told["what"]
    assert inside.zone() == {"nas.example.com/A": "192.168.1.5"}
    inside.settings({"name": "nas", "targets": ["192.168.1.5"]}, private_addresses=True)
    assert inside.result("up")["findings"] == []


def test_the_host_part_of_an_address_is_no_address(inside: Inside) -> None:
    inside.settings({"name": "nas", "types": ["AAAA"], "targets": ["::aaa1"]})
    done = inside.run("preview")
    assert done.returncode == 2
    assert "nas: ::aaa1 is the host part of an address without its network" in done.stderr
    assert 'write host6: "::aaa1" in place of targets' in done.stderr
