from __future__ import annotations

from typing import cast

import pytest

from components.geo.arguments import GeoLoadBalancerArgs, GeoPoolArgs
from components.geo.checks import check_balancer, check_pool

ONE = {"name": "a", "address": "192.0.2.1"}


def pool(**changes: object) -> GeoPoolArgs:
    return cast("GeoPoolArgs", {"account_id": "0" * 32, "name": "eu", "origins": [ONE], **changes})


def balancer(**changes: object) -> GeoLoadBalancerArgs:
    args = {"zone_id": "0" * 32, "name": "app.example.com", "default_pools": ["1"], **changes}
    return cast("GeoLoadBalancerArgs", args)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "my pool"}, "name: 'my pool' has to be of letters, digits, - and _"),
        ({"latitude": 1}, "latitude and longitude: give both or neither"),
        ({"latitude": 91, "longitude": 0}, "latitude: 91 is not from -90 to 90"),
        ({"origins": []}, "origins: give at least one"),
        ({"origins": [ONE, {**ONE, "name": "b"}]}, "origins.address: 192.0.2.1 is there twice"),
        ({"origins": [ONE, {**ONE, "address": "192.0.2.2"}]}, "origins.name: a is there twice"),
        ({"origins": [{**ONE, "weight": 33}]}, "origins.weight: 33 is not from 0 to 1"),
        ({"origins": [{**ONE, "port": 70000}]}, "origins.port: 70000 is not from 0 to 65535"),
        ({"minimum_origins": 0}, "minimumOrigins: 0 is not from 1 to 1000"),
        ({"check_regions": ["EU"]}, "checkRegions: 'EU' is none of WNAM, ENAM, WEU"),
        ({"origin_steering": "best"}, "originSteering: 'best' is none of random, hash"),
        ({"load_shedding": {"default_percent": 101}}, "loadShedding.defaultPercent: 101 is not from 0 to 100"),
        ({"monitor": {"type": "ping"}}, "monitor.type: 'ping' is none of http, https"),
        ({"monitor": {"type": "tcp"}}, "monitor.port: a check of type tcp needs one"),
        ({"monitor": {"interval": 4}}, "monitor.interval: 4 is not from 5 to 3600"),
        ({"monitor": {"expected_codes": ""}}, "monitor.expectedCodes: give a status code"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match="cannot be made: ") as raised:
        check_pool(pool(**changes))
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"default_pools": []}, "defaultPools: give at least one pool"),
        ({"steering_policy": "nearest"}, "steeringPolicy: 'nearest' is none of off, geo"),
        ({"session_affinity": "ip"}, "sessionAffinity: 'ip' is none of none, cookie"),
        (
            {"session_affinity": "cookie", "session_affinity_ttl": 60},
            "sessionAffinityTtl: 60 is not from 1800 to 604800",
        ),
        ({"session_affinity": "header"}, "sessionAffinityHeaders: name the headers that make a session"),
        ({"proxied": False, "ttl": 5}, "ttl: 5 is not from 10 to 600"),
        ({"default_weight": 2}, "defaultWeight: 2 is not from 0 to 1"),
        ({"region_pools": {"EU": ["1"]}}, "regionPools: 'EU' is none of WNAM"),
        ({"country_pools": {"de": ["1"]}}, "countryPools: 'de' has to be of codes of two capital letters"),
        ({"location_mode": "here"}, "locationMode: 'here' is none of pop, resolver_ip"),
        ({"prefer_ecs": "maybe"}, "preferEcs: 'maybe' is none of always"),
    ],
)
def test_a_load_balancer_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=r"the load balancer app\.example\.com cannot be made: ") as raised:
        check_balancer(balancer(**changes))
    assert message in str(raised.value)


def test_all_faults_are_said_at_once() -> None:
    with pytest.raises(ValueError, match=r"the pool a b cannot be made: name: .*; latitude and longitude: "):
        check_pool(pool(name="a b", latitude=1))


def test_what_can_be_passes() -> None:
    check_pool(pool(latitude=-90, longitude=180, monitor={"type": "icmp_ping"}, check_regions=["ALL_REGIONS"]))
    check_balancer(balancer(session_affinity="header", session_affinity_ttl=30, session_affinity_headers=["X-User"]))
    check_balancer(balancer(session_affinity="header", kept='{"session_affinity_attributes": {"headers": ["X-User"]}}'))
    check_balancer(balancer(ttl=5))  # proxied: it does not count
