"""The vocabulary, through routes and their Gateway."""

from __future__ import annotations

import pytest

from components.plain_text import LONGEST_QUOTE, cut, quoted
from stacks.model.addresses import host_part
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey
from stacks.model.values import Unknown
from stacks.observe.cluster.claims.annotation_values import HOST6, ttl
from stacks.observe.cluster.claims.source import Options
from tests.stacks.observe.cluster.worlds import claims, complaints, gateway, manifest, one_claim, route, targets, told

WWW = "www.example.com"
BOTH = ("external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/")
ALPHA = BOTH[1]
DUAL = ("192.0.2.9", "192.0.2.1", "2001:db8::1")


def found(
    on_route: dict[str, str] | None = None, on_gateway: dict[str, str] | None = None, options: Options | None = None
) -> tuple[Claim | Complaint, ...]:
    edge = gateway(*DUAL, annotations=on_gateway)
    one = claims("gateway-httproute", edge, route(WWW, annotations=on_route), options=options)
    assert not isinstance(one, Unknown)
    return one


def said(annotations: dict[str, str], on_gateway: dict[str, str] | None = None) -> Claim:
    """The A claim."""
    return one_claim(tuple(one for one in found(annotations, on_gateway) if isinstance(one, Claim) and one.type == "A"))


class TestOurOwn:
    def test_settings_are_read(self) -> None:
        claim = said({"truenorth/ttl": "300", "truenorth/proxied": "true", "truenorth/comment": "the shop"})
        assert (claim.ttl, claim.proxied, claim.comment) == (300, True, "the shop")

    @pytest.mark.parametrize(
        ("text", "seconds"), [("60", 60), ("1", 1), ("auto", 1), ("10m", 600), ("1h30m", 5400), ("1.5s", 1)]
    )
    def test_a_ttl_is_seconds_or_a_duration(self, text: str, seconds: int) -> None:
        assert ttl(text) == seconds

    @pytest.mark.parametrize(
        ("text", "types"), [("A", {"A"}), ("aaaa", {"AAAA"}), ("A/AAAA", {"A", "AAAA"}), ("", {"A", "AAAA"})]
    )
    def test_the_type_chooses_among_the_addresses_and_without_one_all_count(self, text: str, types: set[str]) -> None:
        assert {key.split()[1] for key in targets(found({"truenorth/type": text}))} == types

    def test_all_addresses_of_the_type_are_targets(self) -> None:
        assert targets(found({"truenorth/content-mode": "gateway-address", "truenorth/type": "A"})) == {
            f"{WWW} A": ("192.0.2.1", "192.0.2.9")
        }

    def test_a_type_of_which_the_gateway_has_no_address_is_unknown(self) -> None:
        edge = gateway("192.0.2.1")
        asked = route(WWW, annotations={"truenorth/type": "A/AAAA"})
        assert targets(claims("gateway-httproute", edge, asked)) == {f"{WWW} A": ("192.0.2.1",), f"{WWW} AAAA": Unknown}

    def test_a_type_is_kept_where_the_gateway_has_no_addresses(self) -> None:
        asked = route(WWW, annotations={"truenorth/type": "A"})
        assert targets(claims("gateway-httproute", gateway(), asked)) == {f"{WWW} A": Unknown}

    def test_ddns_points_at_the_addresses_that_are_detected(self) -> None:
        claim = one_claim(found({"truenorth/content-mode": "ddns"}))
        assert (claim.type, claim.targets) == (None, Detected(("",)))

    def test_ddns_may_be_of_one_type_or_of_both(self) -> None:
        assert targets(found({"truenorth/content-mode": "ddns", "truenorth/type": "A/AAAA"})) == {
            f"{WWW} A": (Detected, ""),
            f"{WWW} AAAA": (Detected, ""),
        }

    def test_ddns_may_be_on_links(self) -> None:
        claim = one_claim(found({"truenorth/content-mode": "ddns", "truenorth/link": "lte, fibre"}))
        assert claim.targets == Detected(("fibre", "lte"))

    def test_ddns_may_be_of_hosts_in_the_network_of_the_address(self) -> None:
        claim = one_claim(found({"truenorth/content-mode": "ddns", "truenorth/host6": "::5, 00:11:22:33:44:55"}))
        assert claim.targets == Detected(("",), host_part.each(["::5", "::211:22ff:fe33:4455"]))

    def test_a_gateways_hosts_count_for_its_routes(self) -> None:
        claim = one_claim(found(on_gateway={"truenorth/content-mode": "ddns", "truenorth/host6": "::5"}))
        assert claim.targets == Detected(("",), host_part.each(["::5"]))

    def test_ddns_needs_no_address_of_the_gateway(self) -> None:
        asked = route(WWW, annotations={"truenorth/content-mode": "ddns"})
        assert one_claim(claims("gateway-httproute", gateway(), asked)).targets == Detected(("",))

    @pytest.mark.parametrize("annotation", [{"truenorth/link": "fibre"}, {"truenorth/host6": "::5"}])
    def test_a_link_or_host_without_ddns_is_a_mistake(self, annotation: dict[str, str]) -> None:
        (complaint,) = complaints(found(annotation))
        assert complaint.allowed == "only together with truenorth/content-mode: ddns"

    def test_targets_and_names_are_read(self) -> None:
        one = found({"truenorth/target": "198.51.100.1, 2001:db8::2", "truenorth/hostname": "b.example.com"})
        own = {"A": ("198.51.100.1",), "AAAA": ("2001:db8::2",)}
        assert targets(one) == {f"{name} {key}": own[key] for name in (WWW, "b.example.com") for key in own}


class TestRouteflare:
    MODE = {"routeflare/content-mode": "gateway-address"}  # noqa: RUF012 - never changed

    def test_gateway_address_is_the_first_of_the_type_which_is_a_by_default(self) -> None:
        claim = one_claim(found(self.MODE))
        assert (claim.type, targets((claim,))) == ("A", {f"{WWW} A": ("192.0.2.9",)})
        assert (claim.ttl, claim.proxied) == (1, False)

    def test_type_ttl_and_proxied_are_read(self) -> None:
        one = found(self.MODE | {"routeflare/type": "A/AAAA", "routeflare/ttl": "120", "routeflare/proxied": "true"})
        assert targets(one) == {f"{WWW} A": ("192.0.2.9",), f"{WWW} AAAA": ("2001:db8::1",)}
        assert {(claim.ttl, claim.proxied) for claim in one if isinstance(claim, Claim)} == {(120, True)}

    def test_ddns_is_the_detected_address(self) -> None:
        claim = one_claim(found({"routeflare/content-mode": "ddns", "routeflare/type": "AAAA"}))
        assert (claim.type, claim.targets) == ("AAAA", Detected(("",)))

    def test_without_a_content_mode_its_annotations_mean_nothing(self) -> None:
        claim = said({"routeflare/ttl": "120", "routeflare/proxied": "true", "routeflare/type": "AAAA"})
        assert (claim.ttl, claim.proxied) == (None, None)

    def test_on_a_gateway_they_mean_nothing(self) -> None:
        assert said({}, self.MODE | {"routeflare/ttl": "120"}).ttl is None

    def test_where_the_settings_ask_for_it_a_route_without_a_content_mode_is_ignored(self) -> None:
        only = Options(opt_in=True)
        assert found({"routeflare/ttl": "120"}, options=only) == ()
        assert len(found(self.MODE, options=only)) == 1
        assert len(found({}, {"truenorth/content-mode": "gateway-address"}, options=only)) == 2

    def test_a_gateway_that_cannot_be_seen_may_have_a_content_mode(self) -> None:
        only = Options(opt_in=True)
        one = claims("gateway-httproute", gateway("192.0.2.1"), route(WWW), unsynced=("Gateway",), options=only)
        assert targets(one) == {f"{WWW} None": Unknown}


class TestExternalDns:
    @pytest.mark.parametrize("prefix", BOTH)
    def test_both_prefixes_are_read(self, prefix: str) -> None:
        claim = said(
            {
                f"{prefix}ttl": "5m",
                f"{prefix}cloudflare-proxied": "True",
                f"{prefix}cloudflare-record-comment": "the shop",
                f"{prefix}cloudflare-tags": "team:shop, live",
                f"{prefix}target": "198.51.100.1",
            }
        )
        assert (claim.ttl, claim.proxied, claim.comment, claim.tags) == (300, True, "the shop", ("live", "team:shop"))
        assert targets((claim,)) == {f"{WWW} A": ("198.51.100.1",)}

    @pytest.mark.parametrize("prefix", BOTH)
    def test_what_is_another_controllers_is_left_alone(self, prefix: str) -> None:
        assert found({f"{prefix}controller": "another"}) == ()
        assert len(found({f"{prefix}controller": "dns-controller"})) == 2


class TestWhichCounts:
    def test_the_nearest_object_wins(self) -> None:
        assert said({}, {"truenorth/ttl": "60", "truenorth/proxied": "true"}).ttl == 60
        both = said({f"{ALPHA}ttl": "120"}, {"truenorth/ttl": "60", "truenorth/proxied": "true"})
        assert (both.ttl, both.proxied) == (120, True)

    def test_on_one_object_our_own_word_counts_before_routeflares_and_that_before_external_dns_s(self) -> None:
        everything = {
            "routeflare/content-mode": "gateway-address",
            "truenorth/ttl": "60",
            "routeflare/ttl": "120",
            f"{BOTH[0]}ttl": "180",
            f"{ALPHA}ttl": "240",
        }
        order = []
        for key in list(everything)[1:]:
            order.append(said(everything).ttl)
            del everything[key]
        assert order == [60, 120, 180, 240]

    def test_an_empty_value_says_nothing(self) -> None:
        assert said({"truenorth/ttl": " ", f"{ALPHA}ttl": "60"}).ttl == 60

    def test_a_gateways_names_are_not_its_routes(self) -> None:
        assert {one.name for one in found({}, {"truenorth/hostname": "b.example.com"}) if isinstance(one, Claim)} == {
            WWW
        }

    def test_a_routes_target_wins_over_ddns_on_its_gateway_and_ddns_on_the_route_over_the_gateways_target(self) -> None:
        assert targets(found({"truenorth/target": "198.51.100.1"}, {"truenorth/content-mode": "ddns"})) == {
            f"{WWW} A": ("198.51.100.1",)
        }
        one = one_claim(found({"truenorth/content-mode": "ddns"}, {"truenorth/target": "198.51.100.1"}))
        assert one.targets == Detected(("",))

    def test_ddns_wins_over_a_target_on_the_same_object(self) -> None:
        one = one_claim(found({"truenorth/content-mode": "ddns", f"{ALPHA}target": "198.51.100.1"}))
        assert one.targets == Detected(("",))

    def test_gateway_address_on_a_route_wins_over_ddns_on_its_gateway(self) -> None:
        near, far = {"truenorth/content-mode": "gateway-address"}, {"truenorth/content-mode": "ddns"}
        assert len(targets(found(near, far))) == 2


class TestBadValues:
    @pytest.mark.parametrize(
        ("annotation", "value", "allowed"),
        [
            ("truenorth/content-mode", "wan", "gateway-address or ddns"),
            ("truenorth/type", "CNAME", "A, AAAA or A/AAAA"),
            ("truenorth/ttl", "soon", "whole seconds, a duration such as 10m, or auto"),
            ("truenorth/proxied", "yes", "true or false"),
            ("truenorth/hostname", ",", "DNS names, separated by commas"),
            ("truenorth/target", "a.example.net,b.example.net", "IP addresses, or one host name"),
            ("truenorth/target", "192.0.2.1,b.example.net", "IP addresses, or one host name"),
            ("truenorth/target", "*.example.net", "IP addresses, or one host name"),
            ("truenorth/target", "gateway", "IP addresses, or one host name"),
            ("truenorth/target", "fe80::1%eth0", "IP addresses, or one host name"),
            ("truenorth/comment", "one\u202etwo", "a text without hidden characters"),
            ("truenorth/link", "a b", "names of links, separated by commas"),
            ("truenorth/host6", "nas", HOST6),
            ("truenorth/host6", ",", HOST6),
            ("truenorth/host6", "2001:db8::5", HOST6),
            (f"{ALPHA}ttl", "-1", "whole seconds, a duration such as 10m, or auto"),
            (f"{ALPHA}cloudflare-proxied", "maybe", "true or false"),
        ],
    )
    def test_the_object_is_skipped_and_its_owner_told(self, annotation: str, value: str, allowed: str) -> None:
        both = {annotation: value} | (
            {"truenorth/content-mode": "ddns"} if annotation in {"truenorth/link", "truenorth/host6"} else {}
        )
        one = found(both)
        (complaint,) = complaints(one)
        key = ObjectKey("home", "HTTPRoute", "shop", "web")
        assert (complaint.object, complaint.annotation, complaint.value, complaint.allowed) == (
            *(key, annotation, cut(value, LONGEST_QUOTE), allowed),
        )
        assert all(part in complaint.text for part in (str(key), annotation, quoted(value), allowed))
        assert targets(one) == {f"{WWW} None": Unknown}

    @pytest.mark.parametrize(
        ("annotation", "value", "field", "read"),
        [
            ("truenorth/ttl", "0", "ttl", 0),
            ("truenorth/ttl", "0.5s", "ttl", 0),
            ("truenorth/ttl", "3000000000", "ttl", 2147483647),
            (f"{ALPHA}ttl", "999999h", "ttl", 2147483647),
            ("truenorth/comment", "one\ntwo\n", "comment", "one two"),
            ("truenorth/comment", "x" * 501, "comment", "x" * 501),
            (f"{ALPHA}cloudflare-record-comment", "x" * 20_000, "comment", "x" * 8192),
            (f"{ALPHA}cloudflare-tags", "a b,c:d", "tags", ("a b", "c:d")),
            (f"{ALPHA}cloudflare-tags", ",".join(map(str, range(200))), "tags", tuple(sorted(map(str, range(200))))),
        ],
    )
    def test_what_no_zone_keeps_is_the_zones_to_cut_and_costs_the_object_nothing(
        self, annotation: str, value: str, field: str, read: object
    ) -> None:
        one = found({annotation: value})
        assert complaints(one) == []
        assert {getattr(claim, field) for claim in one if isinstance(claim, Claim)} == {read}

    @pytest.mark.parametrize(
        ("bad", "why"),
        [
            ("b..example.com", "no DNS label"),
            ("192.0.2.1", "is an IP address"),
            ("www", "has no dot: write it in full"),
            ("bü\u202echer.example.com", "right-to-left override"),
            ("1א.example.com", "no international name"),
        ],
    )
    @pytest.mark.parametrize("form", ["{0}, a.example.com", "a.example.com,{0}"])
    def test_a_bad_name_costs_itself_alone(self, form: str, bad: str, why: str) -> None:
        one = found({"truenorth/hostname": form.format(bad)})
        (complaint,) = complaints(one)
        assert (complaint.annotation, complaint.value, complaint.hides_names) == ("truenorth/hostname", bad, True)
        assert why in complaint.text
        assert {name.split()[0] for name in targets(one)} == {WWW, "a.example.com"}
        assert Unknown not in targets(one).values()

    def test_names_are_taken_as_people_write_them(self) -> None:
        one = found({"truenorth/hostname": "Bücher.example.com, xn--bcher-kva.example.com, 🐱.example.com"})
        assert complaints(one) == []
        names = {name.split()[0] for name in targets(one)}
        assert names == {WWW, "xn--bcher-kva.example.com", "xn--5o8h.example.com"}

    def test_a_host_to_point_at_is_taken_as_people_write_it(self) -> None:
        assert targets(found({"truenorth/target": "Bücher.example.net"})) == {
            f"{WWW} CNAME": ("xn--bcher-kva.example.net",)
        }

    def test_routeflares_values_are_checked_too(self) -> None:
        (complaint,) = complaints(found({"routeflare/content-mode": "ddns", "routeflare/type": "MX"}))
        assert (complaint.annotation, complaint.value) == ("routeflare/type", "MX")

    def test_each_bad_annotation_is_told(self) -> None:
        assert len(complaints(found({"truenorth/ttl": "x", "truenorth/proxied": "x", "truenorth/hostname": "!"}))) == 3

    def test_other_objects_are_not_touched(self) -> None:
        bad = route(WWW, annotations={"truenorth/ttl": "x"})
        one = claims("gateway-httproute", gateway("192.0.2.1"), bad, route("api.example.com", name="api"))
        assert targets(one) == {f"{WWW} None": Unknown, "api.example.com A": ("192.0.2.1",)}

    def test_one_on_a_gateway_is_told_once_and_skips_the_routes_that_would_follow_it(self) -> None:
        edge = gateway("192.0.2.1", annotations={"truenorth/ttl": "x"})
        routes = [route(f"{name}.example.com", name=name) for name in ("a", "b")]
        own = route("own.example.com", name="own", annotations={"truenorth/ttl": "60"})
        one = claims("gateway-httproute", edge, *routes, own)
        assert [complaint.object.kind for complaint in complaints(one)] == ["Gateway"]
        assert targets(one) == {
            "a.example.com None": Unknown,
            "b.example.com None": Unknown,
            "own.example.com A": ("192.0.2.1",),
        }

    def test_a_target_that_is_not_of_the_type_is_a_mistake(self) -> None:
        one = found({"truenorth/type": "A", "truenorth/target": "192.0.2.1, 2001:db8::1"})
        (complaint,) = complaints(one)
        assert (complaint.annotation, complaint.allowed) == ("truenorth/target", "A addresses, as the type asks for")
        assert targets(one) == {f"{WWW} None": Unknown}

    def test_targets_of_one_of_the_types_are_enough(self) -> None:
        one = found({"truenorth/type": "A/AAAA", "truenorth/target": "192.0.2.1"})
        assert targets(one) == {f"{WWW} A": ("192.0.2.1",)}

    def test_a_route_that_has_only_bad_names_is_told_all_the_same(self) -> None:
        bad = {f"{ALPHA}hostname": "!", f"{ALPHA}gateway-hostname-source": "annotation-only"}
        one = found(bad)
        assert [complaint.value for complaint in complaints(one)] == ["!"]
        assert targets(one) == {}


OWN = "internal.example.com/"
PREFIXED = Options(prefix=OWN)


class TestAPrefixOfOnesOwn:
    def test_is_read_for_whatever_our_vocabulary_and_external_dnss_have(self) -> None:
        on_route = {
            f"{OWN}hostname": "api.example.com",
            f"{OWN}target": "192.0.2.50",
            f"{OWN}ttl": "120",
            f"{OWN}cloudflare-record-comment": "the shop",
            f"{OWN}cloudflare-tags": "a,b",
        }
        one = [claim for claim in found(on_route, options=PREFIXED) if isinstance(claim, Claim)]
        assert {claim.name for claim in one} == {WWW, "api.example.com"}
        assert {(told(claim), claim.ttl, claim.comment, claim.tags) for claim in one} == {
            (("192.0.2.50",), 120, "the shop", ("a", "b"))
        }

    def test_takes_the_place_of_all_others(self) -> None:
        others = {
            "truenorth/target": "192.0.2.50",
            f"{ALPHA}ttl": "120",
            f"{BOTH[0]}hostname": "api.example.com",
            f"{BOTH[0]}controller": "another",
            "routeflare/content-mode": "ddns",
        }
        assert found(others, {"truenorth/ttl": "x"}, options=PREFIXED) == found(options=PREFIXED) == found()

    def test_is_read_on_the_gateway_too(self) -> None:
        one = found(on_gateway={f"{OWN}content-mode": "ddns", f"{OWN}link": "dsl"}, options=PREFIXED)
        assert targets(one) == {f"{WWW} None": (Detected, "dsl")}

    def test_leaves_an_object_to_another_controller(self) -> None:
        assert found({f"{OWN}controller": "another"}, options=PREFIXED) == ()

    def test_may_be_one_of_the_usual_ones_which_is_then_read_alone(self) -> None:
        said = {f"{ALPHA}ttl": "120", "truenorth/ttl": "60"}
        one = found(said, options=Options(prefix=ALPHA))
        assert {claim.ttl for claim in one if isinstance(claim, Claim)} == {120}

    def test_is_named_in_what_is_told(self) -> None:
        (bad,) = complaints(found({f"{OWN}ttl": "soon"}, options=PREFIXED))
        assert bad.annotation == f"{OWN}ttl"
        (alone,) = complaints(found({f"{OWN}link": "dsl"}, options=PREFIXED))
        assert alone.allowed == f"only together with {OWN}content-mode: ddns"

    def test_goes_before_the_properties_of_an_endpoint_too(self) -> None:
        properties = [{"name": f"{OWN}cloudflare-proxied", "value": "true"}, {"name": f"{ALPHA}x", "value": "y"}]
        endpoint = {"dnsName": WWW, "recordType": "A", "targets": ["192.0.2.1"], "providerSpecific": properties}
        made = manifest("DNSEndpoint", "site", {"endpoints": [endpoint]})
        one = claims("crd", made, options=PREFIXED)
        assert one_claim(one).proxied is True
        assert [complaint.value for complaint in complaints(one)] == [f"{ALPHA}x"]
