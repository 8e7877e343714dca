from __future__ import annotations

import pytest

from components.geo.names import KINDS, Kind, balancer_component, child, logical_name, parse, pool_component

TOKENS = {kind: token for token, kind in KINDS.items()}


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("monitor", "k8s-pool-home-eu", "geo/k8s-pool-home-eu/monitor"),
        ("pool", "k8s-pool-home-eu", "geo/k8s-pool-home-eu/pool"),
        ("balancer", "app.example.com", "geo/app.example.com"),
    ],
)
def test_a_name_reads_back(kind: Kind, name: str, expected: str) -> None:
    assert logical_name(kind, name) == expected
    assert parse(TOKENS[kind], expected) == (kind, name)


def test_the_components_give_their_resources_these_names() -> None:
    assert child(pool_component("p"), "pool") == logical_name("pool", "p")
    assert child(pool_component("p"), "monitor") == logical_name("monitor", "p")
    assert child(balancer_component("app.example.com"), "balancer") == logical_name("balancer", "app.example.com")


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("cloudflare:index/dnsRecord:DnsRecord", "geo/app.example.com"),
        (TOKENS["pool"], "my-pool"),
        (TOKENS["pool"], "geo/p/monitor"),
        (TOKENS["monitor"], "geo/p"),
    ],
)
def test_other_resources_are_none_of_ours(token: str, name: str) -> None:
    assert parse(token, name) is None
