from __future__ import annotations

import pytest

from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.sources import SOURCES

GATEWAY_API = {"Gateway", "ListenerSet", "Namespace"}


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
    ],
)
def test_each_source_says_what_it_has_to_see_its_own_kind_first(name: str, kinds: set[str]) -> None:
    resources = SOURCES[name](Options()).resources()
    assert {one.kind for one in resources} == kinds
    assert resources[0].kind.lower() == name.removeprefix("gateway-")


def test_these_are_all() -> None:
    assert len(SOURCES) == 9


def test_nodes_and_namespaces_are_in_no_namespace() -> None:
    resources = {one for source in SOURCES.values() for one in source(Options()).resources()}
    assert {one.kind for one in resources if not one.namespaced} == {"Node", "Namespace"}
