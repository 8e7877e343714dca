"""What the real engine keeps in state of load balancing is what the account has: a second run has nothing to do."""

from __future__ import annotations

import json

import pytest

from stacks.observe.geo.account import read_account
from stacks.observe.registry import parse_registry
from stacks.settings.credentials import Credentials
from tests.cli.conftest import Inside


@pytest.mark.parametrize(
    "balancer",
    [
        {},
        {"steering_policy": "geo", "regions": ["WEU"], "countries": ["DE"]},
        {"steering_policy": "random", "pool_weight": 70, "adaptive_routing": True},
        {
            "proxied": False,
            "ttl": 120,
            "session_affinity": "header",
            "session_affinity_headers": ["x-user"],
        },
    ],
    ids=["by default", "regions", "weights", "sessions"],
)
def test_state_has_what_the_account_has(inside: Inside, balancer: dict[str, object]) -> None:
    zone = inside.places.zone
    own = {"cluster": "home", "location": "eu", "addresses": ["203.0.113.7", "2001:db8::7"]}
    inside.settings("www", geo=own | {"load_balancers": [{"hostname": f"app.{zone}", **balancer}]})
    try:
        inside.result("up")
        memory = parse_registry(json.loads(inside.pulumi("stack", "export").stdout)).geo
        signing = Credentials(token=inside.places.token, base_url=inside.places.cloudflare)
        account = read_account({zone: signing}, "", {zone: ""})
        live = {
            **{one.id: one.pool for one in account.pools},
            **{one.id: one.monitor for one in account.monitors},
            **{one.id: one.balancer for one in account.balancers},
        }
        assert {one.id: one.value for one in memory.registered} == live
        assert memory.account_id == account.account_id
        inside.calls()
        inside.result("up")
        assert {method for method, _ in inside.calls()} == {"GET"}
    finally:
        inside.settings("www")
        inside.result("up")
    assert "there is no load balancer" in inside.run("geo", "status").stdout
