"""What the views of a zone may be, and what is told of those that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.settings.stack import Settings
from tests.stacks.settings.reading import read, refused

SERVER = {"provider": "rfc2136", "rfc2136": {"server": "192.0.2.53", "key": "truenorth"}}
NAS = {"name": "nas", "targets": ["192.168.1.20"]}
PUBLIC, LAN = {"name": "public", "context": "home"}, {"name": "lan", "context": "home"}


def zones(outside: dict[str, Any] | None = None, **inside: object) -> list[dict[str, object]]:
    first = {"zone": "example.com", "names": ["www"], **(outside or {})}
    return [first, {"zone": "example.com", "view": "inside", "names": [NAS], **SERVER, **inside}]


def both(outside: dict[str, Any] | None = None, /, **others: object) -> Settings:
    inside = others.pop("inside", {})
    assert isinstance(inside, dict)
    return read(zone="", zones=zones(outside, **inside), **others)


def told(outside: dict[str, Any] | None = None, /, **others: object) -> str:
    inside = others.pop("inside", {})
    assert isinstance(inside, dict)
    return refused(zone="", zones=zones(outside, **inside), **others)


class TestTwoViews:
    def test_are_two_zones_of_one_domain(self) -> None:
        outside, inside = both().each_zone()
        assert (outside.zone, outside.domain, outside.view, outside.key) == ("example.com", "example.com", *OUTSIDE)
        assert (inside.zone, inside.domain, inside.view) == ("example.com@inside", "example.com", "inside")
        assert inside.fqdn(inside.names[0]) == "nas.example.com@inside"

    def test_may_be_written_in_one_word(self) -> None:
        spelled = read(zone="", zones=[zones()[0], {"zone": "example.com@inside", "names": [NAS], **SERVER}])
        assert spelled.each_zone() == both().each_zone()

    def test_stay_two_when_the_settings_are_checked_anew(self) -> None:
        assert [one.zone for one in both().replacing({"ttl": 300}).each_zone()] == ["example.com", "example.com@inside"]

    def test_let_private_addresses_in_inside_alone_unless_the_settings_say_otherwise(self) -> None:
        assert [one.private_addresses for one in both().each_zone()] == [False, True]
        assert not both(inside={"private_addresses": False}).each_zone()[1].private_addresses

    def test_take_from_the_stack_neither_name_servers_nor_private_addresses_inside(self) -> None:
        outside, inside = both(name_servers=["198.51.100.1"], private_addresses=False).each_zone()
        assert (outside.name_servers, outside.private_addresses) == (("198.51.100.1",), False)
        assert (inside.asked_servers, inside.private_addresses) == (("192.0.2.53",), True)

    def test_ask_their_own_name_servers(self) -> None:
        outside, inside = both().each_zone()
        assert (outside.asked_servers, inside.asked_servers) == ((), ("192.0.2.53",))
        given = both(inside={"name_servers": ["198.51.100.53"]})
        assert given.each_zone()[1].asked_servers == ("198.51.100.53",)

    def test_ask_nobody_where_the_servers_of_a_view_are_not_known(self) -> None:
        place = {"provider": "webhook", "rfc2136": {}, "webhook": {"url": "http://localhost:8888"}}
        outside, inside = both(inside=place).each_zone()
        assert (outside.seconds_to_confirm, inside.seconds_to_confirm) == (30, 0)

    def test_have_the_records_of_the_stack_and_the_one_outside_its_names(self) -> None:
        mail = {"name": "example.com", "type": "MX", "content": "10 mx.example.net"}
        outside, inside = both(names=["vpn.example.com"], records=[mail]).each_zone()
        assert [[*map(one.fqdn, one.names)] for one in (outside, inside)] == [
            ["www.example.com", "vpn.example.com"],
            ["nas.example.com@inside"],
        ]
        assert [[*map(one.fqdn, one.records)] for one in (outside, inside)] == [
            ["example.com"],
            ["example.com@inside"],
        ]

    def test_say_whose_objects_they_have(self) -> None:
        found = both({"objects": "public"}, inside={"objects": ["lan"]}, clusters=[PUBLIC, LAN])
        outside, inside = found.each_zone()
        assert [outside.counts(one) for one in ("public", "lan")] == [True, False]
        assert [inside.counts(one) for one in ("public", "lan")] == [False, True]


class TestViewsAreRefused:
    def test_where_one_stands_twice(self) -> None:
        message = refused(zone="", zones=[*zones(), zones()[1]])
        assert "the zone example.com@inside stands twice" in message

    @pytest.mark.parametrize("view", ["", "In", "a b", "-a", "a-", "a.b", "a@b", "x" * 33])
    def test_with_a_name_that_is_none(self, view: str) -> None:
        assert "no name of a view" in told(inside={"view": view})

    @pytest.mark.parametrize("zone", ["example.com@", "example.com@In", "example.com@a@b", "@inside"])
    def test_behind_a_zone_that_is_none(self, zone: str) -> None:
        refused(zone=zone, **SERVER)

    def test_of_two_names(self) -> None:
        message = told(inside={"zone": "example.com@lan"})
        assert "the zone 'example.com@lan' is of two views, the other is inside" in message
        assert "truenorth:zones[1].view" in message

    @pytest.mark.parametrize("provider", ["cloudflare", "gandi"])
    def test_at_a_provider_that_answers_everybody(self, provider: str) -> None:
        message = told(inside={"provider": provider})
        assert "the view inside of example.com is at" in message
        assert "which answers everybody" in message

    def test_that_nobody_fills(self) -> None:
        assert "nobody fills the view inside of example.com" in told(inside={"names": []})
        assert "nobody fills the view outside of example.com" in told({"names": []})
        message = told(inside={"names": [], "objects": "none"}, clusters=[PUBLIC])
        assert "does not say whose objects it has" in message

    def test_unless_external_dns_fills_it(self) -> None:
        both({"names": []}, watch={"webhook": {"listen": "127.0.0.1:8888"}})

    def test_that_do_not_say_whose_objects_they_have(self) -> None:
        message = told({"objects": "public"}, clusters=[PUBLIC, LAN])
        assert "example.com has several views, and the view inside does not say whose objects it has" in message
        assert "some of the clusters and daemons: public, lan" in message
        assert "once for each view, with a name" in told(sources=["ingress"])

    def test_with_objects_of_a_cluster_that_there_is_not(self) -> None:
        message = told({"objects": "pubic"}, inside={"objects": "lan"}, clusters=[PUBLIC, LAN])
        assert "the objects of 'pubic', which is no cluster of ours" in message
        assert "name clusters and Docker daemons: public, lan" in message

    @pytest.mark.parametrize(
        "outside",
        [{"names": [NAS]}, {"records": [{"name": "nas", "type": "A", "content": "192.168.1.20"}]}],
    )
    def test_with_a_private_address_in_the_one_of_everybody(self, outside: dict[str, Any]) -> None:
        message = told(outside)
        assert "nas.example.com points at 192.168.1.20, an address of a private network (RFC 1918)" in message
        both({**outside, "private_addresses": True})

    def test_of_the_stacks_own_zone_beside_further_zones_which_would_take_its_settings(self) -> None:
        message = refused(view="inside", names=[NAS], **SERVER, zones=[{"zone": "example.net"}])
        assert "the view inside of example.com stands beside zones" in message
        read(view="inside", names=[NAS], **SERVER)

    def test_for_zones_that_are_found(self) -> None:
        assert "an entry has auto, and a view" in refused(zone="", zones=[{"auto": {}, "view": "inside"}])


def test_one_zone_alone_may_have_a_private_address_as_before() -> None:
    read(names=[NAS])


OUTSIDE = ("outside", "example.com")
