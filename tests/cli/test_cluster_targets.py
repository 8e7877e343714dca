"""Targets and settings that objects ask for, through the real API server and the real engine."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from lab import remote
from lab.kube.cluster import Cluster
from lab.world import GANDI_ZONE
from tests.cli.clusters import API, WWW, at, follow
from tests.cli.conftest import Inside
from tests.cluster.objects import gateway, ingress, node, route, service
from tests.cluster.place import Place, make_place

EXTERNAL = "external-dns.alpha.kubernetes.io/"
PROXIED = {f"{EXTERNAL}cloudflare-proxied": "true"}
TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"
LONG = (
    "managed by the platform team, see the runbook at https://wiki.example.com/platform/dns/runbooks/apps before you "
)
NUMBERS = itertools.count(1)


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "targets")


def told(found: dict[str, Any]) -> list[str]:
    """The complaints of a run."""
    return [one["text"] for one in found["complaints"]]


def test_a_name_of_the_cluster_is_no_address_and_the_load_balancers_is_followed_at_once(
    inside: Inside, place: Place
) -> None:
    inner = "istio-istio.network.svc.cluster.local"
    names = {f"{EXTERNAL}hostname": API}
    db = service("ExternalName", annotations=names, name="db", externalName="pg-rw.data.svc.cluster.local")
    place.put(gateway(("Hostname", inner)), route(WWW), db)
    follow(inside, place, sources=["gateway-httproute", "service"])
    found = inside.result("up")
    assert inside.zone() == {}
    assert [inner in one or "pg-rw.data.svc.cluster.local" in one for one in told(found)] == [True, True]
    place.put(gateway("203.0.113.10"))
    assert inside.result("up")["engine_runs"] == 1
    assert inside.zone() == {f"{WWW}/A": "203.0.113.10"}
    place.put(gateway(("Hostname", inner)))
    assert inside.result("up")["changes"] == []


def test_a_name_elsewhere_gives_way_to_an_address_in_one_call(inside: Inside, place: Place) -> None:
    place.put(gateway(("Hostname", "lb.example.org")), route(WWW))
    follow(inside, place)
    inside.result("up")
    assert inside.zone() == {f"{WWW}/CNAME": "lb.example.org"}
    place.put(gateway("203.0.113.10"))
    inside.calls()
    assert inside.result("up")["engine_runs"] == 1
    assert [one for one in inside.calls() if one[0] != "GET"] == [("POST", "batch")]
    assert inside.zone() == {f"{WWW}/A": "203.0.113.10"}


def test_the_name_of_a_tunnel_is_proxied_whatever_an_annotation_says(inside: Inside, place: Place) -> None:
    said = {f"{EXTERNAL}cloudflare-proxied": "false"}
    place.put(gateway(("Hostname", TUNNEL)), route(WWW), route(API, name="api", annotations=said))
    follow(inside, place)
    found = inside.result("up")
    assert [inside.record(name, "CNAME")["proxied"] for name in ("www", "api")] == [True, True]
    (complaint,) = found["complaints"]
    assert (complaint["annotation"], complaint["value"]) == (f"{EXTERNAL}cloudflare-proxied", "false")


def test_a_private_address_beside_a_public_one_is_left_out_and_the_proxy_stays(inside: Inside, place: Place) -> None:
    place.put(ingress(WWW, at=({"ip": "203.0.113.10"}, {"ip": "10.0.10.4"}), annotations=PROXIED))
    follow(inside, place, sources=["ingress"])
    (text,) = told(inside.result("up"))
    assert "10.0.10.4 is an address of a private network (RFC 1918)" in text
    assert inside.zone() == {f"{WWW}/A": "203.0.113.10"}
    assert inside.record("www")["proxied"] is True
    (asked,) = inside.result("sources")["names"]
    assert (asked["targets"], asked["proxied"]) == (["203.0.113.10"], True)


def test_names_of_an_inner_gateway_are_not_published_and_of_both_only_the_outer_address(
    inside: Inside, place: Place
) -> None:
    both = ({"name": "outer"}, {"name": "inner"})
    place.put(
        gateway("203.0.113.10", name="outer"),
        gateway("192.168.42.121", name="inner"),
        route(WWW, refs=both),
        route(API, name="grafana", refs=({"name": "inner"},)),
    )
    follow(inside, place, proxied=True)
    inside.result("up")
    assert inside.zone() == {f"{WWW}/A": "203.0.113.10"}
    follow(inside, place, private_addresses=True)
    inside.result("up")
    assert inside.zone()[f"{API}/A"] == "192.168.42.121"


def test_the_ttl_of_a_proxied_name_is_not_asked_about(inside: Inside, place: Place) -> None:
    place.put(ingress(WWW, annotations=PROXIED | {f"{EXTERNAL}ttl": "10"}))
    follow(inside, place, sources=["ingress"])
    assert told(inside.result("up")) == []
    assert (inside.record("www")["proxied"], inside.record("www")["ttl"]) == (True, 1)


def test_a_comment_that_the_plan_does_not_store_is_cut_and_the_address_followed(inside: Inside, place: Place) -> None:
    zone = f"commented{next(NUMBERS)}.example"
    remote.add_zone(inside.places, zone, "free")
    said = {f"{EXTERNAL}cloudflare-record-comment": LONG + "change anything here"}
    for address in ("203.0.113.10", "203.0.113.11"):
        place.put(ingress(f"app.{zone}", at=({"ip": address},), annotations=said))
        inside.settings(zone=zone, sources=["ingress"], cluster=at(place))
        (text,) = told(inside.result("up"))
        assert f"at most 100 characters. app.{zone} in the zone {zone} (plan free): made with the first 100" in text
        (record,) = [one for one in remote.records(inside.places, zone) if one["type"] == "A"]
        assert (record["content"], len(record["comment"])) == (address, 100)


def test_each_zone_gets_the_ttl_that_it_keeps(inside: Inside, place: Place) -> None:
    place.put(ingress(WWW, f"www.{GANDI_ZONE}", annotations={f"{EXTERNAL}ttl": "60"}))
    follow(inside, place, sources=["ingress"], zones=[{"zone": GANDI_ZONE, "provider": "gandi"}])
    (text,) = told(inside.result("up"))
    assert f"www.{GANDI_ZONE} in the zone {GANDI_ZONE}: made with a ttl of 300" in text
    assert inside.record("www")["ttl"] == 60
    there = remote.gandi_records(inside.places)["www", "A"]
    assert (there["rrset_values"], there["rrset_ttl"]) == (["192.0.2.1"], 300)


def test_the_service_records_of_a_node_port_are_made_beside_its_addresses(inside: Inside, place: Place) -> None:
    one = node(f"{place.namespace}-node", ("ExternalIP", "203.0.113.21"))
    place.put(one, service("NodePort", annotations={f"{EXTERNAL}hostname": WWW}))
    try:
        follow(inside, place, sources=["service"])
        inside.result("up")
        made = inside.zone()
        assert made.pop(f"{WWW}/A") == "203.0.113.21"
        ((name, content),) = made.items()
        assert name == f"_web._tcp.{WWW}/SRV"
        assert content.endswith(WWW)
        assert inside.result("up", "--always")["changes"] == []
    finally:
        place.delete(one)
