"""Two views of one zone: Cloudflare answers everybody, BIND 9 the house, both from one stack and one HTTPRoute."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import pytest

from cli.exit_codes import UNUSABLE
from components.marks import ownership
from lab import remote
from lab.kube.cluster import Cluster
from lab.name_servers.asking import PATIENCE
from lab.world import FIRST_IPV4
from tests.bind import KEY, SECRET, Bind, running
from tests.cli.clusters import at, up, up_in_part
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching
from tests.cluster.objects import gateway, route
from tests.cluster.place import Place, make_place

ZONE = "example.com"
APP, ONLY = f"app.{ZONE}", f"only.{ZONE}"
BOTH = ({"name": "public"}, {"name": "lan"})
LAN = "192.168.7.10"
PRINTER = "printer 600 IN A 192.168.7.77\n"
NEXT_IPV4 = "203.0.113.8"
ROUTES = ["gateway-httproute"]
WWW_INSIDE = {"name": "www", "targets": [LAN]}
MAIL = {"name": ZONE, "type": "MX", "content": "10 mx.example.net"}


@pytest.fixture
def bind(tmp_path: Path) -> Iterator[Bind]:
    with running(tmp_path / "bind", records=PRINTER, zones=(ZONE, "house.example")) as made:
        yield made


@pytest.fixture
def house(inside: Inside) -> Inside:
    """A stack with the key of the name server."""
    environment = {**inside.environment, "RFC2136_TSIG_SECRET": SECRET}
    return Inside(inside.places, environment, inside.settings_file, inside.state)


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    """Two Gateways, one with an address of the house, and a route on both, another on the inner one alone."""
    place = make_place(kube_cluster, "views")
    place.put(gateway("203.0.113.99", name="public"), gateway(LAN, name="lan"))
    place.put(route(APP, name="app", refs=BOTH), route(ONLY, name="only", refs=BOTH[1:]))
    return place


def views(house: Inside, bind: Bind, *, outside: dict[str, Any], inner: dict[str, Any], **others: object) -> None:
    """Write the settings of a stack with both views."""
    server = {"provider": "rfc2136", "rfc2136": {"server": bind.server, "key": KEY}}
    zones = [{"zone": ZONE, **outside}, {"zone": ZONE, "view": "inside", **server, **inner}]
    house.settings(zone="", zones=zones, **others)


def of_routes(house: Inside, bind: Bind, place: Place, **others: object) -> None:
    """Let each view have the routes of its own Gateway, outside at the WAN address."""
    clusters = [
        {"name": "public", **at(place), "gateways": ["public"], "default_targets": {"gateway-httproute": "ddns"}},
        {"name": "lan", **at(place), "gateways": ["lan"]},
    ]
    views(
        house,
        bind,
        outside={"objects": ["public"]},
        inner={"objects": ["lan"]},
        sources=ROUTES,
        clusters=clusters,
        **others,
    )


def resources(result: dict[str, Any]) -> dict[str, str]:
    """What a turn of `watch` did, by resource."""
    return {change["resource"]: change["action"] for change in result["changes"]}


def answer(bind: Bind, name: str) -> list[str]:
    """What a client of the house is answered."""
    found = dns.query.udp(dns.message.make_query(name, "A"), "127.0.0.1", port=bind.port, timeout=PATIENCE)
    return sorted(value.to_text() for rrset in found.answer for value in rrset)


class TestARouteOnBothGateways:
    def test_is_at_the_wan_address_outside_and_at_the_inner_gateway_inside(
        self, house: Inside, bind: Bind, place: Place
    ) -> None:
        of_routes(house, bind, place)
        assert up(house) == {
            f"{APP}/A": "create",
            f"{APP}/A/mark": "create",
            f"{APP}@inside/A": "create",
            f"{APP}@inside/A/mark": "create",
            f"{ONLY}@inside/A": "create",
            f"{ONLY}@inside/A/mark": "create",
        }
        assert house.zone() == {f"{APP}/A": FIRST_IPV4}
        assert bind.names(ZONE) == {"app/A": [LAN], "only/A": [LAN], "printer/A": ["192.168.7.77"]}
        assert [answer(bind, one) for one in (APP, ONLY)] == [[LAN], [LAN]]
        mark = ownership.parse(bind.records(ZONE)["_truenorth-a.app/TXT"][0])
        assert mark is not None
        assert (mark.owner, mark.resource) == ("test", f"lan/httproute/{place.namespace}/app")
        assert house.result("up")["engine_runs"] == 0
        assert up(house, "--always") == {}
        remote.set_address(house.places, NEXT_IPV4)
        before = bind.records(ZONE)
        assert up(house) == {f"{APP}/A": "update"}
        assert house.zone() == {f"{APP}/A": NEXT_IPV4}
        assert bind.records(ZONE) == before

    def test_is_shown_with_both_its_views_before_anything_is_made(
        self, house: Inside, bind: Bind, place: Place
    ) -> None:
        of_routes(house, bind, place)
        shown = house.result("sources")["names"]
        assert [(one["name"], one["zone"], one["targets"]) for one in shown] == [
            (APP, ZONE, None),
            (f"{APP}@inside", f"{ZONE}@inside", [LAN]),
            (f"{ONLY}@inside", f"{ZONE}@inside", [LAN]),
        ]
        said = house.run("preview").stdout
        assert f"{APP}@inside" in said
        assert bind.names(ZONE) == {"printer/A": ["192.168.7.77"]}

    def test_leaves_the_inner_gateway_and_only_the_name_inside_goes(
        self, house: Inside, bind: Bind, place: Place
    ) -> None:
        of_routes(house, bind, place)
        up(house)
        place.put(route(APP, name="app", refs=BOTH[:1]))
        assert up(house) == {f"{APP}@inside/A": "delete", f"{APP}@inside/A/mark": "delete"}
        assert house.zone() == {f"{APP}/A": FIRST_IPV4}
        assert bind.names(ZONE) == {"only/A": [LAN], "printer/A": ["192.168.7.77"]}

    def test_has_no_private_address_in_the_view_of_everybody_and_that_is_told(
        self, house: Inside, bind: Bind, place: Place
    ) -> None:
        clusters = [{"name": "lan", **at(place), "gateways": ["lan"]}]
        views(house, bind, outside={"objects": "lan"}, inner={"objects": "lan"}, sources=ROUTES, clusters=clusters)
        done = house.run("up")
        assert house.zone() == {}
        assert bind.names(ZONE) == {"app/A": [LAN], "only/A": [LAN], "printer/A": ["192.168.7.77"]}
        said = " ".join(done.stdout.split())
        assert f"{LAN} is an address of a private network (RFC 1918): of no use in the public zone {ZONE}" in said
        assert "not confirmed" not in said

    def test_is_followed_in_each_view_by_itself_while_somebody_watches(
        self, house: Inside, bind: Bind, place: Place
    ) -> None:
        of_routes(house, bind, place)
        with watching(house) as watcher:
            assert len(told(watcher, "result")["changes"]) == 6
            remote.set_address(house.places, NEXT_IPV4)
            assert resources(told(watcher, "result")) == {f"{APP}/A": "update"}
            place.put(gateway("192.168.7.11", name="lan"))
            assert resources(told(watcher, "result")) == {f"{APP}@inside/A": "update", f"{ONLY}@inside/A": "update"}
            assert house.zone() == {f"{APP}/A": NEXT_IPV4}
            assert bind.names(ZONE)["app/A"] == ["192.168.7.11"]
            assert ended(watcher) == 0


class TestNamesOfTheSettings:
    @pytest.fixture
    def both(self, house: Inside, bind: Bind) -> Inside:
        views(house, bind, outside={"names": ["www", "vpn"]}, inner={"names": [WWW_INSIDE]}, records=[MAIL])
        return house

    def test_are_those_of_their_view_and_records_of_the_stack_are_in_both(self, both: Inside, bind: Bind) -> None:
        up(both)
        assert both.zone() == {f"www.{ZONE}/A": FIRST_IPV4, f"vpn.{ZONE}/A": FIRST_IPV4, f"{ZONE}/MX": "mx.example.net"}
        assert bind.names(ZONE) == {"www/A": [LAN], "@/MX": ["10 mx.example.net."], "printer/A": ["192.168.7.77"]}
        assert up(both) == {}
        file = ("--config-file", str(both.settings_file))
        both.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)

    def test_at_which_others_have_records_inside_are_made_outside_alone(self, house: Inside, bind: Bind) -> None:
        inner = [{"name": "printer", "targets": [LAN]}, WWW_INSIDE]
        views(house, bind, outside={"names": ["printer"]}, inner={"names": inner})
        said = " ".join(house.run("up").stdout.split())
        assert f"printer.{ZONE}@inside" in said
        assert house.zone() == {f"printer.{ZONE}/A": FIRST_IPV4}
        assert bind.names(ZONE) == {"www/A": [LAN], "printer/A": ["192.168.7.77"]}

    def test_are_put_right_in_the_view_that_somebody_has_changed(self, both: Inside, bind: Bind) -> None:
        up(both)
        bind.write("www", 600, "A", "198.51.100.66", zone=ZONE)
        assert up(both) == {f"www.{ZONE}@inside/A": "correct"}
        assert bind.names(ZONE)["www/A"] == [LAN]
        assert up(both) == {}

    def test_are_known_again_by_their_marks_in_both_views_when_state_is_lost(self, both: Inside, bind: Bind) -> None:
        up(both)
        before = (both.zone(), bind.records(ZONE))
        both.lose_state()
        assert {*up(both).values()} <= {"adopt", "update"}
        assert both.zone() == before[0]
        assert set(bind.records(ZONE)) == {*before[1]}
        assert bind.names(ZONE)["www/A"] == [LAN]
        assert up(both) == {}

    def test_go_with_their_view_alone(self, both: Inside, bind: Bind) -> None:
        up(both)
        before = both.zone()
        both.settings(zone="", zones=[{"zone": ZONE, "names": ["www", "vpn"]}], records=[MAIL])
        up(both)
        assert both.zone() == before
        assert bind.records(ZONE) == {"printer/A": ["192.168.7.77"]}

    def test_go_from_both_views_with_the_stack(self, both: Inside, bind: Bind) -> None:
        up(both)
        assert both.run("destroy", "--yes").returncode == 0
        assert both.zone() == {}
        assert bind.records(ZONE) == {"printer/A": ["192.168.7.77"]}

    def test_follow_the_address_outside_while_the_server_inside_is_gone(self, both: Inside, bind: Bind) -> None:
        up(both)
        bind.stop()
        remote.set_address(both.places, NEXT_IPV4)
        done, said = up_in_part(both)
        assert done == {f"www.{ZONE}/A": "update", f"vpn.{ZONE}/A": "update"}
        assert f"{ZONE}@inside" in said
        assert both.zone()[f"www.{ZONE}/A"] == NEXT_IPV4

    def test_are_in_each_of_two_servers_of_ones_own(self, house: Inside, bind: Bind, tmp_path: Path) -> None:
        with running(tmp_path / "outer", zones=(ZONE, "house.example")) as outer:
            place = {"provider": "rfc2136", "rfc2136": {"server": outer.server, "key": KEY}}
            own = {**place, "name_servers": [outer.server], "names": ["www"]}
            views(house, bind, outside=own, inner={"names": [WWW_INSIDE]})
            up(house)
            assert (outer.names(ZONE), bind.names(ZONE)["www/A"]) == ({"www/A": [FIRST_IPV4]}, [LAN])
            assert up(house) == {}
            house.lose_state()
            up(house)
            assert (outer.names(ZONE), bind.names(ZONE)["www/A"]) == ({"www/A": [FIRST_IPV4]}, [LAN])
            views(house, bind, outside=own, inner={"names": [{**WWW_INSIDE, "targets": ["192.168.7.11"]}]})
            assert up(house) == {f"www.{ZONE}@inside/A": "update"}
            assert (outer.names(ZONE), bind.names(ZONE)["www/A"]) == ({"www/A": [FIRST_IPV4]}, ["192.168.7.11"])

    def test_that_have_a_service_binding_in_one_view_alone_are_told(self, house: Inside, bind: Bind) -> None:
        binding = {"name": "www", "type": "HTTPS", "content": "1 . alpn=h2"}
        views(house, bind, outside={"names": ["www"], "records": [binding]}, inner={"names": [WWW_INSIDE]})
        said = " ".join(house.run("preview").stdout.split())
        assert f"www.{ZONE}@inside has no HTTPS record, and www.{ZONE} has one" in said


class TestMovingOneSideOfAName:
    def test_is_taken_over_in_its_view_alone_and_both_are_let_go_without_being_deleted(
        self, house: Inside, bind: Bind
    ) -> None:
        outer = {"name": f"printer.{ZONE}", "type": "A", "content": "198.51.100.7", "ttl": 300}
        remote.edit_record(house.places, outer)
        inner = [{"name": "printer", "targets": [LAN]}, WWW_INSIDE]
        views(house, bind, outside={"names": ["printer", "www"]}, inner={"names": inner})
        house.result("up")
        adopted = house.run("adopt", "--yes", "--name", f"printer.{ZONE}@inside")
        assert adopted.returncode == 0, adopted.stdout + adopted.stderr
        assert bind.names(ZONE) == {"www/A": [LAN], "printer/A": [LAN]}
        assert house.zone() == {f"printer.{ZONE}/A": "198.51.100.7", f"www.{ZONE}/A": FIRST_IPV4}
        released = house.run("release", "--to", "nobody", "--yes")
        assert released.returncode == 0, released.stdout + released.stderr
        assert bind.records(ZONE) == {"www/A": [LAN], "printer/A": [LAN]}
        assert {one["content"] for one in remote.records(house.places)} == {"198.51.100.7", FIRST_IPV4}


class TestAViewWithAnotherName:
    def test_is_refused_and_nothing_is_touched(self, house: Inside, bind: Bind) -> None:
        views(house, bind, outside={"names": ["www"]}, inner={"names": [WWW_INSIDE]})
        up(house)
        before = bind.records(ZONE)
        views(house, bind, outside={"names": ["www"]}, inner={"names": [WWW_INSIDE], "view": "lan"})
        done = house.run("up")
        assert done.returncode == UNUSABLE
        assert f"the view lan of {ZONE} has no records in state" in " ".join(done.stderr.split())
        assert bind.records(ZONE) == before


def test_the_doctor_asks_the_servers_of_both_views(house: Inside, bind: Bind) -> None:
    views(house, bind, outside={"names": ["www"]}, inner={"names": [WWW_INSIDE]})
    findings = json.loads(house.run("doctor", "--json").stdout)["findings"]
    found = {one["about"]: (one["level"], one["what"]) for one in findings}
    assert found[f"zone {ZONE}@inside"][0] == "ok"
    assert found[f"name servers of {ZONE}@inside"] == ("ok", f"{bind.server} answer")
    assert found[f"name servers of {ZONE}"][0] == "ok"
