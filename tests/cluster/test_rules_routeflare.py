"""Routeflare's annotations, with its defaults, on HTTPRoutes."""

from __future__ import annotations

import pytest

from stacks.model.claims import Detected
from stacks.model.values import WAN
from tests.cluster.objects import gateway, ingress, route
from tests.cluster.place import KEPT, Place

WWW = "www.example.com"
ADDRESS = {"routeflare/content-mode": "gateway-address"}
DDNS = {"routeflare/content-mode": "ddns"}
BOTH_FAMILIES = ("192.0.2.9", "2001:db8::2", "192.0.2.1", "2001:db8::1")


class TestContentMode:
    def test_gateway_address_is_the_first_address_of_the_type(self, place: Place) -> None:
        place.put(gateway(*BOTH_FAMILIES), route(WWW, annotations=ADDRESS))
        assert place.served() == {f"{WWW} A": ("192.0.2.9",)}

    def test_ddns_is_the_detected_address_and_needs_none_of_the_gateway(self, place: Place) -> None:
        place.put(gateway(), route(WWW, annotations=DDNS))
        assert place.served() == {f"{WWW} A": Detected((WAN,))}

    def test_absent_the_route_is_ignored_where_the_settings_opt_in(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations={"routeflare/ttl": "120"}))
        place.put(route("api.example.com", name="api", annotations=ADDRESS))
        assert place.names(opt_in=True) == {"api.example.com"}
        assert place.names() == {WWW, "api.example.com"}

    def test_a_route_that_drops_it_has_no_name_any_more(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations=ADDRESS))
        assert place.names(opt_in=True) == {WWW}
        place.put(route(WWW))
        assert place.names(opt_in=True) == set()

    def test_ingresses_are_named_too_with_truenorths(self, place: Place) -> None:
        """Its users asked for Ingresses and Services."""
        place.put(
            ingress(WWW, annotations={"truenorth/content-mode": "gateway-address"}), ingress("b.example.com", name="b")
        )
        assert place.names("ingress", opt_in=True) == {WWW}

    def test_another_value_is_told(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations={"routeflare/content-mode": "static"}))
        (complaint,) = place.told(opt_in=True)
        assert (complaint.annotation, complaint.allowed) == ("routeflare/content-mode", "gateway-address or ddns")
        assert set(place.served(opt_in=True).values()) == {KEPT}


class TestType:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            (None, {"A": ("192.0.2.9",)}),
            ("A", {"A": ("192.0.2.9",)}),
            ("AAAA", {"AAAA": ("2001:db8::2",)}),
            ("A/AAAA", {"A": ("192.0.2.9",), "AAAA": ("2001:db8::2",)}),
        ],
    )
    def test_is_a_by_default(self, place: Place, said: str | None, expected: dict[str, tuple[str, ...]]) -> None:
        place.put(gateway(*BOTH_FAMILIES))
        place.put(route(WWW, annotations=ADDRESS | ({"routeflare/type": said} if said else {})))
        assert place.served() == {f"{WWW} {kind}": addresses for kind, addresses in expected.items()}

    def test_of_ddns_may_be_both_families(self, place: Place) -> None:
        place.put(gateway(), route(WWW, annotations=DDNS | {"routeflare/type": "A/AAAA"}))
        assert place.served() == {f"{WWW} {kind}": Detected((WAN,)) for kind in ("A", "AAAA")}

    def test_that_the_gateway_has_no_address_of_is_unknown(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations=ADDRESS | {"routeflare/type": "AAAA"}))
        assert place.served() == {f"{WWW} AAAA": KEPT}


class TestTtlAndProxied:
    def test_are_automatic_and_false_by_default(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations=ADDRESS))
        assert (place.wish().ttl, place.wish().proxied) == (1, False)

    def test_are_read(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"))
        place.put(route(WWW, annotations=ADDRESS | {"routeflare/ttl": "120", "routeflare/proxied": "true"}))
        assert (place.wish().ttl, place.wish().proxied) == (120, True)

    def test_mean_nothing_without_a_content_mode(self, place: Place) -> None:
        said = {"routeflare/ttl": "120", "routeflare/proxied": "true", "routeflare/type": "AAAA"}
        place.put(gateway("192.0.2.1"), route(WWW, annotations=said))
        assert (place.wish().ttl, place.wish().proxied) == (None, None)
        assert place.served() == {f"{WWW} A": ("192.0.2.1",)}
