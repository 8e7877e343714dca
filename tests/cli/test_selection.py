"""The settings say what counts, through the real API server and the real engine."""

from __future__ import annotations

import pytest

from cli.exit_codes import REFUSED, UNUSABLE
from lab.kube.cluster import Cluster
from tests.cli.clusters import at, follow, up
from tests.cli.conftest import Inside
from tests.cluster.objects import gateway, route
from tests.cluster.place import Place, make_place

APP, GRAFANA = "app.example.com", "grafana.example.com"
TARGET = "external-dns.alpha.kubernetes.io/target"
BOTH = ({"name": "public"}, {"name": "lan"})


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    place = make_place(kube_cluster, "selection")
    for name, address in (("public", "203.0.113.10"), ("lan", "203.0.113.11")):
        place.put(gateway(address, name=name, annotations={TARGET: f"{name}.example.com"}))
    place.put(route(APP, name="app", refs=BOTH), route(GRAFANA, name="grafana", refs=BOTH[1:]))
    return place


def test_a_gateway_that_is_left_out_takes_its_names_and_no_others_along(inside: Inside, place: Place) -> None:
    follow(inside, place)
    up(inside)
    assert inside.zone() == {f"{APP}/CNAME": "public.example.com", f"{GRAFANA}/CNAME": "lan.example.com"}
    follow(inside, place, cluster=at(place, gateways=["public"]))
    assert up(inside) == {f"{GRAFANA}/CNAME": "delete", f"{GRAFANA}/CNAME/mark": "delete"}
    assert inside.zone() == {f"{APP}/CNAME": "public.example.com"}
    assert up(inside) == {}


def test_of_two_aliases_the_first_parents_is_made_and_the_choice_is_told(inside: Inside, place: Place) -> None:
    follow(inside, place)
    for _ in range(2):
        shown = inside.run("up")
        assert shown.returncode == 0, shown.stderr
        (told,) = (line for line in shown.stdout.splitlines() if "a name has one CNAME" in line)
        assert told.startswith("chosen HTTPRoute")
        assert told.endswith("What it names first counts: public.example.com, and not lan.example.com")
        assert inside.zone()[f"{APP}/CNAME"] == "public.example.com"
    place.put(route(APP, name="app", refs=BOTH[::-1]))
    assert up(inside) == {f"{APP}/CNAME": "update"}
    assert inside.zone()[f"{APP}/CNAME"] == "lan.example.com"


def test_what_is_left_out_is_not_shown_among_the_sources(inside: Inside, place: Place) -> None:
    follow(inside, place, cluster=at(place, gateways=["public"]))
    shown = inside.result("sources")
    assert [(one["name"], one["targets"]) for one in shown["names"]] == [(APP, ["public.example.com"])]
    assert shown["complaints"] == []


@pytest.mark.parametrize("chosen", [{"gateways": ["publik"]}, {"gateway_classes": ["envoy"]}, {"annotations": "dns"}])
def test_a_selection_that_empties_a_source_is_refused(
    inside: Inside, place: Place, chosen: dict[str, list[str] | str]
) -> None:
    follow(inside, place)
    up(inside)
    before = inside.zone()
    follow(inside, place, cluster=at(place, **chosen), guard={})
    assert inside.run("up").returncode == REFUSED
    assert inside.zone() == before


def test_a_gateway_that_there_is_not_is_told(inside: Inside, place: Place) -> None:
    follow(inside, place, cluster=at(place, gateways=["publik"]))
    for command in ("sources", "preview", "up"):
        done = inside.run(command)
        assert done.returncode == 0, done.stderr
        assert "asks for 0 names: there is no Gateway publik (cluster.gateways)" in " ".join(done.stdout.split())


def test_a_selector_that_is_none_is_a_fault_of_the_settings(inside: Inside, place: Place) -> None:
    follow(inside, place, cluster=at(place, gateway_labels="dns in public"))
    done = inside.run("up")
    assert done.returncode == UNUSABLE
    assert "'dns in public' is no requirement of a selector" in done.stderr
    assert "truenorth:cluster.gateway_labels" in done.stderr
    assert "Traceback" not in done.stderr
