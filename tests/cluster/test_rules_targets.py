"""Rules 4 and 5: where a route's names point, and what is unknown."""

from __future__ import annotations

import pytest

from tests.cluster.objects import gateway, listener, route
from tests.cluster.place import KEPT, Place

WWW = "www.example.com"
SERVED = {f"{WWW} A": ("192.0.2.1",)}
TARGETS = [
    "truenorth/target",
    "external-dns.kubernetes.io/target",
    "external-dns.alpha.kubernetes.io/target",
]


class TestTargets:
    def test_are_the_gateways_addresses_sorted_by_family(self, place: Place) -> None:
        place.put(gateway("192.0.2.2", "2001:db8::1", "192.0.2.1"), route(WWW))
        assert place.served() == {f"{WWW} A": ("192.0.2.1", "192.0.2.2"), f"{WWW} AAAA": ("2001:db8::1",)}

    def test_are_each_there_once(self, place: Place) -> None:
        """The API server takes an address twice, and in two spellings."""
        place.put(gateway("192.0.2.1", "192.0.2.1", "2001:db8::1", "2001:DB8:0::1"), route(WWW))
        assert place.served() == {**SERVED, f"{WWW} AAAA": ("2001:db8::1",)}

    def test_that_are_names_are_aliases(self, place: Place) -> None:
        place.put(gateway(("Hostname", "lb.example.net")), route(WWW))
        assert place.served() == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_of_other_types_are_skipped(self, place: Place) -> None:
        place.put(gateway(("example.net/zone", "east"), "192.0.2.1"), route(WWW))
        assert place.served() == SERVED

    def test_beside_a_name_are_addresses_because_an_alias_stands_alone(self, place: Place) -> None:
        place.put(gateway(("Hostname", "lb.example.net"), "192.0.2.1"), route(WWW))
        assert place.served() == SERVED

    @pytest.mark.parametrize("annotation", TARGETS)
    def test_are_those_of_the_annotation_on_the_gateway_where_it_has_one(self, place: Place, annotation: str) -> None:
        said = {annotation: "198.51.100.2, 198.51.100.1,198.51.100.2"}
        place.put(gateway("192.0.2.1", annotations=said), route(WWW))
        assert place.served() == {f"{WWW} A": ("198.51.100.1", "198.51.100.2")}

    def test_are_those_of_all_gateways_that_have_accepted_the_route(self, place: Place) -> None:
        place.put(gateway("192.0.2.2"), gateway("192.0.2.1", name="far"))
        place.put(route(WWW, refs=[{"name": "edge"}, {"name": "far"}]))
        assert place.served() == {f"{WWW} A": ("192.0.2.1", "192.0.2.2")}


class TestAGatewayWithoutAddresses:
    def test_is_unknown_and_not_empty(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW))
        assert place.served() == SERVED
        place.put(gateway())
        assert place.served() == {WWW: KEPT}

    def test_is_named_in_the_reason(self, place: Place) -> None:
        place.put(gateway(), route(WWW))
        assert f"Gateway {place.namespace}/edge has no addresses" in str(place.wish().targets)

    def test_is_one_whose_addresses_no_record_can_hold(self, place: Place) -> None:
        place.put(gateway(("example.net/zone", "east")), route(WWW))
        assert place.served() == {WWW: KEPT}

    def test_loses_the_names_that_have_left_the_route(self, place: Place) -> None:
        web = route(WWW)
        place.put(gateway(), route(WWW, "api.example.com"))
        assert place.served() == {WWW: KEPT, "api.example.com": KEPT}
        place.put(web)
        assert place.served() == {WWW: KEPT}
        place.delete(web)
        assert place.served() == {}

    def test_needs_none_where_the_annotation_says_the_targets(self, place: Place) -> None:
        place.put(gateway(annotations={"truenorth/target": "192.0.2.1"}), route(WWW))
        assert place.served() == SERVED

    def test_that_has_given_nothing_yet_holds_up_no_other_gateway_of_the_route(self, place: Place) -> None:
        place.put(gateway("192.0.2.2"), gateway(name="far"), route(WWW, refs=[{"name": "edge"}, {"name": "far"}]))
        assert place.served() == {f"{WWW} A": ("192.0.2.2",)}


class TestTwoRoutesOfOneName:
    def test_are_merged_where_they_agree(self, place: Place) -> None:
        place.put(gateway("192.0.2.2"), gateway("192.0.2.1", name="far"))
        place.put(route(WWW), route(WWW, name="mirror", refs=[{"name": "far"}]))
        assert place.served() == {f"{WWW} A": ("192.0.2.1", "192.0.2.2")}
        assert place.told() == []

    def test_are_those_of_the_first_by_name_where_they_do_not_and_none_has_it_however_old_the_other_is(
        self, place: Place
    ) -> None:
        place.put(gateway("192.0.2.9"), gateway("192.0.2.1", name="far"))
        place.put(route(WWW, name="zebra", annotations={"truenorth/ttl": "60"}))
        place.put(route(WWW, name="aardvark", refs=[{"name": "far"}]))
        assert place.served() == SERVED
        (complaint,) = place.told()
        assert complaint.object.name == "zebra"
        assert f"HTTPRoute {place.namespace}/aardvark has {WWW} because it asked for it first" in complaint.text
        assert "its ttl is not set, not 60" in complaint.text


def test_two_listeners_of_one_gateway_make_one_wish(place: Place) -> None:
    place.put(gateway("192.0.2.1", listeners=[listener(), listener("tls", "HTTPS", 443)]), route(WWW))
    assert place.served() == SERVED
