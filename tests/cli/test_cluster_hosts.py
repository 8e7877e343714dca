"""The annotation `truenorth/host6`, through the real API server and the real engine."""

from __future__ import annotations

import json

import pytest

from lab.kube.cluster import Cluster
from tests.cli.clusters import WWW, contents, follow
from tests.cli.conftest import Inside
from tests.cluster.objects import gateway, route
from tests.cluster.place import Place, make_place


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "hosts")


def wan(network: str) -> str:
    """The settings of a line with this network, and an IPv4 address."""
    sources = [f"static:203.0.113.7,{network}::7"]
    accept = ["203.0.113.0/24", "2001:db8::/32"]
    return json.dumps({"mode": "list", "sources": sources, "families": ["ipv4", "ipv6"], "accept": accept})


def test_a_route_is_at_its_hosts_address_in_any_network_and_a_bad_value_changes_nothing(
    inside: Inside, place: Place
) -> None:
    asked = {"truenorth/content-mode": "ddns", "truenorth/host6": "::5"}
    place.put(gateway(), route(WWW, annotations=asked))
    follow(inside, place)
    inside.result("up", TRUENORTH_WAN=wan("2001:db8:1"))
    assert contents(inside) == ["2001:db8:1::5", "203.0.113.7"]
    inside.result("up", TRUENORTH_WAN=wan("2001:db8:2"))
    assert contents(inside) == ["2001:db8:2::5", "203.0.113.7"]
    place.put(route(WWW, annotations={**asked, "truenorth/host6": "nas"}))
    done = inside.run("up", TRUENORTH_WAN=wan("2001:db8:3"))
    said = " ".join((done.stdout + done.stderr).split())
    assert "the annotation truenorth/host6 has the value 'nas' ('nas' is no part of an IPv6 address" in said
    assert contents(inside) == ["2001:db8:2::5", "203.0.113.7"]
