from __future__ import annotations

from typing import ClassVar, get_args

import pytest

from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.descriptions import DESCRIPTIONS
from stacks.observe.cluster.sources import SOURCES, sources_of
from stacks.settings.cluster import ClusterSettings, SourceName

GATEWAY_API = {"Gateway", "ListenerSet", "XListenerSet", "Namespace"}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("gateway-httproute", {"HTTPRoute"} | GATEWAY_API),
        ("gateway-grpcroute", {"GRPCRoute"} | GATEWAY_API),
        ("gateway-tlsroute", {"TLSRoute"} | GATEWAY_API),
        ("gateway-tcproute", {"TCPRoute"} | GATEWAY_API),
        ("gateway-udproute", {"UDPRoute"} | GATEWAY_API),
        ("ingress", {"Ingress"}),
        ("service", {"Service", "EndpointSlice", "Node"}),
        ("node", {"Node"}),
        ("pod", {"Pod", "Node"}),
        ("crd", {"DNSEndpoint"}),
        ("istio-gateway", {"Gateway", "Service"}),
        ("istio-virtualservice", {"VirtualService", "Gateway", "Service"}),
    ],
)
def test_each_source_says_what_it_has_to_see_its_own_kind_first(name: str, kinds: set[str]) -> None:
    resources = SOURCES[name](Options()).resources()
    assert {one.kind for one in resources} == kinds
    assert resources[0].kind.lower() == name.partition("-")[2] or name in {"ingress", "service", "node", "pod", "crd"}


def test_every_source_of_the_settings_is_there_once() -> None:
    assert SOURCES.keys() | DESCRIPTIONS.keys() == {*get_args(SourceName)}
    assert not SOURCES.keys() & DESCRIPTIONS.keys()


class TestOfACluster:
    KIND: ClassVar = {
        "group": "example.com",
        "version": "v1",
        "kind": "Site",
        "plural": "sites",
        "names": ["spec.host"],
    }

    def test_are_those_of_the_settings_and_the_kinds_that_they_describe(self) -> None:
        chosen = ClusterSettings.model_validate({"sources": ["ingress", "contour-httpproxy"], "kinds": [self.KIND]})
        assert [*sources_of(chosen)] == ["ingress", "contour-httpproxy", "sites.example.com"]

    def test_have_the_fields_read_that_the_settings_name(self) -> None:
        kind = {**self.KIND, "addresses": ["status.address"], "ready": "Ready"}
        _, found = sources_of(ClusterSettings.model_validate({"sources": ["ingress"], "kinds": [kind]})).values()
        assert found.resources()[0].fields == ("spec.host", "status.address", "status.conditions")


def test_nodes_and_namespaces_are_in_no_namespace() -> None:
    resources = {one for source in SOURCES.values() for one in source(Options()).resources()}
    assert {one.kind for one in resources if not one.namespaced} == {"Node", "Namespace"}
