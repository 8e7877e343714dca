"""Which Gateways and which objects count, and which of a route's Gateways gives its name an alias."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.settings.cluster import SourceName
from tests.cluster.objects import Manifest, allow, gateway, ingress, listener, listener_set, route, service
from tests.cluster.place import KEPT, Place

APP, GRAFANA = "app.example.com", "grafana.example.com"
BOTH = ({"name": "external"}, {"name": "internal"})
TARGET = "external-dns.alpha.kubernetes.io/target"


def edges(*, external: dict[str, str] | None = None, internal: dict[str, str] | None = None) -> tuple[Manifest, ...]:
    """An external and an internal Gateway of one namespace, with these annotations."""
    return (
        gateway("203.0.113.10", name="external", labels={"dns": "public"}, annotations=external),
        gateway("192.168.42.121", name="internal", labels={"dns": "lan"}, annotations=internal),
    )


class TestGateways:
    """https://github.com/billimek/k8s-gitops/issues/4956."""

    @pytest.mark.parametrize(
        "chosen",
        [
            {"gateways": ["external"]},
            {"gateway_labels": "dns=public"},
            {"gateway_labels": "dns notin (lan)", "gateway_classes": ["lab"]},
        ],
    )
    def test_that_do_not_count_give_no_name_and_no_address(self, place: Place, chosen: dict[str, Any]) -> None:
        place.put(*edges(), route(APP, name="app", refs=BOTH), route(GRAFANA, name="grafana", refs=BOTH[1:]))
        assert place.served(**chosen) == {f"{APP} A": ("203.0.113.10",)}

    def test_are_named_with_their_namespace_where_two_are_called_alike(self, place: Place) -> None:
        other = place.other("edge")
        open_to_all = [listener(allowed=allow("All"))]
        place.put(gateway("192.0.2.1", name="external"))
        place.put(gateway("192.0.2.2", name="external", namespace=other, listeners=open_to_all))
        place.put(route(APP, refs=[{"name": "external"}, {"name": "external", "namespace": other}]))
        assert place.served(gateways=["external"]) == {f"{APP} A": ("192.0.2.1", "192.0.2.2")}
        assert place.served(gateways=[f"{other}/external"]) == {f"{APP} A": ("192.0.2.2",)}

    def test_that_do_not_count_are_not_unknown_and_those_that_may_are(self, place: Place) -> None:
        place.put(route(APP, refs=BOTH[1:]))
        assert place.served(gateways=["external"]) == {}
        assert place.served(gateways=["internal"]) == {APP: KEPT}
        assert place.served(gateway_labels="dns=public") == {APP: KEPT}

    def test_count_for_their_listener_sets(self, place: Place) -> None:
        place.put(gateway("192.0.2.1", allowed_listeners=allow("Same")), listener_set())
        place.put(route(APP, refs=[{"name": "team", "kind": "ListenerSet"}]))
        assert place.served(gateways=["edge"]) == {f"{APP} A": ("192.0.2.1",)}
        assert place.served(gateways=["team"]) == {}

    def test_of_no_class_of_the_settings_do_not_count(self, place: Place) -> None:
        place.put(*edges(), route(APP, refs=BOTH))
        assert place.served(gateway_classes=["envoy"]) == {}


class TestObjects:
    def test_count_by_their_annotations(self, place: Place) -> None:
        said = {"example.com/dns": "public", "example.com/site": "https://a.example.com/x"}
        place.put(*edges(), route(APP, name="app", refs=BOTH[:1], annotations=said))
        place.put(route(GRAFANA, name="grafana", refs=BOTH[:1], annotations={"example.com/dns": "lan"}))
        place.put(ingress("i.example.com", name="in", annotations=said), ingress("o.example.com", name="out"))
        place.put(service("LoadBalancer", at=[{"ip": "192.0.2.1"}]))
        every: tuple[SourceName, ...] = ("gateway-httproute", "ingress", "service")
        for selector in ("example.com/dns=public", "example.com/site in (https://a.example.com/x)"):
            assert place.names(*every, annotations=selector) == {APP, "i.example.com"}
        assert place.names(*every, annotations="!example.com/dns") == {"o.example.com", "www.example.com"}

    def test_are_chosen_by_annotations_of_their_own_and_not_of_their_gateway(self, place: Place) -> None:
        place.put(gateway("192.0.2.1", annotations={"dns": "public"}), route(APP))
        assert place.served(annotations="dns=public") == {}

    def test_count_as_long_as_both_labels_and_annotations_are_as_chosen(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(APP, labels={"team": "web"}, annotations={"dns": "public"}))
        assert place.names(labels="team=web", annotations="dns=public") == {APP}
        assert place.names(labels="team=ops", annotations="dns=public") == set()
        assert place.names(labels="team=web", annotations="dns=lan") == set()


class TestTwoAliases:
    """One of a route's Gateways has one name as its target, the other another (onedr0p/home-ops)."""

    @pytest.mark.parametrize(("first", "second"), [("public", "lan"), ("lan", "public"), ("external", "internal")])
    def test_the_first_parent_counts_and_the_owner_is_told(self, place: Place, first: str, second: str) -> None:
        targets = {TARGET: f"{first}.example.com"}, {TARGET: f"{second}.example.com"}
        place.put(*edges(external=targets[0], internal=targets[1]), route(APP, refs=BOTH))
        assert place.served() == {f"{APP} CNAME": (f"{first}.example.com",)}
        (told,) = place.told()
        assert told.text.endswith(f"counts: {first}.example.com, and not {second}.example.com")
        place.put(route(APP, refs=BOTH[::-1]))
        assert place.served() == {f"{APP} CNAME": (f"{second}.example.com",)}

    def test_an_alias_of_the_first_parent_is_not_lost_to_an_address_of_the_second(self, place: Place) -> None:
        place.put(*edges(external={TARGET: "public.example.com"}), route(APP, refs=BOTH))
        assert place.served() == {f"{APP} CNAME": ("public.example.com",)}

    def test_one_that_is_of_a_gateway_that_does_not_count_is_not_there(self, place: Place) -> None:
        place.put(*edges(internal={TARGET: "lan.example.com"}), route(APP, refs=BOTH[::-1]))
        assert place.served(gateways=["external"]) == {f"{APP} A": ("203.0.113.10",)}
        assert place.told(gateways=["external"]) == []


def test_a_listeners_wildcard_is_no_name_of_a_route_that_its_annotation_names(place: Place) -> None:
    """https://github.com/kubernetes-sigs/external-dns/issues/6596."""
    said = {"external-dns.alpha.kubernetes.io/hostname": "shop.apps.example.com"}
    place.put(gateway("203.0.113.10", listeners=[listener(hostname="*.apps.example.com")]), route(annotations=said))
    assert place.names() == {"shop.apps.example.com"}
    place.put(route())
    assert place.names() == {"*.apps.example.com"}
