"""What controllers say of routes and nodes for a while takes no record away: the real API server and engine.

The situations are those of public reports on other tools: envoyproxy/gateway#9128 and #4264, external-dns#4595 and
#5694.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from lab.kube.cluster import Cluster
from tests.cli.clusters import WWW, contents, follow, up
from tests.cli.conftest import Inside
from tests.cluster.experimental import GROUP, experimental
from tests.cluster.objects import (
    Manifest,
    allow,
    condition,
    gateway,
    listener_set,
    refusal,
    route,
    said_by,
)
from tests.cluster.place import Place, make_place

A, B, C = "192.0.2.1", "192.0.2.2", "192.0.2.3"
EDGE, FAR = {"name": "edge"}, {"name": "far"}
UNREADY = ("NoReadyListeners", "Pending", "SomethingOfItsOwn")


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "conditions")


def result(inside: Inside) -> dict[str, Any]:
    """The document of an `up` that changes nothing."""
    found: dict[str, Any] = inside.result("up")
    assert found["changes"] == []
    return found


def both(*parents: Manifest) -> Manifest:
    """A route of two Gateways, of which controllers say this."""
    return route(WWW, refs=[EDGE, FAR], parents=parents)


class TestARouteThatIsNotTakenForAWhile:
    """Envoy Gateway says Accepted=False, NoReadyListeners while the Secret of a certificate is missing."""

    @pytest.mark.parametrize("reason", UNREADY)
    def test_keeps_its_record_and_its_owner_is_told(self, inside: Inside, place: Place, reason: str) -> None:
        place.put(gateway(A), route(WWW))
        follow(inside, place)
        up(inside)
        place.put(route(WWW, parents=[said_by(EDGE, refusal(reason, generation=1))]))
        (told,) = result(inside)["complaints"]
        assert (contents(inside), reason in told["text"]) == ([A], True)
        place.put(route(WWW))
        assert result(inside)["complaints"] == []

    def test_makes_nothing_new(self, inside: Inside, place: Place) -> None:
        place.put(gateway(A), route(WWW, parents=[said_by(EDGE, refusal("NoReadyListeners"))]))
        follow(inside, place)
        assert up(inside) == {}

    def test_goes_when_it_is_refused(self, inside: Inside, place: Place) -> None:
        place.put(gateway(A), route(WWW))
        follow(inside, place)
        up(inside)
        place.put(route(WWW, parents=[said_by(EDGE, refusal("NotAllowedByListeners"))]))
        assert up(inside) == {f"{WWW}/A": "delete", f"{WWW}/A/mark": "delete"}


class TestARouteOfTwoGateways:
    """Controllers may overwrite each other's word: the status then names one parent, now this one, now the other."""

    def test_has_the_addresses_of_both_whichever_of_them_the_status_names(self, inside: Inside, place: Place) -> None:
        place.put(gateway(A), gateway(B, name="far"), route(WWW, refs=[EDGE, FAR]))
        follow(inside, place)
        up(inside)
        assert contents(inside) == [A, B]
        inside.calls()
        for _ in range(2):
            for named in (EDGE, FAR):
                place.put(both(said_by(named, condition())))
                assert result(inside)["engine_runs"] == 0
        assert {method for method, _ in inside.calls()} == {"GET"}

    def test_loses_exactly_the_addresses_of_the_one_that_refuses_it(self, inside: Inside, place: Place) -> None:
        place.put(gateway(A), gateway(B, name="far"), route(WWW, refs=[EDGE, FAR]))
        follow(inside, place)
        up(inside)
        place.put(both(said_by(EDGE, refusal("NoReadyListeners")), said_by(FAR, refusal())))
        up(inside)
        assert contents(inside) == [A]

    def test_follows_the_one_that_is_heard_while_the_other_has_no_addresses(self, inside: Inside, place: Place) -> None:
        place.put(gateway(A), gateway(B, name="far"), route(WWW, refs=[EDGE, FAR]))
        follow(inside, place)
        up(inside)
        place.put(gateway(C), gateway(name="far"), both(said_by(EDGE, condition())))
        up(inside)
        assert contents(inside) == [B, C]

    def test_follows_the_first_while_nothing_was_ever_said_of_the_second(self, inside: Inside, place: Place) -> None:
        place.put(gateway(A), gateway(B, name="far"), route(WWW, refs=[EDGE]))
        follow(inside, place)
        up(inside)
        place.put(both(said_by(EDGE, condition())))
        assert up(inside) == {}
        place.put(gateway(C))
        up(inside)
        assert contents(inside) == [C]


class TestARouteThatMovesToAnExperimentalListenerSet:
    def test_keeps_its_record_be_the_kind_read_or_not(self, inside: Inside, place: Place) -> None:
        team = {"name": "team", "kind": "XListenerSet", "group": GROUP}
        place.put(gateway(A, allowed_listeners=allow("All")), route(WWW))
        follow(inside, place)
        up(inside)
        place.put(route(WWW, refs=[team]))
        (told,) = result(inside)["complaints"]
        assert "install the Gateway API's experimental channel" in told["text"]
        assert "sources" not in told["text"]
        with experimental(place.cluster.admin):
            place.put(listener_set() | {"apiVersion": f"{GROUP}/v1alpha1", "kind": "XListenerSet"})
            assert result(inside)["complaints"] == []
        assert contents(inside) == [A]

    def test_any_other_kind_that_is_not_read_keeps_it_too(self, inside: Inside, place: Place) -> None:
        place.put(gateway(A), route(WWW))
        follow(inside, place)
        up(inside)
        place.put(route(WWW, refs=[{"name": "edge", "kind": "Tunnel", "group": "example.net"}]))
        (told,) = result(inside)["complaints"]
        assert (contents(inside), "example.net that is not read" in told["text"]) == ([A], True)
        shown = json.loads(inside.run("sources", "--json").stdout)
        assert [one["text"] for one in shown["complaints"]] == [told["text"]]
