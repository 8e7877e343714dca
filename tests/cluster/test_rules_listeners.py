"""Rule 2: which listeners a route attaches to."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.settings.cluster import SourceName
from tests.cluster.experimental import GROUP, experimental
from tests.cluster.objects import (
    GATEWAY_API,
    Manifest,
    allow,
    condition,
    gateway,
    listener,
    listener_set,
    manifest,
    refusal,
    route,
)
from tests.cluster.place import KEPT, Place

WWW = "www.example.com"
SERVED = {f"{WWW} A": ("192.0.2.1",)}
TEAM = {"name": "team", "kind": "ListenerSet"}


class TestSectionNameAndPort:
    LISTENERS = (
        listener(hostname="web.example.com"),
        listener("api", hostname="api.example.com", port=8080),
    )

    @pytest.mark.parametrize(
        ("wanted", "names"),
        [
            ({}, {"web.example.com", "api.example.com"}),
            ({"sectionName": "api"}, {"api.example.com"}),
            ({"sectionName": "other"}, set()),
            ({"port": 80}, {"web.example.com"}),
            ({"port": 8081}, set()),
            ({"sectionName": "api", "port": 80}, set()),
        ],
    )
    def test_select_a_listener_and_without_them_all_count(
        self, place: Place, wanted: dict[str, Any], names: set[str]
    ) -> None:
        place.put(gateway("192.0.2.1", listeners=self.LISTENERS), route(refs=[{"name": "edge", **wanted}]))
        assert place.names() == names

    def test_two_sections_of_one_gateway_are_two_parents(self, place: Place) -> None:
        refs = [{"name": "edge", "sectionName": name} for name in ("web", "api")]
        place.put(gateway("192.0.2.1", listeners=self.LISTENERS), route(refs=refs))
        assert place.names() == {"web.example.com", "api.example.com"}


class TestProtocols:
    LISTENERS = tuple(
        listener(protocol.lower(), protocol, port, hostname=f"{protocol.lower()}.example.com")
        for protocol, port in (("HTTP", 80), ("HTTPS", 443), ("TLS", 8443))
    )

    @pytest.mark.parametrize(
        ("kind", "source", "names"),
        [
            ("HTTPRoute", "gateway-httproute", {"http.example.com", "https.example.com"}),
            ("GRPCRoute", "gateway-grpcroute", {"http.example.com", "https.example.com"}),
            ("TLSRoute", "gateway-tlsroute", {"tls.example.com"}),
        ],
    )
    def test_http_and_https_match_each_other_and_tls_itself(
        self, place: Place, kind: str, source: SourceName, names: set[str]
    ) -> None:
        place.put(gateway("192.0.2.1", listeners=self.LISTENERS), route("*.example.com", kind=kind))
        assert place.names(source) == names

    def test_a_tcp_listener_takes_none_of_these_routes(self, place: Place) -> None:
        place.put(gateway("192.0.2.1", listeners=[listener(protocol="TCP")]), route(WWW))
        assert place.served() == {}

    def test_each_kind_is_a_source_of_its_own(self, place: Place) -> None:
        place.put(gateway("192.0.2.1"), route(WWW), route("rpc.example.com", name="rpc", kind="GRPCRoute"))
        assert (place.names(), place.names("gateway-grpcroute")) == ({WWW}, {"rpc.example.com"})
        assert place.names("gateway-httproute", "gateway-grpcroute") == {WWW, "rpc.example.com"}


class TestAllowedNamespaces:
    @pytest.mark.parametrize(
        ("allowed", "same", "labelled", "other"),
        [
            (None, True, False, False),
            (allow("Same"), True, False, False),
            (allow("All"), True, True, True),
            (allow("Selector", selector={"matchLabels": {"dns": "yes"}}), False, True, False),
            (
                allow("Selector", selector={"matchExpressions": [{"key": "dns", "operator": "Exists"}]}),
                False,
                True,
                False,
            ),
        ],
        ids=["default", "Same", "All", "labels", "expressions"],
    )
    def test_are_those_of_the_gateway_by_default_all_or_selected_by_their_labels(
        self,
        place: Place,
        allowed: Manifest | None,
        same: bool,  # noqa: FBT001 - a parameter of the test
        labelled: bool,  # noqa: FBT001 - likewise
        other: bool,  # noqa: FBT001 - likewise
    ) -> None:
        homes = {
            "same.example.com": place.namespace,
            "labelled.example.com": place.other("labelled", dns="yes"),
            "other.example.com": place.other("other"),
        }
        listeners = [listener(allowed=allowed)]
        place.put(gateway("192.0.2.1", listeners=listeners))
        edge = {"name": "edge", "namespace": place.namespace}
        place.put(*(route(name, refs=[edge], namespace=home) for name, home in homes.items()))
        expected = {name for name, served in zip(homes, (same, labelled, other), strict=True) if served}
        assert place.names(namespaces=tuple(homes.values())) == expected

    def test_that_are_none_the_api_server_refuses(self, place: Place) -> None:
        refusal = place.refused(gateway("192.0.2.1", listeners=[listener(allowed=allow("None"))]))
        assert "allowedRoutes.namespaces.from" in refusal

    def test_a_namespace_that_gets_the_label_is_let_in(self, place: Place) -> None:
        home = place.other("late")
        selecting = listener(allowed=allow("Selector", selector={"matchLabels": {"dns": "yes"}}))
        place.put(gateway("192.0.2.1", listeners=[selecting]))
        place.put(route(WWW, refs=[{"name": "edge", "namespace": place.namespace}], namespace=home))
        assert place.served(namespaces=(home,)) == {}
        place.other("late", dns="yes")
        assert place.served(namespaces=(home,)) == SERVED

    def test_a_reference_grant_plays_no_part(self, place: Place) -> None:
        """It neither is needed nor helps: a listener says itself whom it allows."""
        home = place.other("granted")
        subjects = {
            "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": home}],
            "to": [{"group": "gateway.networking.k8s.io", "kind": "Gateway"}],
        }
        place.put(manifest("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "grant", spec=subjects))
        place.put(route(WWW, refs=[{"name": "edge", "namespace": place.namespace}], namespace=home))
        place.put(gateway("192.0.2.1"))
        assert place.served(namespaces=(home,)) == {}


class TestAllowedKinds:
    @pytest.mark.parametrize(
        ("kinds", "allowed"),
        [
            ([{"kind": "HTTPRoute"}], True),
            ([{"kind": "GRPCRoute"}, {"kind": "HTTPRoute"}], True),
            ([{"kind": "GRPCRoute"}], False),
            ([{"group": "example.net", "kind": "HTTPRoute"}], False),
        ],
    )
    def test_are_all_where_none_is_said(self, place: Place, kinds: list[dict[str, str]], allowed: bool) -> None:  # noqa: FBT001 - a parameter
        place.put(gateway("192.0.2.1", listeners=[listener(allowed={"kinds": kinds})]), route(WWW))
        assert place.served() == (SERVED if allowed else {})


class TestListenerSets:
    def edge(self, allowed: Manifest | None) -> Manifest:
        return gateway("192.0.2.1", listeners=[listener(hostname="own.example.com")], allowed_listeners=allowed)

    @pytest.mark.parametrize(
        ("allowed", "served"), [(None, False), (allow("None"), False), (allow("Same"), True), (allow("All"), True)]
    )
    def test_count_where_the_gateway_allows_them_which_it_does_not_by_default(
        self,
        place: Place,
        allowed: Manifest | None,
        served: bool,  # noqa: FBT001 - a parameter of the test
    ) -> None:
        place.put(self.edge(allowed), listener_set(), route(WWW, refs=[TEAM]))
        assert place.served() == (SERVED if served else {})

    def test_limit_the_names_by_their_own_listeners_and_not_by_the_gateways(self, place: Place) -> None:
        place.put(self.edge(allow("All")), listener_set(hostname="*.example.com"))
        place.put(route(WWW, "www.example.net", refs=[TEAM]))
        assert place.served() == SERVED

    def test_do_not_add_listeners_to_the_gateways_own_routes(self, place: Place) -> None:
        place.put(self.edge(allow("All")), listener_set(hostname=WWW), route())
        assert place.served() == {"own.example.com A": ("192.0.2.1",)}

    def said(self, word: Manifest, *, of_set: bool) -> Manifest:
        """A set of which, or of the listener of which, a controller says this."""
        return listener_set(accepted=word) if of_set else listener_set(listener_accepted=word)

    @pytest.mark.parametrize(
        ("which", "reason"), [("accepted", "NotAllowed"), ("listener_accepted", "UnsupportedProtocol")]
    )
    def test_must_not_be_refused_and_neither_must_their_listeners(self, place: Place, which: str, reason: str) -> None:
        of_set = which == "accepted"
        place.put(self.edge(allow("All")), route(WWW, refs=[TEAM]))
        place.put(self.said(refusal(reason), of_set=of_set))
        assert place.served() == {}
        for not_now in (condition("Unknown"), refusal("ListenersNotValid")):
            place.put(self.said(not_now, of_set=of_set))
            assert place.served() == {WWW: KEPT}

    def test_of_the_experimental_channel_are_read_as_well(self, place: Place) -> None:
        refs = [TEAM | {"kind": "XListenerSet", "group": GROUP}]
        team = listener_set() | {"apiVersion": f"{GROUP}/v1alpha1", "kind": "XListenerSet"}
        place.put(self.edge(allow("All")), route(WWW, refs=refs))
        assert place.served() == {WWW: KEPT}
        (told,) = place.told()
        assert f"XListenerSet {place.namespace}/team cannot be read" in told.text
        with experimental(place.cluster.admin):
            assert place.served() == {WWW: KEPT}  # the set is absent, as it may be replaced
            place.put(team)
            assert (place.served(), place.told()) == (SERVED, [])

    def test_may_be_of_a_gateway_elsewhere(self, place: Place) -> None:
        infra = place.other("infra")
        place.put(gateway("192.0.2.1", allowed_listeners=allow("All"), namespace=infra))
        place.put(listener_set(gateway_namespace=infra), route(WWW, refs=[TEAM]))
        assert place.served() == SERVED

    def test_are_a_kind_of_the_api_at_the_version_that_is_read(self, place: Place) -> None:
        place.put(listener_set())
        path = f"/apis/{GATEWAY_API}/namespaces/{place.namespace}/listenersets/team"
        assert place.cluster.admin.call("GET", path)["kind"] == "ListenerSet"


class TestWhatAGatewaySaysOfItsListeners:
    TWO = (listener(hostname=WWW), listener("api", hostname="api.example.com", port=8080))
    API = {"api.example.com A": ("192.0.2.1",)}  # noqa: RUF012 - never changed

    def found(self, place: Place, *conditions: Manifest) -> dict[str, object]:
        place.put(gateway("192.0.2.1", listeners=self.TWO, said={"web": conditions}), route())
        return place.served()

    def test_takes_the_names_of_one_that_is_refused_or_conflicts(self, place: Place) -> None:
        assert self.found(place, refusal("PortUnavailable")) == self.API
        assert self.found(place, condition(), condition(kind="Conflicted", reason="HostnameConflict")) == self.API

    def test_takes_nothing_where_it_is_not_ready(self, place: Place) -> None:
        """The certificate may wait for the very record (envoyproxy/gateway#8871)."""
        unready = (condition("False", kind=kind, reason="Invalid") for kind in ("Programmed", "ResolvedRefs"))
        assert self.found(place, condition(), *unready) == self.API | SERVED
        assert self.found(place, refusal("NoValidCACertificate")) == self.API | {WWW: KEPT}
