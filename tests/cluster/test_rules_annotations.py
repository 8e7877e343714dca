"""The annotations of external-dns, with both of its prefixes, and TrueNorth's own; which of them counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.plain_text import LONGEST_QUOTE, cut, quoted
from stacks.model.claims import Detected
from stacks.model.values import WAN
from tests.cluster.objects import gateway, ingress, listener, listener_set, node, route, service
from tests.cluster.place import KEPT, Place

if TYPE_CHECKING:
    from stacks.settings.cluster import SourceName

WWW = "www.example.com"
SERVED = {f"{WWW} A": ("192.0.2.1",)}
NEW, OLD = "external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/"
BOTH = pytest.mark.parametrize("prefix", [NEW, OLD])
AT = ({"ip": "192.0.2.1"},)


@BOTH
class TestBothPrefixesOfExternalDns:
    def test_hostname_adds_names_within_what_the_listener_serves(self, place: Place, prefix: str) -> None:
        edge = gateway("192.0.2.1", listeners=[listener(hostname="*.example.com")])
        place.put(edge, route(WWW, annotations={f"{prefix}hostname": "api.example.com,www.example.net"}))
        assert place.names() == {WWW, "api.example.com"}

    @pytest.mark.parametrize(
        ("which", "names"), [("defined-hosts-only", {WWW}), ("annotation-only", {"api.example.com"})]
    )
    def test_gateway_hostname_source_chooses(self, place: Place, prefix: str, which: str, names: set[str]) -> None:
        said = {f"{prefix}hostname": "api.example.com", f"{prefix}gateway-hostname-source": which}
        place.put(gateway("192.0.2.1"), route(WWW, annotations=said))
        assert place.names() == names

    @pytest.mark.parametrize(("text", "seconds"), [("300", 300), ("5m", 300), ("1h30m", 5400), ("1.5m", 90)])
    def test_ttl_is_seconds_or_a_duration(self, place: Place, prefix: str, text: str, seconds: int) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations={f"{prefix}ttl": text}))
        assert place.wish().ttl == seconds

    def test_controller_leaves_the_object_to_another(self, place: Place, prefix: str) -> None:
        objects = (
            gateway("192.0.2.1"),
            route(WWW, annotations={f"{prefix}controller": "another"}),
            ingress(WWW, annotations={f"{prefix}controller": "another"}),
            service("LoadBalancer", at=AT, annotations={f"{prefix}hostname": WWW, f"{prefix}controller": "another"}),
            route("api.example.com", name="api", annotations={f"{prefix}controller": "dns-controller"}),
        )
        place.put(*objects)
        assert place.names("gateway-httproute", "ingress", "service") == {"api.example.com"}

    def test_those_of_cloudflare_are_settings_of_the_record(self, place: Place, prefix: str) -> None:
        said = {
            f"{prefix}cloudflare-proxied": "true",
            f"{prefix}cloudflare-record-comment": "the shop",
            f"{prefix}cloudflare-tags": "team:shop, live",
        }
        place.put(gateway("192.0.2.1"), route(WWW, annotations=said))
        wish = place.wish()
        assert (wish.proxied, wish.comment, wish.tags) == (True, "the shop", ("live", "team:shop"))

    def test_they_are_read_on_ingresses_and_services_too(self, place: Place, prefix: str) -> None:
        said = {f"{prefix}ttl": "300", f"{prefix}cloudflare-proxied": "false"}
        place.put(ingress(WWW, annotations=said))
        place.put(service("LoadBalancer", at=AT, annotations={f"{prefix}hostname": "api.example.com", **said}))
        wishes = place.wishes("ingress", "service")
        assert [(one.name, one.ttl, one.proxied) for one in wishes] == [
            ("api.example.com", 300, False),
            (WWW, 300, False),
        ]


class TestTrueNorthsOwn:
    @pytest.mark.parametrize("source", ["gateway-httproute", "ingress", "service"])
    def test_say_all_there_is_to_say(self, place: Place, source: SourceName) -> None:
        said = {
            "truenorth/hostname": "api.example.com",
            "truenorth/target": "198.51.100.1, 2001:db8::1",
            "truenorth/type": "A/AAAA",
            "truenorth/ttl": "auto",
            "truenorth/proxied": "true",
            "truenorth/comment": "the shop",
        }
        place.put(gateway("192.0.2.1"))
        place.put(route(annotations=said), ingress(annotations=said), service("LoadBalancer", at=AT, annotations=said))
        four, six = place.wishes(source)
        assert place.served(source) == {
            "api.example.com A": ("198.51.100.1",),
            "api.example.com AAAA": ("2001:db8::1",),
        }
        assert {(one.ttl, one.proxied, one.comment) for one in (four, six)} == {(1, True, "the shop")}

    @pytest.mark.parametrize("source", ["gateway-httproute", "ingress", "service"])
    def test_ddns_points_at_the_detected_address(self, place: Place, source: SourceName) -> None:
        said = {"truenorth/content-mode": "ddns", "truenorth/hostname": WWW}
        place.put(gateway(), route(annotations=said), ingress(at=(), annotations=said))
        place.put(service("LoadBalancer", annotations=said))
        assert place.served(source) == {WWW: Detected((WAN,))}

    def test_ddns_may_name_links(self, place: Place) -> None:
        said = {"truenorth/content-mode": "ddns", "truenorth/link": "fibre, lte", "truenorth/type": "A"}
        place.put(gateway(), route(WWW, annotations=said))
        assert place.served() == {f"{WWW} A": Detected(("fibre", "lte"))}

    def test_type_chooses_among_the_addresses(self, place: Place) -> None:
        place.put(gateway("192.0.2.1", "2001:db8::1"), route(WWW, annotations={"truenorth/type": "AAAA"}))
        assert place.served() == {f"{WWW} AAAA": ("2001:db8::1",)}

    @pytest.mark.usefixtures("no_nodes")
    def test_they_are_read_on_nodes(self, place: Place) -> None:
        said = {"truenorth/hostname": "a.example.com", "truenorth/ttl": "60"}
        place.put(node("a", ("ExternalIP", "192.0.2.1"), annotations=said))
        assert place.wish("node").ttl == 60


class TestWhichCounts:
    def test_the_routes_word_before_its_gateways(self, place: Place) -> None:
        place.put(gateway("192.0.2.1", annotations={"truenorth/ttl": "60", "truenorth/proxied": "true"}))
        place.put(route(WWW))
        assert (place.wish().ttl, place.wish().proxied) == (60, True)
        place.put(route(WWW, annotations={f"{OLD}ttl": "120"}))
        assert (place.wish().ttl, place.wish().proxied) == (120, True)

    def test_the_listener_sets_before_its_gateways(self, place: Place) -> None:
        team = listener_set()
        team["metadata"]["annotations"] = {"truenorth/ttl": "120"}
        allowed = {"namespaces": {"from": "Same"}}
        place.put(gateway("192.0.2.1", allowed_listeners=allowed, annotations={"truenorth/ttl": "60"}), team)
        place.put(route(WWW, refs=[{"name": "team", "kind": "ListenerSet"}]))
        assert place.wish().ttl == 120

    def test_on_one_object_ours_before_routeflares_before_external_dnss(self, place: Place) -> None:
        said = {
            "truenorth/ttl": "60",
            "routeflare/ttl": "120",
            f"{NEW}ttl": "180",
            f"{OLD}ttl": "240",
        }
        place.put(gateway("192.0.2.1"))
        found = []
        for annotation in said:
            place.put(route(WWW, annotations=said | {"routeflare/content-mode": "gateway-address"}))
            found.append(place.wish().ttl)
            said = {key: value for key, value in said.items() if key != annotation}
        assert found == [60, 120, 180, 240]

    def test_the_routes_target_before_ddns_on_its_gateway_and_the_reverse(self, place: Place) -> None:
        target, ddns = {"truenorth/target": "192.0.2.1"}, {"truenorth/content-mode": "ddns"}
        place.put(gateway("192.0.2.9", annotations=ddns), route(WWW, annotations=target))
        assert place.served() == SERVED
        place.put(gateway("192.0.2.9", annotations=target), route(WWW, annotations=ddns))
        assert place.served() == {WWW: Detected((WAN,))}

    def test_a_gateways_hostname_annotation_is_not_its_routes(self, place: Place) -> None:
        place.put(gateway("192.0.2.1", annotations={"truenorth/hostname": "api.example.com"}), route(WWW))
        assert place.names() == {WWW}

    def test_an_empty_one_says_nothing(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations={"truenorth/ttl": "", f"{OLD}ttl": "60"}))
        assert place.wish().ttl == 60


class TestAGatewayElsewhere:
    def test_is_named_with_an_annotation_that_has_no_meaning_by_those_alone_who_read_its_namespace(
        self, place: Place
    ) -> None:
        there = place.other("infra")
        place.put(gateway("192.0.2.1", namespace=there, annotations={"truenorth/hostname": WWW}))
        here = [one for one in place.told() if one.object.namespace == there]
        both = [one for one in place.told(namespaces=(place.namespace, there)) if one.object.namespace == there]
        assert (here, [one.object.kind for one in both]) == ([], ["Gateway"])


class TestABadOne:
    @pytest.mark.parametrize(
        ("annotation", "value", "allowed"),
        [
            ("truenorth/content-mode", "wan", "gateway-address or ddns"),
            ("truenorth/type", "MX", "A, AAAA or A/AAAA"),
            ("truenorth/ttl", "soon", "whole seconds, a duration such as 10m, or auto"),
            ("truenorth/proxied", "yes", "true or false"),
            ("truenorth/target", "a.example.net,b.example.net", "IP addresses, or one host name"),
            ("truenorth/comment", "a\u200bb", "a text without hidden characters"),
            (f"{NEW}gateway-hostname-source", "some", "defined-hosts-only or annotation-only"),
            (f"{OLD}cloudflare-proxied", "maybe", "true or false"),
        ],
    )
    def test_skips_its_object_and_names_object_annotation_value_and_what_is_allowed(
        self, place: Place, annotation: str, value: str, allowed: str
    ) -> None:
        place.put(gateway("192.0.2.1"), route(WWW, annotations={annotation: value}))
        place.put(route("api.example.com", name="api"))
        assert place.served() == {"api.example.com A": ("192.0.2.1",), WWW: KEPT}
        (complaint,) = place.told()
        shown = cut(value, LONGEST_QUOTE)
        assert (complaint.annotation, complaint.value, complaint.allowed) == (annotation, shown, allowed)
        assert str(complaint.object) == f"HTTPRoute {place.namespace}/web"
        assert all(part in complaint.text for part in (str(complaint.object), annotation, quoted(value), allowed))

    def test_of_a_name_costs_that_name_alone(self, place: Place) -> None:
        said = {"truenorth/hostname": "b..example.com,b.example.com"}
        place.put(gateway("192.0.2.1"), route(WWW, annotations=said))
        assert place.served() == {f"{WWW} A": ("192.0.2.1",), "b.example.com A": ("192.0.2.1",)}
        (complaint,) = place.told()
        assert "b..example.com" in complaint.text

    @pytest.mark.parametrize("source", ["ingress", "service"])
    def test_skips_ingresses_and_services_as_well(self, place: Place, source: SourceName) -> None:
        said = {"truenorth/hostname": WWW, "truenorth/ttl": "soon"}
        place.put(ingress(annotations=said), service("LoadBalancer", at=AT, annotations=said))
        assert place.served(source) == {WWW: KEPT}
        (complaint,) = place.told(source)
        assert complaint.object.kind.lower() == source

    def test_of_a_gateway_skips_the_routes_that_would_follow_it_and_is_told_once(self, place: Place) -> None:
        place.put(gateway("192.0.2.1", annotations={"truenorth/ttl": "soon"}))
        place.put(route("a.example.com", name="a"), route("b.example.com", name="b"))
        place.put(route("own.example.com", name="own", annotations={"truenorth/ttl": "60"}))
        assert place.served() == {"a.example.com": KEPT, "b.example.com": KEPT, "own.example.com A": ("192.0.2.1",)}
        assert [one.object.kind for one in place.told()] == ["Gateway"]


class TestSelection:
    """What compat.md's system C calls LABEL_SELECTOR, and namespaces."""

    def test_labels_choose_the_objects_and_not_what_is_behind_them(self, place: Place) -> None:
        geo = {"dns.external/geo-route": "true"}
        place.put(gateway("192.0.2.1"), route(WWW, labels=geo), route("api.example.com", name="api"))
        place.put(ingress("in.example.com", labels=geo), ingress("out.example.com", name="out"))
        found = place.names("gateway-httproute", "ingress", labels="dns.external/geo-route=true")
        assert found == {WWW, "in.example.com"}

    def test_namespaces_choose_them_too(self, place: Place) -> None:
        elsewhere = place.other("elsewhere")
        place.put(gateway("192.0.2.1"), route(WWW))
        place.put(gateway("192.0.2.2", namespace=elsewhere), route("far.example.com", namespace=elsewhere))
        assert place.names() == {WWW}
        assert place.names(namespaces=(place.namespace, elsewhere)) == {WWW, "far.example.com"}
        assert place.served(namespaces=(elsewhere,), gateway_namespaces=(place.namespace,)) == {}
