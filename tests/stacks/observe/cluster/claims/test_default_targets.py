"""Where objects point that do not say so, by the settings."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from stacks.model.claims import Detected
from stacks.model.values import WAN
from stacks.observe.cluster.claims.source import Options
from stacks.settings.cluster import ClusterSettings
from tests.stacks.observe.cluster.worlds import claims, gateway, manifest, route, targets


def options(source: str, defaults: Mapping[str, str]) -> Options:
    settings = ClusterSettings(default_targets=dict(defaults))
    return Options(source=source, default_targets=tuple(settings.default_targets.items()))


def of_ingress(
    defaults: Mapping[str, str], said: Mapping[str, str] | None = None, of_class: str = "nginx"
) -> dict[str, object]:
    spec = {"ingressClassName": of_class, "rules": [{"host": "www.example.com"}]}
    status = {"loadBalancer": {"ingress": [{"ip": "192.168.1.5"}]}}
    one = manifest("Ingress", "web", spec, status=status, annotations=said)
    return targets(claims("ingress", one, options=options("ingress", defaults)))


def of_route(defaults: Mapping[str, str], said: Mapping[str, str] | None = None) -> dict[str, object]:
    found = claims(
        "gateway-httproute",
        gateway("192.168.1.9", of_class="envoy"),
        route("www.example.com", annotations=said),
        options=options("gateway-httproute", defaults),
    )
    return targets(found)


class TestIngresses:
    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            ("ddns", {"www.example.com None": (Detected, WAN)}),
            ("203.0.113.7", {"www.example.com A": ("203.0.113.7",)}),
            (
                "203.0.113.7, 2001:db8::7",
                {"www.example.com A": ("203.0.113.7",), "www.example.com AAAA": ("2001:db8::7",)},
            ),
            ("LB.example.net.", {"www.example.com CNAME": ("lb.example.net",)}),
        ],
    )
    def test_point_at_the_default_of_their_source_and_not_at_their_own_address(
        self, target: str, expected: dict[str, object]
    ) -> None:
        assert of_ingress({"ingress": target}) == expected

    def test_of_a_class_point_at_the_default_of_the_class(self) -> None:
        defaults = {"ingress": "203.0.113.1", "class/nginx": "203.0.113.2"}
        assert of_ingress(defaults) == {"www.example.com A": ("203.0.113.2",)}
        assert of_ingress(defaults, of_class="traefik") == {"www.example.com A": ("203.0.113.1",)}

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({"truenorth/target": "203.0.113.9"}, "203.0.113.9"),
            ({"external-dns.alpha.kubernetes.io/target": "203.0.113.9"}, "203.0.113.9"),
            ({"truenorth/content-mode": "gateway-address"}, "192.168.1.5"),
            ({"truenorth/ttl": "300"}, "203.0.113.1"),
        ],
    )
    def test_that_say_where_they_point_do_so(self, said: dict[str, str], expected: str) -> None:
        assert of_ingress({"ingress": "203.0.113.1"}, said) == {"www.example.com A": (expected,)}

    def test_point_at_their_own_address_where_the_default_is_of_others(self) -> None:
        others = {"service": "203.0.113.1", "class/other": "203.0.113.2"}
        assert of_ingress(others) == {"www.example.com A": ("192.168.1.5",)}


class TestRoutes:
    @pytest.mark.parametrize(
        ("defaults", "expected"),
        [
            ({"gateway-httproute": "203.0.113.1"}, "203.0.113.1"),
            ({"gateway-httproute": "203.0.113.1", "class/envoy": "203.0.113.2"}, "203.0.113.2"),
            ({"class/envoy": "203.0.113.2", "gateway/edge": "203.0.113.3"}, "203.0.113.3"),
            ({"gateway/edge": "203.0.113.3", "gateway/shop/edge": "203.0.113.4"}, "203.0.113.4"),
            ({"gateway/other/edge": "203.0.113.4"}, "192.168.1.9"),
        ],
    )
    def test_point_at_the_default_of_their_gateway_then_its_class_then_their_source(
        self, defaults: dict[str, str], expected: str
    ) -> None:
        assert of_route(defaults) == {"www.example.com A": (expected,)}

    def test_that_say_where_they_point_do_so(self) -> None:
        said = {"truenorth/target": "203.0.113.9"}
        assert of_route({"gateway/edge": "203.0.113.3"}, said) == {"www.example.com A": ("203.0.113.9",)}


def test_an_endpoint_without_targets_points_at_the_default() -> None:
    listed = [
        {"dnsName": "www.example.com", "recordType": "A"},
        {"dnsName": "b.example.com", "targets": ["203.0.113.9"]},
    ]
    one = manifest("DNSEndpoint", "names", {"endpoints": listed})
    assert targets(claims("crd", one, options=options("crd", {"crd": "203.0.113.1"}))) == {
        "www.example.com A": ("203.0.113.1",),
        "b.example.com A": ("203.0.113.9",),
    }


def test_an_object_that_is_not_asked_for_is_not_because_of_a_default() -> None:
    one = manifest("Ingress", "web", {"rules": [{"host": "www.example.com"}]})
    assert claims("ingress", one, options=Options(opt_in=True, default_targets=(("ingress", "ddns"),))) == ()


def test_the_cluster_address_of_a_service_is_none_of_a_default() -> None:
    said = {
        "external-dns.alpha.kubernetes.io/internal-hostname": "in.example.com",
        "truenorth/hostname": "www.example.com",
    }
    one = manifest("Service", "web", {"type": "ClusterIP", "clusterIP": "10.1.2.3"}, annotations=said)
    assert targets(claims("service", one, options=options("service", {"service": "203.0.113.1"}))) == {
        "www.example.com A": ("203.0.113.1",),
        "in.example.com A": ("10.1.2.3",),
    }
