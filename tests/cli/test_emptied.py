"""A filter that nobody has, and the last object: what the three ways of running make of a source without names."""

from __future__ import annotations

from typing import Any

import pytest

from cli.exit_codes import REFUSED
from lab.kube.cluster import Cluster
from lab.world import FIRST_IPV4
from tests.cli.clusters import WWW, at, up
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching
from tests.cluster.objects import gateway, route
from tests.cluster.place import Place, make_place

FIVE = tuple(f"n{number}.example.com" for number in range(5))
NOBODY = {"labels": "dns-provider=cloudflare"}
TOLD = "none of the objects matches cluster.labels: dns-provider=cloudflare (before: not set)"


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    made = make_place(kube_cluster, "emptied")
    made.put(gateway("192.0.2.1"))
    return made


def follow(inside: Inside, place: Place, *names: object, **cluster: Any) -> None:  # noqa: ANN401 - any setting
    """Write the settings of a stack that names this place's routes, with the guard as it is without a setting."""
    inside.settings(*names, sources=["gateway-httproute"], cluster=at(place, **cluster), guard={})


def put(place: Place, *hosts: str) -> None:
    """Let a route ask for each host."""
    place.put(*(route(host, name=host.partition(".")[0]) for host in hosts))


def test_a_filter_that_matches_nothing_is_refused_by_up_and_named(inside: Inside, place: Place) -> None:
    put(place, *FIVE)
    follow(inside, place)
    up(inside)
    there = inside.zone()
    assert len(there) == len(FIVE)
    follow(inside, place, **NOBODY)
    for _ in range(2):
        done = inside.run("up")
        assert done.returncode == REFUSED
        assert "all that the HTTPRoute objects have asked for would be deleted: 5 records" in done.stderr
        assert TOLD in " ".join(done.stderr.split())
        assert inside.zone() == there
    follow(inside, place)
    assert up(inside) == {}, "the filter is out again, and nothing has happened"


def test_a_filter_that_matches_nothing_is_refused_by_a_plain_pulumi_up(inside: Inside, place: Place) -> None:
    put(place, WWW)
    follow(inside, place, "own")
    inside.pulumi("stack", "init", "--no-select")
    inside.pulumi("up", "--yes", "--skip-preview", "--config-file", str(inside.settings_file))
    there = inside.zone()
    assert there.keys() == {f"{WWW}/A", "own.example.com/A"}
    follow(inside, place, "own", **NOBODY)
    told = inside.failing_pulumi("up", "--yes", "--skip-preview", "--config-file", str(inside.settings_file))
    assert TOLD in " ".join(told.split())
    assert inside.zone() == there


def test_a_source_that_the_settings_name_no_more_is_refused_although_a_name_is_left(
    inside: Inside, place: Place
) -> None:
    put(place, WWW)
    follow(inside, place, "own")
    up(inside)
    inside.settings("own", sources=["ingress"], cluster=at(place), guard={})
    done = inside.run("up")
    assert done.returncode == REFUSED
    assert "the settings do not name the source gateway-httproute any more" in " ".join(done.stderr.split())
    inside.settings("own", guard={"emptying": True})
    assert up(inside) == {f"{WWW}/A": "delete", f"{WWW}/A/mark": "delete"}


def test_a_filter_that_matches_nothing_is_refused_by_watch_which_then_lets_the_last_object_go(
    inside: Inside, place: Place
) -> None:
    put(place, WWW)
    follow(inside, place, "own")
    with watching(inside) as watcher:
        while f"{WWW}/A" not in inside.zone():
            told(watcher, "result")
        follow(inside, place, "own", **NOBODY)
        assert TOLD in told(watcher, "refused")["reason"]
        assert inside.zone() == {f"{WWW}/A": "192.0.2.1", "own.example.com/A": FIRST_IPV4}
        follow(inside, place, "own")
        told(watcher, "reloaded")
        place.delete(route(name="www"))
        while f"{WWW}/A" in inside.zone():
            told(watcher, "result")
        assert ended(watcher) == 0


def test_the_last_object_may_be_deleted_while_nobody_looks(inside: Inside, place: Place) -> None:
    put(place, WWW)
    follow(inside, place)
    up(inside)
    place.delete(route(name="www"))
    assert up(inside) == {f"{WWW}/A": "delete", f"{WWW}/A/mark": "delete"}
    assert inside.zone() == {}


def test_the_last_two_objects_may_not_be_deleted_at_once(inside: Inside, place: Place) -> None:
    put(place, *FIVE[:2])
    follow(inside, place)
    up(inside)
    there = inside.zone()
    for number in range(2):
        place.delete(route(name=f"n{number}"))
    done = inside.run("up")
    assert done.returncode == REFUSED
    assert f"none of the objects is left that matches cluster.namespaces: {place.namespace}" in " ".join(
        done.stderr.split()
    )
    assert inside.zone() == there
