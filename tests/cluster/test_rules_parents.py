"""Rule 1: which parents of a route count."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.objects import GATEWAY_API, allow, condition, gateway, listener, manifest, refusal, route, said_by
from tests.cluster.place import KEPT, Place

WWW = "www.example.com"
SERVED = {f"{WWW} A": ("192.0.2.1",)}
EDGE = {"name": "edge"}


def test_an_accepted_route_has_its_names_at_the_addresses_of_its_gateway(place: Place) -> None:
    place.put(gateway("192.0.2.1"), route(WWW))
    assert place.served() == SERVED
    wish = place.wish()
    assert (wish.object.kind, wish.object.namespace, wish.object.name) == ("HTTPRoute", place.namespace, "web")
    assert wish.created.endswith("Z")


class TestAParentOfTheStatusMustAlsoBeInTheSpec:
    @pytest.mark.parametrize(
        "stale",
        [
            {"name": "old"},
            {"name": "edge", "namespace": "elsewhere"},
            {"name": "edge", "kind": "ListenerSet"},
            {"name": "edge", "group": "example.net"},
            {"name": "edge", "sectionName": "tls"},
            {"name": "edge", "port": 8080},
        ],
        ids=["name", "namespace", "kind", "group", "sectionName", "port"],
    )
    def test_one_that_differs_in_anything_is_stale(self, place: Place, stale: dict[str, Any]) -> None:
        place.put(gateway("192.0.2.1"), gateway("192.0.2.9", name="old"))
        place.put(route(WWW, parents=[said_by(stale, condition())]))
        assert place.served() == {WWW: KEPT}
        place.put(route(WWW, parents=[said_by(stale, condition()), said_by(EDGE, condition())]))
        assert place.served() == SERVED

    def test_a_route_that_has_moved_leaves_its_old_gateway(self, place: Place) -> None:
        place.put(gateway("192.0.2.9", name="old"), gateway("192.0.2.1"), route(WWW, refs=[{"name": "old"}]))
        assert place.served() == {f"{WWW} A": ("192.0.2.9",)}
        both = [said_by({"name": "old"}, condition()), said_by(EDGE, condition())]
        place.put(route(WWW, parents=both))
        assert place.served() == SERVED

    def test_a_namespace_that_is_not_said_is_the_routes(self, place: Place) -> None:
        spelled = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}
        parents = [said_by(spelled | {"namespace": place.namespace}, condition())]
        place.put(gateway("192.0.2.1"), route(WWW, parents=parents))
        assert place.served() == SERVED

    def test_a_gateway_of_another_namespace_must_be_named_with_it(self, place: Place) -> None:
        elsewhere = place.other("edge")
        listeners = [listener(allowed=allow("All"))]
        place.put(gateway("192.0.2.1", listeners=listeners, namespace=elsewhere), route(WWW))
        assert place.served() == {WWW: KEPT}  # the one of its own namespace is absent
        place.put(route(WWW, refs=[{"name": "edge", "namespace": elsewhere}]))
        assert place.served() == SERVED

    def test_the_spec_cannot_name_a_parent_twice(self, place: Place) -> None:
        assert "sectionName" in place.refused(route(WWW, refs=[EDGE, EDGE]))


class TestAcceptedIsRequired:
    def test_a_route_that_is_refused_has_nothing(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, parents=[said_by(EDGE, refusal())]))
        assert (place.served(), place.told()) == ({}, [])

    @pytest.mark.parametrize("reason", ["NoReadyListeners", "Pending", "GatewayNotProgrammed"])
    def test_one_that_is_not_taken_for_now_keeps_what_it_has_and_its_owner_is_told(
        self, place: Place, reason: str
    ) -> None:
        """Envoy Gateway says NoReadyListeners while a certificate is renewed (envoyproxy/gateway#9128)."""
        place.put(gateway("192.0.2.1"), route(WWW, parents=[said_by(EDGE, refusal(reason))]))
        assert place.served() == {WWW: KEPT}
        (told,) = place.told()
        assert f"Gateway {place.namespace}/edge is false for now ({reason})" in told.text

    def test_one_on_which_nobody_has_decided_keeps_what_it_has(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"))
        undecided: tuple[list[dict[str, Any]], ...] = (
            [],
            [said_by(EDGE, condition("Unknown"))],
            [said_by(EDGE, condition(kind="ResolvedRefs"))],
        )
        for parents in undecided:
            place.put(route(WWW, parents=parents))
            assert place.served() == {WWW: KEPT}

    def test_one_gateway_that_accepts_is_enough(self, place: Place) -> None:
        refs = [EDGE, {"name": "far"}]
        parents = [said_by(EDGE, condition()), said_by({"name": "far"}, refusal())]
        place.put(gateway("192.0.2.1"), gateway("192.0.2.9", name="far"), route(WWW, refs=refs, parents=parents))
        assert place.served() == SERVED

    def test_one_that_nothing_is_said_of_makes_nothing_new(self, place: Place) -> None:
        """Two controllers may overwrite each other's entry of the status (envoyproxy/gateway#4264)."""
        refs = [EDGE, {"name": "far"}]
        place.put(gateway("192.0.2.1"), gateway("192.0.2.9", name="far"))
        place.put(route(WWW, refs=refs, parents=[said_by(EDGE, condition())]))
        assert place.served() == SERVED
        (told,) = place.told()
        assert f"Gateway {place.namespace}/far has not been decided" in told.text

    def test_no_annotation_takes_its_place(self, place: Place) -> None:
        said = {"truenorth/target": "198.51.100.1"}
        place.put(gateway("192.0.2.1"), route(WWW, parents=[said_by(EDGE, refusal())], annotations=said))
        assert place.served() == {}


class TestAGenerationThatLagsKeepsTheLastGood:
    def test_until_it_catches_up(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, parents=[said_by(EDGE, condition(generation=1))]))
        assert place.served() == SERVED
        changed = route("new.example.com", WWW, parents=[said_by(EDGE, condition(generation=1))])
        place.put(changed)  # the API server makes it generation 2
        assert place.served() == {"new.example.com": KEPT, WWW: KEPT}
        place.put(route("new.example.com", WWW, parents=[said_by(EDGE, condition(generation=2))]))
        assert place.served() == {"new.example.com A": ("192.0.2.1",), **SERVED}

    def test_a_refusal_of_an_earlier_generation_is_none_yet(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route("old.example.com", parents=[]))
        place.put(route(WWW, parents=[said_by(EDGE, refusal(generation=1))]))
        assert place.served() == {WWW: KEPT}
        place.put(route(WWW, parents=[said_by(EDGE, refusal(generation=2))]))
        assert place.served() == {}

    def test_annotations_and_status_are_no_generation(self, place: Place) -> None:
        parents = [said_by(EDGE, condition(generation=1))]
        place.put(gateway("192.0.2.1"), route(WWW, parents=parents))
        place.put(route(WWW, parents=parents, annotations={"truenorth/ttl": "300"}))
        assert (place.served(), place.wish().ttl) == (SERVED, 300)


class TestWhatIsGone:
    def test_takes_its_names_along(self, place: Place) -> None:
        web = route(WWW, "api.example.com")
        place.put(gateway("192.0.2.1"), web)
        place.put(route(WWW))
        assert place.served() == SERVED
        place.delete(web)
        assert place.served() == {}

    def test_is_not_what_a_gateway_served_that_may_be_replaced_just_now(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        place.delete(gateway())
        assert place.served() == {WWW: KEPT}
        place.put(gateway("192.0.2.1"))
        assert place.served() == SERVED

    def test_a_service_as_a_parent_gives_nothing(self, place: Place) -> None:
        """A mesh's route (GAMMA) has no address."""
        place.put(gateway("192.0.2.1"), route(WWW, refs=[{"group": "", "kind": "Service", "name": "edge"}]))
        assert place.served() == {}

    def test_a_route_without_parents_has_nothing(self, place: Place) -> None:
        alone = manifest(GATEWAY_API, "HTTPRoute", "web", spec={"hostnames": [WWW]})
        place.put(gateway("192.0.2.1"), alone)
        assert place.served() == {}
