"""The rules for routes: parents, listeners, host names, targets, and what is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.observation import Registry
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.conditions import LISTENER_REFUSALS, ROUTE_REFUSALS, SET_REFUSALS
from stacks.observe.cluster.sources import SOURCES
from stacks.plan.desired.claims import settle
from stacks.plan.desired.ways import definite
from tests.stacks.observe.cluster.worlds import (
    ACCEPTED,
    NOT_ATTACHED,
    Caches,
    allow,
    claims,
    complaints,
    gateway,
    listener,
    manifest,
    of_routes,
    one_claim,
    parent,
    route,
    targets,
)

WWW = "www.example.com"
SERVED = {f"{WWW} A": ("192.0.2.1",)}
KEPT = {f"{WWW} None": Unknown}
EXTERNAL = "external-dns.alpha.kubernetes.io/"


def as_new(found: tuple[Claim | Complaint, ...] | Unknown) -> dict[str, object]:
    """The targets where state remembers nothing yet."""
    assert not isinstance(found, Unknown)
    return targets(tuple(definite((one for one in found if isinstance(one, Claim)), Registry())))


def test_a_route_has_its_names_at_the_addresses_of_its_gateway() -> None:
    found = one_claim(claims("gateway-httproute", gateway("192.0.2.1"), route(WWW)))
    assert (found.name, found.type, found.object) == (WWW, "A", ObjectKey("home", "HTTPRoute", "shop", "web"))
    assert found.created == "2026-01-01T00:00:00Z"
    assert (found.ttl, found.proxied, found.comment, found.tags) == (None, None, None, None)


class TestParents:
    @pytest.mark.parametrize(
        "stale",
        [
            {"name": "old"},
            {"name": "edge", "namespace": "other"},
            {"name": "edge", "kind": "ListenerSet"},
            {"name": "edge", "group": "example.net"},
            {"name": "edge", "sectionName": "tls"},
            {"name": "edge", "port": 8080},
        ],
    )
    def test_one_that_is_not_in_the_spec_any_more_is_stale(self, stale: dict[str, Any]) -> None:
        only = route(WWW, refs=({"name": "edge"},), parents=({"parentRef": stale, "conditions": [ACCEPTED]},))
        assert of_routes(gateway("192.0.2.1"), gateway("192.0.2.2", name="old"), only) == KEPT
        moved = route(WWW, parents=({"parentRef": stale, "conditions": [ACCEPTED]}, parent()))
        assert of_routes(gateway("192.0.2.1"), gateway("192.0.2.2", name="old"), moved) == SERVED

    def test_what_is_left_out_has_the_same_defaults_on_both_sides(self) -> None:
        spelled = parent(group="gateway.networking.k8s.io", kind="Gateway", namespace="shop")
        assert of_routes(gateway("192.0.2.1"), route(WWW, parents=(spelled,))) == SERVED

    def test_the_namespace_is_the_routes_where_none_is_said(self) -> None:
        items = (gateway("192.0.2.2"), gateway("192.0.2.1", namespace="bank"), route(WWW, namespace="bank"))
        assert of_routes(*items) == SERVED

    def test_a_gateway_may_be_in_another_namespace(self) -> None:
        edge = gateway("192.0.2.1", namespace="infra", listeners=(listener(allowedRoutes=allow("All")),))
        assert of_routes(edge, route(WWW, refs=({"name": "edge", "namespace": "infra"},))) == SERVED

    @pytest.mark.parametrize("reason", sorted(ROUTE_REFUSALS))
    def test_one_that_refuses_the_route_gives_it_nothing(self, reason: str) -> None:
        only = route(WWW, parents=(parent(NOT_ATTACHED | {"reason": reason}),))
        found = claims("gateway-httproute", gateway("192.0.2.1"), only)
        assert (targets(found), complaints(found)) == ({}, [])

    @pytest.mark.parametrize(
        "reason", ["NoReadyListeners", "Pending", "IncompatibleFilters", "GatewayNotProgrammed", "Ich Weiss Nicht", ""]
    )
    def test_one_that_does_not_take_it_for_another_reason_keeps_what_it_gave_and_the_owner_is_told(
        self, reason: str
    ) -> None:
        only = route(WWW, parents=(parent(NOT_ATTACHED | {"reason": reason}),))
        found = claims("gateway-httproute", gateway("192.0.2.1"), only)
        assert targets(found) == KEPT
        (told,) = complaints(found)
        assert (told.waits, told.hides_names, reason in told.text) == (True, False, True)
        assert "for Gateway shop/edge" in told.text

    @pytest.mark.parametrize("status", ["True", "False"])
    def test_the_last_good_is_kept_until_the_observed_generation_catches_up(self, status: str) -> None:
        condition = {"type": "Accepted", "status": status, "observedGeneration": 1}
        lagging = route(WWW, generation=2, parents=(parent(condition),))
        assert of_routes(gateway("192.0.2.1"), lagging) == KEPT

    def test_a_generation_that_is_observed_counts_and_one_that_is_not_said_is_believed(self) -> None:
        for condition in (ACCEPTED | {"observedGeneration": 2}, ACCEPTED):
            assert of_routes(gateway("192.0.2.1"), route(WWW, generation=2, parents=(parent(condition),))) == SERVED

    @pytest.mark.parametrize(
        "conditions", [None, {"type": "Accepted", "status": "Unknown"}, {"type": "ResolvedRefs", "status": "True"}]
    )
    def test_one_that_has_not_decided_yet_takes_nothing_away(self, conditions: dict[str, str] | None) -> None:
        assert of_routes(gateway("192.0.2.1"), route(WWW, parents=(parent(conditions),))) == KEPT
        assert of_routes(gateway("192.0.2.1"), route(WWW, parents=())) == KEPT

    @pytest.mark.parametrize(
        "said", [{"truenorth/content-mode": "ddns"}, {"truenorth/target": "198.51.100.1"}, {"truenorth/comment": "x"}]
    )
    @pytest.mark.parametrize("unsynced", [(), ("Gateway",)])
    def test_no_annotation_takes_the_place_of_being_accepted(
        self, said: dict[str, str], unsynced: tuple[str, ...]
    ) -> None:
        condition = ACCEPTED if unsynced else ACCEPTED | {"observedGeneration": 1}
        waiting = route(WWW, annotations=said, generation=2, parents=(parent(condition),))
        assert of_routes(gateway("192.0.2.1"), waiting, unsynced=unsynced) == KEPT

    def test_what_one_gateway_has_accepted_does_not_wait_for_another_to_decide(self) -> None:
        both = route(WWW, refs=({"name": "edge"}, {"name": "slow"}), parents=(parent(),))
        found = claims("gateway-httproute", gateway("192.0.2.1"), gateway("192.0.2.2", name="slow"), both)
        assert as_new(found) == SERVED
        (told,) = complaints(found)
        assert told.waits
        assert "Gateway shop/slow has not been decided" in told.text

    def test_of_two_controllers_the_one_that_accepts_counts(self) -> None:
        refused = parent(NOT_ATTACHED)
        assert of_routes(gateway("192.0.2.1"), route(WWW, parents=(refused, parent()))) == SERVED

    @pytest.mark.parametrize("condition", [None, NOT_ATTACHED | {"reason": "NoReadyListeners"}])
    def test_of_two_controllers_all_have_to_refuse(self, condition: dict[str, str] | None) -> None:
        said = (parent(NOT_ATTACHED), parent(condition))
        assert of_routes(gateway("192.0.2.1"), route(WWW, parents=said)) == KEPT
        said = (parent(NOT_ATTACHED), parent(NOT_ATTACHED))
        assert of_routes(gateway("192.0.2.1"), route(WWW, parents=said)) == {}

    def test_a_gateway_that_is_absent_leaves_the_routes_names_unknown_as_it_may_be_replaced_just_now(self) -> None:
        assert of_routes(route(WWW)) == KEPT

    def test_one_in_a_namespace_that_the_settings_leave_out_gives_nothing(self) -> None:
        seen = Caches((route(WWW, refs=({"name": "edge", "namespace": "inside"},)),), uncounted=("inside",))
        assert SOURCES["gateway-httproute"](Options()).claims(seen) == Known(())

    @pytest.mark.parametrize("hosts", [(), ("*.example.com",)])
    def test_the_names_of_one_route_that_nobody_knows_hide_no_other_routes(self, hosts: tuple[str, ...]) -> None:
        lost = route(*hosts, name="lost", refs=({"name": "nowhere"},))
        found = claims("gateway-httproute", gateway("192.0.2.1"), lost, route(WWW))
        assert targets(found) == SERVED
        (complaint,) = complaints(found)
        assert (complaint.object.name, complaint.hides_names) == ("lost", True)
        assert "Gateway shop/nowhere is not there" in complaint.text

    @pytest.mark.parametrize(
        ("group", "kind"),
        [("", "Service"), ("multicluster.x-k8s.io", "ServiceImport"), ("networking.istio.io", "ServiceEntry")],
    )
    def test_a_parent_of_a_mesh_gives_nothing_which_is_told_where_a_name_is_asked_for(
        self, group: str, kind: str
    ) -> None:
        mesh = {"group": group, "kind": kind, "name": "edge"}
        found = claims("gateway-httproute", gateway("192.0.2.1"), route(WWW, refs=(mesh,)))
        assert targets(found) == {}
        (told,) = complaints(found)
        assert f"{kind} shop/edge is of a mesh" in told.text
        assert claims("gateway-httproute", gateway("192.0.2.1"), route(refs=(mesh,))) == ()
        both = claims("gateway-httproute", gateway("192.0.2.1"), route(WWW, refs=({"name": "edge"}, mesh)))
        assert (targets(both), complaints(both)) == (SERVED, [])

    def test_a_parent_of_a_kind_that_is_not_read_keeps_the_routes_names_and_the_owner_is_told_once(self) -> None:
        strange = {"group": "example.net", "kind": "Tunnel", "name": "edge"}
        found = claims("gateway-httproute", gateway("192.0.2.1"), route(WWW, "api.example.com", refs=(strange,)))
        assert targets(found) == KEPT | {"api.example.com None": Unknown}
        (told,) = complaints(found)
        assert told.waits
        assert "Tunnel shop/edge is of a kind of example.net that is not read" in told.text

    def test_beside_one_that_is_read_it_holds_up_nothing_new(self) -> None:
        strange = {"group": "example.net", "kind": "Tunnel", "name": "edge"}
        found = claims("gateway-httproute", gateway("192.0.2.1"), route(WWW, refs=({"name": "edge"}, strange)))
        assert as_new(found) == SERVED
        assert len(complaints(found)) == 1

    def test_a_route_without_parents_has_nothing(self) -> None:
        assert of_routes(gateway("192.0.2.1"), route(WWW, refs=())) == {}


class TestListeners:
    TWO = (
        listener("web", hostname="web.example.com"),
        listener("api", hostname="api.example.com", port=8080),
    )

    def found(self, *hostnames: str, **ref: Any) -> set[str]:  # noqa: ANN401 - a manifest's fields
        return set(
            of_routes(gateway("192.0.2.1", listeners=self.TWO), route(*hostnames, refs=({"name": "edge", **ref},)))
        )

    def test_a_section_selects_one_and_without_it_all_count(self) -> None:
        assert self.found(sectionName="api") == {"api.example.com A"}
        assert self.found() == {"web.example.com A", "api.example.com A"}
        assert self.found(sectionName="other") == set()

    def test_the_port_must_match_where_it_is_set(self) -> None:
        assert self.found(port=80) == {"web.example.com A"}
        assert self.found(sectionName="api", port=80) == set()

    @pytest.mark.parametrize(
        ("source", "kind", "protocols"),
        [
            ("gateway-httproute", "HTTPRoute", {"HTTP", "HTTPS"}),
            ("gateway-grpcroute", "GRPCRoute", {"HTTP", "HTTPS"}),
            ("gateway-tlsroute", "TLSRoute", {"TLS"}),
            ("gateway-udproute", "UDPRoute", {"UDP"}),
            ("gateway-tcproute", "TCPRoute", {"TCP", "TLS"}),
        ],
    )
    def test_http_and_https_match_each_other_and_tls_itself(self, source: str, kind: str, protocols: set[str]) -> None:
        all_of_them = ("HTTP", "HTTPS", "TLS", "TCP", "UDP")
        matching = {
            one
            for one in all_of_them
            if targets(claims(source, gateway("192.0.2.1", listeners=(listener(protocol=one),)), route(WWW, kind=kind)))
        }
        assert matching == protocols

    def test_routes_of_another_kind_are_another_sources(self) -> None:
        assert claims("gateway-grpcroute", gateway("192.0.2.1"), route(WWW)) == ()

    @pytest.mark.parametrize(
        ("allowed", "same", "other"),
        [
            ({}, True, False),
            (allow("Same"), True, False),
            (allow("All"), True, True),
            (allow("None"), False, False),
            (allow("Selector", selector={"matchLabels": {"dns": "yes"}}), False, True),
            (allow("Selector"), False, False),
        ],
    )
    def test_the_namespaces_that_are_allowed(self, allowed: dict[str, Any], same: bool, other: bool) -> None:  # noqa: FBT001 - parameters
        edge = gateway("192.0.2.1", listeners=(listener(allowedRoutes=allowed),))
        namespaces = (manifest("Namespace", "shop", {}), manifest("Namespace", "bank", {}, labels={"dns": "yes"}))
        far = route(WWW, namespace="bank", refs=({"name": "edge", "namespace": "shop"},))
        assert of_routes(edge, *namespaces, route(WWW)) == (SERVED if same else {})
        assert of_routes(edge, *namespaces, far) == (SERVED if other else {})

    def test_a_namespace_that_is_not_there_leaves_the_routes_names_unknown(self) -> None:
        edge = gateway("192.0.2.1", listeners=(listener(allowedRoutes=allow("Selector", selector={})),))
        assert of_routes(edge, route(WWW)) == KEPT

    def test_whom_a_selector_allows_is_unknown_until_the_namespaces_are_known(self) -> None:
        edge = gateway("192.0.2.1", listeners=(listener(allowedRoutes=allow("Selector", selector={})),))
        assert of_routes(edge, route(WWW), unsynced=("Namespace",)) == KEPT
        assert of_routes(gateway("192.0.2.1"), route(WWW), unsynced=("Namespace",)) == SERVED

    @pytest.mark.parametrize(
        ("kinds", "allowed"),
        [
            ([{"kind": "HTTPRoute"}], True),
            ([{"kind": "GRPCRoute"}, {"kind": "HTTPRoute", "group": "gateway.networking.k8s.io"}], True),
            ([{"kind": "GRPCRoute"}], False),
            ([{"kind": "HTTPRoute", "group": "example.net"}], False),
            ([], True),
        ],
    )
    def test_the_kinds_that_are_allowed(self, kinds: list[dict[str, str]], allowed: bool) -> None:  # noqa: FBT001 - parameters
        edge = gateway("192.0.2.1", listeners=(listener(allowedRoutes={"kinds": kinds}),))
        assert of_routes(edge, route(WWW)) == (SERVED if allowed else {})

    def test_no_grant_is_needed_to_refer_to_a_gateway_elsewhere(self) -> None:
        watched = SOURCES["gateway-httproute"](Options()).resources()
        assert "ReferenceGrant" not in {one.kind for one in watched}
        edge = gateway("192.0.2.1", namespace="infra", listeners=(listener(allowedRoutes=allow("All")),))
        found = of_routes(edge, route(WWW, refs=({"name": "edge", "namespace": "infra"},)))
        assert found == SERVED


class TestHostNames:
    def found(self, listens: str, *hostnames: str, **annotations: str) -> set[str]:
        edge = gateway("192.0.2.1", listeners=(listener(hostname=listens) if listens else listener(),))
        said = {EXTERNAL + key.replace("_", "-"): value for key, value in annotations.items()}
        return {key.removesuffix(" A") for key in of_routes(edge, route(*hostnames, annotations=said))}

    def test_the_names_are_what_route_and_listener_have_in_common(self) -> None:
        assert self.found("*.example.com", "a.example.com", "a.b.example.com", "example.com", "a.example.net") == {
            "a.example.com",
            "a.b.example.com",
        }

    def test_an_empty_route_takes_the_listeners(self) -> None:
        assert self.found("*.example.com") == {"*.example.com"}

    def test_an_empty_listener_takes_the_routes(self) -> None:
        assert self.found("", WWW, "*.example.com") == {WWW, "*.example.com"}

    def test_two_that_are_empty_give_nothing(self) -> None:
        assert self.found("") == set()

    def test_names_are_in_lower_case_and_an_address_is_none(self) -> None:
        assert self.found("", "WWW.Example.com", "192.0.2.7") == {WWW}

    def test_the_annotation_adds_names_and_the_listener_limits_them_too(self) -> None:
        assert self.found("*.example.com", WWW, hostname="b.example.com, c.example.net") == {WWW, "b.example.com"}

    def test_a_listeners_own_is_the_fallback_of_a_route_that_nothing_names(self) -> None:
        """https://github.com/kubernetes-sigs/external-dns/issues/6596."""
        assert self.found("*.example.com", hostname="b.example.com") == {"b.example.com"}
        assert self.found("*.example.com", hostname=" ") == {"*.example.com"}
        assert self.found("*.example.com", hostname="b.example.net") == set()
        assert self.found("own.example.com", hostname="b.example.com") == set()

    def test_a_listeners_own_is_no_fallback_of_an_annotation_that_cannot_be_read(self) -> None:
        edge = gateway("192.0.2.1", listeners=(listener(hostname="*.example.com"),))
        found = claims("gateway-httproute", edge, route(annotations={f"{EXTERNAL}hostname": "-"}))
        assert (targets(found), [one.value for one in complaints(found)]) == ({}, ["-"])

    def test_only_the_defined_ones_count_where_that_is_said(self) -> None:
        chosen = {"hostname": "b.example.com", "gateway_hostname_source": "defined-hosts-only"}
        assert self.found("", WWW, **chosen) == {WWW}
        assert self.found("*.example.com", **chosen) == set()

    def test_only_the_annotations_count_where_that_is_said(self) -> None:
        chosen = {"hostname": "b.example.com", "gateway_hostname_source": "Annotation-Only"}
        assert self.found("", WWW, **chosen) == {"b.example.com"}

    def test_another_choice_leaves_the_route_as_it_is(self) -> None:
        said = {f"{EXTERNAL}gateway-hostname-source": "both"}
        found = claims("gateway-httproute", gateway("192.0.2.1"), route(WWW, annotations=said))
        assert targets(found) == KEPT
        (complaint,) = complaints(found)
        assert (complaint.value, complaint.allowed) == ("both", "defined-hosts-only or annotation-only")


class TestTargets:
    def test_the_addresses_are_sorted_and_each_is_there_once(self) -> None:
        edge = gateway("192.0.2.9", "192.0.2.1", "192.0.2.9", "2001:DB8:0::1")
        assert of_routes(edge, route(WWW)) == {
            f"{WWW} A": ("192.0.2.1", "192.0.2.9"),
            f"{WWW} AAAA": ("2001:db8::1",),
        }

    def test_two_listeners_of_one_gateway_make_one_claim(self) -> None:
        edge = gateway("192.0.2.1", listeners=(listener("http"), listener("https", "HTTPS", 443)))
        assert len(of_routes(edge, route(WWW))) == 1
        one_claim(claims("gateway-httproute", edge, route(WWW)))

    def test_a_host_name_is_a_cname(self) -> None:
        assert of_routes(gateway(("Hostname", "LB.example.net.")), route(WWW)) == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_addresses_of_other_types_are_skipped_and_one_without_a_type_is_an_ip_address(self) -> None:
        edge = gateway(("NamedAddress", "pool"), ("example.net/thing", "x"), (None, "192.0.2.1"))
        assert of_routes(edge, route(WWW)) == SERVED

    def test_a_name_beside_addresses_is_left_out_because_a_cname_stands_alone(self) -> None:
        assert of_routes(gateway(("Hostname", "lb.example.net"), "192.0.2.1"), route(WWW)) == SERVED

    def test_of_several_names_the_first_is_the_cname(self) -> None:
        edge = gateway(("Hostname", "b.example.net"), ("Hostname", "a.example.net"))
        assert of_routes(edge, route(WWW)) == {f"{WWW} CNAME": ("a.example.net",)}

    def test_the_target_annotation_of_the_gateway_comes_before_its_addresses(self) -> None:
        edge = gateway("192.0.2.1", annotations={f"{EXTERNAL}target": "198.51.100.2,198.51.100.1"})
        assert of_routes(edge, route(WWW)) == {f"{WWW} A": ("198.51.100.1", "198.51.100.2")}

    def test_it_serves_for_a_gateway_without_addresses_too(self) -> None:
        edge = gateway(annotations={f"{EXTERNAL}target": "lb.example.net"})
        assert of_routes(edge, route(WWW)) == {f"{WWW} CNAME": ("lb.example.net",)}


class TestUnknown:
    def test_a_gateway_without_addresses_is_unknown(self) -> None:
        assert of_routes(gateway(), route(WWW)) == KEPT
        bare = gateway()
        del bare["status"]
        assert of_routes(bare, route(WWW)) == KEPT

    def test_so_is_one_whose_addresses_no_record_can_hold(self) -> None:
        assert of_routes(gateway(("NamedAddress", "pool"), ("IPAddress", "pending")), route(WWW)) == KEPT

    def test_the_reason_names_the_gateway(self) -> None:
        assert one_claim(claims("gateway-httproute", gateway(), route(WWW))).targets == Unknown(
            "Gateway shop/edge in home has no addresses"
        )

    def test_a_name_that_left_the_route_is_gone_and_a_route_that_left_too(self) -> None:
        assert of_routes(gateway(), route("api.example.com")) == {"api.example.com None": Unknown}
        assert of_routes(gateway()) == {}

    def test_routes_that_cannot_be_seen_make_the_whole_source_unknown(self) -> None:
        found = claims("gateway-httproute", gateway("192.0.2.1"), route(WWW), unsynced=("HTTPRoute",))
        assert found == Unknown("the cache has not synced")

    def test_gateways_that_cannot_be_seen_keep_the_names_of_the_routes(self) -> None:
        assert of_routes(gateway("192.0.2.1"), route(WWW), unsynced=("Gateway",)) == KEPT

    @pytest.mark.parametrize("hosts", [(), ("*.example.com",), (WWW, "*.example.com")])
    def test_where_they_would_name_the_route_its_names_are_unknown(self, hosts: tuple[str, ...]) -> None:
        (one,) = complaints(claims("gateway-httproute", gateway("192.0.2.1"), route(*hosts), unsynced=("Gateway",)))
        assert one.hides_names
        assert "the cache has not synced" in one.text


class TestTwoGateways:
    BOTH = route(WWW, refs=({"name": "edge"}, {"name": "far"}))

    def settled(self, *gateways: dict[str, Any]) -> dict[str, object]:
        found = claims("gateway-httproute", *gateways, self.BOTH)
        assert not isinstance(found, Unknown)
        kept = settle(one for one in found if isinstance(one, Claim))
        assert kept.complaints == ()
        return targets(kept.claims)

    def test_a_route_is_at_the_addresses_of_both(self) -> None:
        assert self.settled(gateway("192.0.2.2"), gateway("192.0.2.1", name="far")) == {
            f"{WWW} A": ("192.0.2.1", "192.0.2.2")
        }

    def test_where_one_has_none_all_that_the_name_has_is_kept(self) -> None:
        """What the others have comes in all the same: `parts` of the claim say who gives what."""
        both = (gateway("192.0.2.2"), gateway(name="far"))
        assert self.settled(*both) == {f"{WWW} A": Unknown, f"{WWW} AAAA": Unknown}

    def test_of_one_that_has_none_the_owner_is_told(self) -> None:
        found = claims("gateway-httproute", gateway("192.0.2.2"), gateway(name="far"), self.BOTH)
        (told,) = complaints(found)
        assert (told.waits, "Gateway shop/far in home has no addresses" in told.text) == (True, True)
        assert as_new(found) == {f"{WWW} A": ("192.0.2.2",)}

    def test_of_one_with_a_bad_annotation_he_is_told_no_more_than_that(self) -> None:
        bad = gateway("192.0.2.1", name="far", annotations={"truenorth/ttl": "soon"})
        (told,) = complaints(claims("gateway-httproute", gateway("192.0.2.2"), bad, self.BOTH))
        assert told.annotation == "truenorth/ttl"

    def test_one_that_is_gone_takes_its_addresses_along(self) -> None:
        assert self.settled(gateway("192.0.2.1")) == SERVED


class TestListenerSets:
    REF = {"name": "team", "kind": "ListenerSet"}  # noqa: RUF012 - never changed
    EDGE = gateway(
        "192.0.2.1",
        listeners=(listener(hostname="own.example.com"),),
        namespace="infra",
        allowed_listeners=allow("All"),
    )

    def team(
        self,
        accepted: dict[str, Any] | None = ACCEPTED,
        of_listener: dict[str, Any] | None = ACCEPTED,
        annotations: dict[str, str] | None = None,
        generation: int = 1,
        **more: Any,  # noqa: ANN401 - a manifest's fields
    ) -> dict[str, Any]:
        status: dict[str, Any] = {"conditions": [accepted] if accepted else []}
        if of_listener:
            status["listeners"] = [{"name": "web", "conditions": [of_listener]}]
        spec = {"parentRef": {"name": "edge", "namespace": "infra"}, "listeners": [listener(**more)]}
        return manifest("ListenerSet", "team", spec, status=status, annotations=annotations, generation=generation)

    def found(self, team: dict[str, Any], *hostnames: str, edge: dict[str, Any] | None = None) -> dict[str, object]:
        return of_routes(edge or self.EDGE, team, route(*(hostnames or (WWW,)), refs=(self.REF,)))

    def test_a_route_of_a_set_is_at_the_addresses_of_the_sets_gateway(self) -> None:
        assert self.found(self.team()) == SERVED

    def test_its_own_listeners_limit_the_names_and_the_gateways_do_not(self) -> None:
        found = self.found(self.team(hostname="*.example.com"), "a.example.com", "a.example.net")
        assert found == {"a.example.com A": ("192.0.2.1",)}

    def test_a_route_of_the_gateway_does_not_get_the_sets_listeners(self) -> None:
        edge = gateway("192.0.2.1", listeners=(listener(hostname="own.example.com"),), allowed_listeners=allow("All"))
        team = self.team(hostname=WWW)
        assert of_routes(edge, team, route()) == {"own.example.com A": ("192.0.2.1",)}

    def test_the_namespace_that_counts_for_routes_is_the_sets(self) -> None:
        far = route(WWW, namespace="infra", refs=(self.REF | {"namespace": "shop"},))
        assert of_routes(self.EDGE, self.team(), far) == {}

    @pytest.mark.parametrize(
        ("allowed", "served"),
        [
            (None, False),
            (allow("None"), False),
            (allow("Same"), False),
            (allow("All"), True),
            (allow("Selector", selector={"matchLabels": {"dns": "yes"}}), True),
            (allow("Selector", selector={"matchLabels": {"dns": "no"}}), False),
        ],
    )
    def test_the_gateway_says_whose_sets_it_allows_and_by_default_it_allows_none(
        self,
        allowed: dict[str, Any] | None,
        served: bool,  # noqa: FBT001 - parameters
    ) -> None:
        edge = gateway("192.0.2.1", namespace="infra", allowed_listeners=allowed)
        shop = manifest("Namespace", "shop", {}, labels={"dns": "yes"})
        assert of_routes(edge, shop, self.team(), route(WWW, refs=(self.REF,))) == (SERVED if served else {})

    def test_by_default_it_allows_not_even_those_of_its_own_namespace(self) -> None:
        team = self.team()
        team["spec"]["parentRef"] = {"name": "edge"}
        items = (team, route(WWW, refs=(self.REF,)))
        assert of_routes(gateway("192.0.2.1"), *items) == {}
        assert of_routes(gateway("192.0.2.1", allowed_listeners=allow("Same")), *items) == SERVED

    def test_whom_a_selector_allows_is_unknown_until_the_namespaces_are_known(self) -> None:
        edge = gateway("192.0.2.1", namespace="infra", allowed_listeners=allow("Selector", selector={}))
        found = of_routes(edge, self.team(), route(WWW, refs=(self.REF,)), unsynced=("Namespace",))
        assert found == KEPT

    @pytest.mark.parametrize("reason", sorted(SET_REFUSALS))
    def test_a_set_that_is_refused_gives_nothing(self, reason: str) -> None:
        assert self.found(self.team(accepted=NOT_ATTACHED | {"reason": reason})) == {}

    @pytest.mark.parametrize("reason", sorted(LISTENER_REFUSALS))
    def test_a_listener_that_is_refused_gives_nothing(self, reason: str) -> None:
        assert self.found(self.team(of_listener=NOT_ATTACHED | {"reason": reason})) == {}

    @pytest.mark.parametrize("reason", ["ListenersNotValid", "ParentNotAccepted", "Pending", "Invalid", "Moon"])
    def test_a_set_or_a_listener_that_is_only_not_ready_takes_nothing_away(self, reason: str) -> None:
        not_now = NOT_ATTACHED | {"reason": reason}
        assert self.found(self.team(accepted=not_now)) == KEPT
        assert self.found(self.team(of_listener=not_now)) == KEPT

    def test_one_that_nobody_has_decided_on_takes_nothing_away(self) -> None:
        assert self.found(self.team(accepted=None)) == KEPT
        assert self.found(self.team(of_listener=None)) == KEPT

    def test_one_of_which_an_earlier_generation_was_decided_keeps_what_it_has(self) -> None:
        behind = ACCEPTED | {"observedGeneration": 1}
        assert self.found(self.team(accepted=behind, generation=2)) == KEPT
        assert self.found(self.team(of_listener=behind, generation=2)) == KEPT

    def test_a_set_of_a_parent_that_is_not_read_keeps_the_names_of_its_routes_and_their_owners_are_told(self) -> None:
        team = self.team()
        team["spec"]["parentRef"] = {"name": "edge", "kind": "Tunnel", "group": "example.net"}
        found = claims("gateway-httproute", self.EDGE, team, route(WWW, refs=(self.REF,)))
        assert targets(found) == KEPT
        (told,) = complaints(found)
        assert "the parent Tunnel shop/edge of ListenerSet shop/team in home is of a kind of example.net" in told.text

    def test_a_set_that_is_absent_or_whose_gateway_is_leaves_the_routes_names_unknown(self) -> None:
        assert of_routes(self.EDGE, route(WWW, refs=(self.REF,))) == KEPT
        assert of_routes(self.team(), route(WWW, refs=(self.REF,))) == KEPT

    def test_sets_that_cannot_be_seen_make_their_own_routes_unknown_and_no_others(self) -> None:
        items = (gateway("192.0.2.1"), self.EDGE, route(WWW, refs=(self.REF,)), route("api.example.com", name="api"))
        assert of_routes(*items, unsynced=("ListenerSet",)) == KEPT | {"api.example.com A": ("192.0.2.1",)}

    @pytest.mark.parametrize("hosts", [(), ("*.example.com",)])
    def test_where_they_would_name_the_route_its_names_are_unknown(self, hosts: tuple[str, ...]) -> None:
        found = claims("gateway-httproute", self.EDGE, route(*hosts, refs=(self.REF,)), unsynced=("ListenerSet",))
        (one,) = complaints(found)
        assert one.hides_names
        assert "the cache has not synced" in one.text

    def test_a_gateway_that_cannot_be_seen_keeps_the_names_of_its_sets_routes(self) -> None:
        items = (self.EDGE, self.team(), route(WWW, refs=(self.REF,)))
        assert of_routes(*items, unsynced=("Gateway",)) == KEPT

    def test_the_sets_target_annotation_comes_before_the_gateways(self) -> None:
        edge = gateway(
            "192.0.2.1",
            namespace="infra",
            allowed_listeners=allow("All"),
            annotations={f"{EXTERNAL}target": "198.51.100.1"},
        )
        assert self.found(self.team(), edge=edge) == {f"{WWW} A": ("198.51.100.1",)}
        nearer = self.team(annotations={f"{EXTERNAL}target": "198.51.100.2"})
        assert self.found(nearer, edge=edge) == {f"{WWW} A": ("198.51.100.2",)}


class TestExperimentalListenerSets:
    """XListenerSet, v1alpha1 of the experimental channel, has the schema of a ListenerSet."""

    REF = TestListenerSets.REF | {"kind": "XListenerSet", "group": "gateway.networking.x-k8s.io"}
    EDGE = TestListenerSets.EDGE

    def team(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a manifest's fields
        return TestListenerSets().team(**more) | {"kind": "XListenerSet"}

    def test_are_read_like_others(self) -> None:
        assert of_routes(self.EDGE, self.team(), route(WWW, refs=(self.REF,))) == SERVED
        refused = self.team(accepted=NOT_ATTACHED | {"reason": "NotAllowed"})
        assert of_routes(self.EDGE, refused, route(WWW, refs=(self.REF,))) == {}

    @pytest.mark.parametrize("refs", [REF | {"kind": "ListenerSet"}, REF | {"group": "gateway.networking.k8s.io"}])
    def test_have_a_group_of_their_own(self, refs: dict[str, Any]) -> None:
        assert of_routes(self.EDGE, self.team(), route(WWW, refs=(refs,))) == KEPT

    def test_one_that_cannot_be_read_keeps_the_names_of_its_routes_and_their_owners_are_told(self) -> None:
        found = claims("gateway-httproute", self.EDGE, route(WWW, refs=(self.REF,)), unsynced=("XListenerSet",))
        assert targets(found) == KEPT
        (told,) = complaints(found)
        assert "XListenerSet shop/team cannot be read: the cache has not synced" in told.text

    def test_other_routes_do_not_care(self) -> None:
        assert of_routes(gateway("192.0.2.1"), route(WWW), unsynced=("XListenerSet",)) == SERVED


class TestListenersOfGateways:
    """What the status of a Gateway says of its listeners."""

    TWO = (listener("web", hostname=WWW), listener("api", hostname="api.example.com", port=8080))
    BOTH = (WWW, "api.example.com")

    def found(self, *conditions: dict[str, Any], generation: int = 1) -> dict[str, object]:
        edge = gateway("192.0.2.1", listeners=self.TWO, said={"web": conditions}, generation=generation)
        return of_routes(edge, route(*self.BOTH))

    API = {"api.example.com A": ("192.0.2.1",)}  # noqa: RUF012 - never changed

    @pytest.mark.parametrize("reason", sorted(LISTENER_REFUSALS))
    def test_one_that_is_refused_gives_nothing_and_the_others_give_theirs(self, reason: str) -> None:
        assert self.found(NOT_ATTACHED | {"reason": reason}) == self.API

    @pytest.mark.parametrize("reason", ["HostnameConflict", "ProtocolConflict", ""])
    def test_one_that_conflicts_is_not_served(self, reason: str) -> None:
        assert self.found(ACCEPTED, {"type": "Conflicted", "status": "True", "reason": reason}) == self.API
        assert self.found(ACCEPTED, {"type": "Conflicted", "status": "False"}) == self.API | SERVED

    def test_one_that_is_not_accepted_for_another_reason_takes_nothing_away(self) -> None:
        assert self.found(NOT_ATTACHED | {"reason": "NoValidCACertificate"}) == self.API | KEPT

    @pytest.mark.parametrize("kind", ["Programmed", "ResolvedRefs", "Ready"])
    def test_one_that_is_not_ready_gives_what_it_gave_and_what_is_new(self, kind: str) -> None:
        """A certificate may wait for the very record (ACME, HTTP-01)."""
        assert self.found(ACCEPTED, {"type": kind, "status": "False", "reason": "Invalid"}) == self.API | SERVED

    def test_a_refusal_of_an_earlier_generation_is_none_yet(self) -> None:
        earlier = {"observedGeneration": 1}
        for refusal in (NOT_ATTACHED | {"reason": "PortUnavailable"}, {"type": "Conflicted", "status": "True"}):
            assert self.found(refusal | earlier, generation=2) == self.API | KEPT
        assert self.found(ACCEPTED | earlier, generation=2) == self.API | SERVED

    def test_one_of_which_nothing_is_said_needs_no_leave(self) -> None:
        assert self.found() == self.API | SERVED
        assert self.found({"type": "Accepted", "status": "Unknown"}) == self.API | SERVED


def test_the_claim_says_in_which_cluster_its_object_is() -> None:
    far = Caches((gateway("192.0.2.1"), route(WWW)), cluster="away")
    found = SOURCES["gateway-httproute"](Options()).claims(far)
    assert not isinstance(found, Unknown)
    assert one_claim(found.value).object.cluster == "away"
