from __future__ import annotations

from typing import Any

import pytest

from components.geo.values import LoadBalancer, LoadShedding, Monitor, Origin, Pool
from stacks.model.geo import GeoMemory
from stacks.observe.geo.registry import output
from stacks.observe.registry import parse_registry

STACK = {"urn": "urn:pulumi:home::truenorth::pulumi:pulumi:Stack::truenorth-home", "type": "pulumi:pulumi:Stack"}
POOL = "k8s-pool-home-eu"


def resource(kind: str, logical_name: str, inputs: dict[str, Any], **others: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a JSON document
    token = f"cloudflare:index/{kind[0].lower()}{kind[1:]}:{kind}"
    urn = f"urn:pulumi:home::truenorth::truenorth:index:GeoPool${token}::{logical_name}"
    return {"urn": urn, "type": token, "id": "i1", "inputs": {"__defaults": [], **inputs}, **others}


def memory(*resources: dict[str, Any], **outputs: Any) -> GeoMemory:  # noqa: ANN401 - parts of a JSON document
    return parse_registry({"deployment": {"resources": [STACK | {"outputs": outputs}, *resources]}}).geo


def test_a_pool_is_read_with_all_that_was_declared() -> None:
    origin = {"name": "origin-eu", "address": "192.0.2.1", "weight": 0.33, "enabled": True, "flattenCname": True}
    inputs = {
        "accountId": "a",
        "name": POOL,
        "origins": [origin | {"port": 8443.0, "header": {"hosts": ["app.example.com"]}}],
        "latitude": 50.1109,
        "longitude": 8.6821,
        "minimumOrigins": 2.0,
        "checkRegions": ["WEU"],
        "loadShedding": {"defaultPercent": 5.0, "defaultPolicy": "hash", "sessionPercent": 1.0},
        "originSteering": {"policy": "hash"},
        "description": "TrueNorth",
        "monitor": "m1",
    }
    found = memory(resource("LoadBalancerPool", f"geo/{POOL}/pool", inputs))
    assert found.account_id == "a"
    (only,) = found.registered
    assert (only.kind, only.id, only.logical_name, only.retained) == ("pool", "i1", f"geo/{POOL}/pool", False)
    assert only.urn.endswith(f"::geo/{POOL}/pool")
    assert only.value == Pool(
        name=POOL,
        origins=(Origin("origin-eu", "192.0.2.1", 0.33, port=8443, host_header="app.example.com"),),
        latitude=50.1109,
        longitude=8.6821,
        minimum_origins=2,
        check_regions=("WEU",),
        load_shedding=LoadShedding(5, "hash", 1),
        origin_steering="hash",
        description="TrueNorth",
    )


def test_a_monitor_is_read_with_its_headers_as_they_are_written() -> None:
    inputs = {"type": "https", "expectedCodes": "2xx", "header": {"Host": ["app.example.com"], "X-Long-Name": ["1"]}}
    (only,) = memory(resource("LoadBalancerMonitor", f"geo/{POOL}/monitor", inputs)).registered
    assert only.kind == "monitor"
    assert only.value == Monitor(header=(("Host", ("app.example.com",)), ("X-Long-Name", ("1",))))


def test_a_load_balancer_is_read_with_its_zone_and_whether_it_stays() -> None:
    inputs = {
        "zoneId": "z1",
        "name": "app.example.com",
        "defaultPools": ["p1", "p2"],
        "fallbackPool": "p1",
        "steeringPolicy": "geo",
        "proxied": False,
        "ttl": 60.0,
        "regionPools": {"WEU": ["p1"]},
        "countryPools": {"DE": ["p1"]},
        "popPools": {},
        "randomSteering": {"defaultWeight": 0.5, "poolWeights": {"p1": 0.25}},
        "adaptiveRouting": {"failoverAcrossPools": True},
        "locationStrategy": {"mode": "resolver_ip", "preferEcs": "never"},
    }
    found = resource("LoadBalancer", "geo/app.example.com", inputs, id="z1/b1", retainOnDelete=True)
    (only,) = memory(found).registered
    assert (only.kind, only.id, only.zone_id, only.retained) == ("balancer", "b1", "z1", True)
    assert only.value == LoadBalancer(
        name="app.example.com",
        default_pools=("p1", "p2"),
        fallback_pool="p1",
        steering_policy="geo",
        proxied=False,
        ttl=60,
        region_pools=(("WEU", ("p1",)),),
        country_pools=(("DE", ("p1",)),),
        pool_weights=(("p1", 0.25),),
        default_weight=0.5,
        failover_across_pools=True,
        location_mode="resolver_ip",
        prefer_ecs="never",
    )


@pytest.mark.parametrize(
    "other",
    [
        resource("LoadBalancerPool", "somebody-elses-pool", {"name": "x", "origins": []}),
        resource("LoadBalancerPool", f"geo/{POOL}/pool", {"name": POOL, "origins": []}, delete=True),
        resource("DnsRecord", "geo/x", {"name": "x.example.com", "type": "A", "ttl": 1, "zoneId": "z", "content": "x"}),
    ],
)
def test_nothing_else_is_ours(other: dict[str, Any]) -> None:
    assert parse_registry({"deployment": {"resources": [STACK, other]}}).geo == GeoMemory()


@pytest.mark.parametrize(
    "wished",
    [
        LoadBalancer("app.example.com", (), ""),
        LoadBalancer("app.example.com", (), "", "random", proxied=False, ttl=120, failover_across_pools=True),
        LoadBalancer("b.example.com", (), "", session_affinity="header", session_affinity_headers=("x-user",)),
        LoadBalancer("b.example.com", (), "", session_affinity="cookie", session_affinity_ttl=1800),
    ],
)
def test_what_was_wished_for_is_the_same_after_it_was_in_the_state(wished: LoadBalancer) -> None:
    assert memory(geo=output([wished])).wished == (wished,)


def test_what_a_later_version_remembers_besides_does_no_harm() -> None:
    assert memory(geo={"app.example.com": {"ttl": 60.0, "later": True}}).wished == (
        LoadBalancer("app.example.com", (), "", ttl=60),
    )
