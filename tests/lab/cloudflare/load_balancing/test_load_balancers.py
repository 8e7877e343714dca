"""Load balancers of a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from lab.api.faults import Effect, Fault
from lab.cloudflare.load_balancing.edits import add_pool
from lab.cloudflare.load_balancing.model import Quota
from tests.lab.cloudflare.load_balancing.conftest import ASIA

if TYPE_CHECKING:
    from tests.lab.cloudflare.conftest import Api
    from tests.lab.cloudflare.load_balancing.conftest import Asking, World


class TestStoring:
    def test_defaults_are_filled_in(self, ask: Asking, world: World) -> None:
        made = ask("POST", world.load_balancers, world.body())
        del made["id"], made["created_on"], made["modified_on"]
        assert made == {
            "name": "new.example.com",
            "description": "",
            "enabled": True,
            "proxied": False,
            "ttl": 30,
            "default_pools": [world.europe.id, world.asia.id],
            "fallback_pool": world.asia.id,
            "steering_policy": "off",
            "session_affinity": "none",
            "session_affinity_attributes": {
                "drain_duration": 0,
                "samesite": "Auto",
                "secure": "Auto",
                "zero_downtime_failover": "none",
            },
            "adaptive_routing": {"failover_across_pools": False},
            "location_strategy": {"mode": "pop", "prefer_ecs": "proximity"},
            "random_steering": {"default_weight": 1},
            "region_pools": {},
            "pop_pools": {},
            "networks": ["cloudflare"],
            "zone_name": "example.com",
        }

    def test_pools_by_place_make_it_geo(self, ask: Asking, world: World) -> None:
        made = ask("POST", world.load_balancers, world.body(country_pools={"DE": [world.europe.id]}))
        assert (made["steering_policy"], made["country_pools"]) == ("geo", {"DE": [world.europe.id]})

    def test_a_proxied_one_has_no_ttl(self, ask: Asking, world: World) -> None:
        assert "ttl" not in ask("POST", world.load_balancers, world.body(proxied=True, ttl=60))

    @pytest.mark.parametrize(("kind", "seconds"), [("cookie", 82800), ("ip_cookie", 82800), ("header", 1800)])
    def test_a_session_lasts_as_its_kind_does(self, ask: Asking, world: World, kind: str, seconds: int) -> None:
        attributes = {"headers": ["x-custom"]}
        body = world.body(session_affinity=kind, session_affinity_attributes=attributes)
        made = ask("POST", world.load_balancers, body)
        assert made["session_affinity_ttl"] == seconds
        assert ("headers" in made["session_affinity_attributes"]) is (kind == "header")

    def test_the_last_write_wins(self, ask: Asking, world: World) -> None:
        path = f"{world.load_balancers}/{world.load_balancer.id}"
        seen = ask("GET", path)
        ask("PUT", path, {**seen, "default_pools": [world.asia.id]})
        ask("PUT", path, {**seen, "default_pools": [world.europe.id]})
        assert ask("GET", path)["default_pools"] == [world.europe.id]

    def test_patch_keeps_what_it_leaves_out(self, ask: Asking, world: World) -> None:
        path = f"{world.load_balancers}/{world.load_balancer.id}"
        patched = ask("PATCH", path, {"name": "*.example.com"})
        assert (patched["name"], patched["steering_policy"]) == ("*.example.com", "proximity")


class TestRefusing:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"name": "app.example.org"}, 'must be a hostname in zone "example.com"'),
            ({"name": "notexample.com"}, 'must be a hostname in zone "example.com"'),
            ({"name": None}, "name must be set"),
            ({"fallback_pool": None}, "fallback_pool must be set"),
            ({"fallback_pool": "0" * 32}, f"pool {'0' * 32} does not exist"),
            ({"default_pools": []}, "the pool list length must be in range [1, 1000]"),
            ({"default_pools": ["0" * 32]}, f"pool {'0' * 32} does not exist"),
            ({"region_pools": {"WEU": ["0" * 32]}}, f"pool {'0' * 32} does not exist"),
            ({"region_pools": {"EUROPE": ["0" * 32]}}, "must be one of [WNAM"),
            ({"steering_policy": "nearest"}, "steering_policy must be one of [off geo"),
            ({"session_affinity": "header"}, "session_affinity_attributes.headers must be set"),
            ({"session_affinity": "cookie", "session_affinity_ttl": 60}, "must be in range [1800, 604800]"),
            ({"random_steering": {"pool_weights": {"x": 2}}}, "must be in range [0, 1]"),
            ({"rules": [{"overrides": {"fallback_pool": "0" * 32}}]}, "does not exist"),
        ],
    )
    def test_what_is_wrong_is_told(self, ask: Asking, world: World, changes: dict[str, object], message: str) -> None:
        status, code, text = ask.refused("POST", world.load_balancers, world.body(**changes))
        assert (status, code) == (400, 1002)
        assert message in text
        assert len(world.cloudflare.load_balancing.load_balancers) == 1

    def test_a_pool_twice_is_refused(self, ask: Asking, world: World) -> None:
        body = world.body(default_pools=[world.asia.id, world.asia.id])
        assert "twice" in ask.refused("POST", world.load_balancers, body)[2]

    def test_proximity_needs_coordinates_of_every_pool(self, ask: Asking, world: World) -> None:
        placeless = add_pool(world.cloudflare, {"name": "nowhere", "origins": ASIA["origins"]})
        body = world.body(steering_policy="proximity", fallback_pool=placeless.id)
        status, code, message = ask.refused("POST", world.load_balancers, body)
        assert (status, code) == (400, 1002)
        assert f"Proximity Load Balancer has pools missing Latitude/Longitude. Pool id's {placeless.id}:" in message

    def test_a_name_is_given_once_a_zone(self, ask: Asking, world: World) -> None:
        refusal = (400, 1003, "value not unique")
        assert ask.refused("POST", world.load_balancers, world.body(name="App.Example.com.")) == refusal

    def test_the_one_after_the_last_of_the_quota_is_refused(self, ask: Asking, world: World) -> None:
        world.cloudflare.load_balancing.quota = Quota(load_balancers=1)
        message = "load balancer quota of 1 exceeded: validation failed"
        assert ask.refused("POST", world.load_balancers, world.body()) == (400, 1002, message)

    def test_a_pool_of_another_account_does_not_exist(self, ask: Asking, world: World) -> None:
        other = world.cloudflare.add_account("Other")
        pool = ask("POST", f"/accounts/{other.id}/load_balancers/pools", ASIA)
        body = world.body(default_pools=[pool["id"]])
        assert f"pool {pool['id']} does not exist" in ask.refused("POST", world.load_balancers, body)[2]

    def test_one_of_another_zone_is_not_found(self, ask: Asking, world: World) -> None:
        other = world.cloudflare.add_zone("example.org")
        path = f"/zones/{other.id}/load_balancers"
        assert ask("GET", path) == []
        assert ask.refused("GET", f"{path}/{world.load_balancer.id}")[:2] == (404, 1001)


class TestFaults:
    def test_a_write_whose_answer_is_lost_is_done(self, api: Api, ask: Asking, world: World) -> None:
        path = f"{world.load_balancers}/{world.load_balancer.id}"
        world.cloudflare.faults.add(Fault(Effect.LOSE_ANSWER, method="PATCH", path="load_balancers", times=1))
        with pytest.raises(requests.ConnectionError):
            api("PATCH", path, {"description": "lost"})
        assert ask("GET", path)["description"] == "lost"

    def test_requests_count_towards_the_rate_limit(self, api: Api, world: World) -> None:
        world.cloudflare.limiter.limit = 1
        assert api("GET", world.pools).status_code == 200
        refused = api("GET", world.load_balancers)
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
