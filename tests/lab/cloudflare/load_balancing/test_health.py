"""Health of origins, and where clients are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.cloudflare.load_balancing.edits import change_load_balancer, change_pool
from lab.cloudflare.load_balancing.health import Health, is_healthy
from lab.cloudflare.load_balancing.steering import Client, Steered, distance, steer

if TYPE_CHECKING:
    from tests.lab.cloudflare.conftest import Api
    from tests.lab.cloudflare.load_balancing.conftest import Asking, World
    from tests.lab.conftest import Clock

GERMANY = Client("WEU", country="DE", data_center="FRA")
JAPAN = Client("NEAS", country="JP")


def sent(world: World, client: Client = GERMANY) -> Steered:
    balancing = world.cloudflare.load_balancing
    steered = steer(balancing, balancing.load_balancers[world.load_balancer.id], client, world.cloudflare.clock())
    assert steered is not None
    return steered


def change(world: World, **changes: object) -> None:
    change_load_balancer(world.cloudflare, world.load_balancer.id, changes)


class TestHealth:
    def test_a_checked_origin_is_up(self, ask: Asking, world: World) -> None:
        ask("PATCH", f"{world.pools}/{world.europe.id}", {"check_regions": ["WEU"]})
        health = ask("GET", f"{world.pools}/{world.europe.id}/health")
        details = {"healthy": True, "failure_reason": "No failures", "rtt": "12.1ms", "response_code": 200}
        assert health == {
            "pool_id": world.europe.id,
            "pop_health": {"Amsterdam, NL": {"healthy": True, "origins": [{"192.0.2.1": details}]}},
        }

    def test_without_a_monitor_nothing_is_told(self, ask: Asking, world: World) -> None:
        ask("PATCH", f"{world.pools}/{world.europe.id}", {"monitor": None})
        assert ask("GET", f"{world.pools}/{world.europe.id}/health")["pop_health"] == {}
        assert sent(world).addresses == ("192.0.2.1",)

    def test_an_origin_that_is_down_is_told_from_everywhere(self, ask: Asking, world: World) -> None:
        world.cloudflare.load_balancing.health.set("192.0.2.1", Health.DOWN)
        seen = ask("GET", f"{world.pools}/{world.europe.id}/health")["pop_health"]
        assert len(seen) == 13
        assert {one["healthy"] for one in seen.values()} == {False}

    def test_fewer_healthy_origins_than_wanted_fail_the_pool(self, world: World) -> None:
        origins = [{"name": name, "address": f"192.0.2.{index}"} for index, name in enumerate("ab", start=1)]
        pool = change_pool(world.cloudflare, world.europe.id, {"origins": origins, "minimum_origins": 2})
        balancing, now = world.cloudflare.load_balancing, world.cloudflare.clock()
        balancing.health.check()
        assert is_healthy(balancing, pool, now)
        balancing.health.set("192.0.2.2", Health.DOWN)
        assert not is_healthy(balancing, pool, now)


class TestChangingAnAddress:
    def test_a_new_address_is_down_until_its_first_check(self, world: World, clock: Clock) -> None:
        change_pool(world.cloudflare, world.europe.id, {"origins": [{"name": "one", "address": "192.0.2.2"}]})
        assert sent(world).pool.name == "asia"
        clock.advance(59)
        assert sent(world).pool.name == "asia"
        clock.advance(1)
        assert sent(world).addresses == ("192.0.2.2",)

    def test_a_new_origin_beside_the_old_one_keeps_the_pool(self, world: World, clock: Clock) -> None:
        old, new = {"name": "one", "address": "192.0.2.1"}, {"name": "two", "address": "192.0.2.2"}
        change_pool(world.cloudflare, world.europe.id, {"origins": [old, new]})
        assert sent(world).addresses == ("192.0.2.1",)
        clock.advance(60)
        assert sent(world).addresses == ("192.0.2.1", "192.0.2.2")
        change_pool(world.cloudflare, world.europe.id, {"origins": [new]})
        assert sent(world).addresses == ("192.0.2.2",)

    def test_what_was_set_before_it_came_needs_a_check_too(self, world: World) -> None:
        health = world.cloudflare.load_balancing.health
        health.set("192.0.2.2", Health.UP)
        change_pool(world.cloudflare, world.europe.id, {"origins": [{"name": "one", "address": "192.0.2.2"}]})
        assert sent(world).pool.name == "asia"
        health.set("192.0.2.2", Health.UP)
        assert sent(world).pool.name == "europe"

    def test_another_monitor_starts_over(self, ask: Asking, world: World) -> None:
        monitor = ask("POST", world.monitors, {"expected_codes": "2xx"})
        ask("PATCH", f"{world.pools}/{world.europe.id}", {"monitor": monitor["id"]})
        assert sent(world).pool.name == "asia"


class TestSteering:
    def test_proximity_sends_to_the_nearest(self, world: World) -> None:
        assert sent(world, GERMANY).pool.name == "europe"
        assert sent(world, JAPAN).pool.name == "asia"
        assert sent(world, Client("WEU", place=(35.0, 139.0))).pool.name == "asia"

    def test_off_is_the_order_of_failover(self, world: World) -> None:
        change(world, steering_policy="off")
        assert sent(world, JAPAN).pool.name == "europe"
        world.cloudflare.load_balancing.health.set("192.0.2.1", Health.DOWN)
        assert sent(world, JAPAN).pool.name == "asia"

    def test_geo_goes_by_data_center_then_country_then_region_then_the_default(self, world: World) -> None:
        asia, europe = [world.asia.id], [world.europe.id]
        change(world, steering_policy="geo", default_pools=europe)
        assert sent(world, GERMANY).pool.name == "europe"
        change(world, region_pools={"WEU": asia})
        assert sent(world, GERMANY).pool.name == "asia"
        change(world, country_pools={"DE": europe})
        assert sent(world, GERMANY).pool.name == "europe"
        change(world, pop_pools={"FRA": asia})
        assert sent(world, GERMANY).pool.name == "asia"
        assert sent(world, JAPAN).pool.name == "europe"

    @pytest.mark.parametrize("policy", ["random", "least_outstanding_requests", "least_connections"])
    def test_chance_goes_by_weight(self, world: World, policy: str) -> None:
        weights = {"default_weight": 1, "pool_weights": {world.europe.id: 0.25}}
        change(world, steering_policy=policy, random_steering=weights)
        names = [sent(world, Client(chance=chance)).pool.name for chance in (0, 0.19, 0.21, 0.99)]
        assert names == ["europe", "europe", "asia", "asia"]

    def test_latency_decides_where_it_is_known(self, world: World) -> None:
        change(world, steering_policy="dynamic_latency")
        assert sent(world, JAPAN).pool.name == "europe"
        assert sent(world, Client("NEAS", latency={world.asia.id: 5, world.europe.id: 250})).pool.name == "asia"

    def test_the_fallback_pool_ignores_health(self, world: World) -> None:
        for address in ("192.0.2.1", "198.51.100.1"):
            world.cloudflare.load_balancing.health.set(address, Health.DOWN)
        steered = sent(world, GERMANY)
        assert (steered.pool.name, steered.addresses, steered.fallback) == ("asia", ("198.51.100.1",), True)

    def test_a_disabled_pool_gets_nothing(self, world: World) -> None:
        change_pool(world.cloudflare, world.europe.id, {"enabled": False})
        assert sent(world, GERMANY).pool.name == "asia"

    def test_a_disabled_load_balancer_sends_nowhere(self, api: Api, world: World) -> None:
        change(world, enabled=False)
        assert api.lab("GET", "/_lab/cloudflare/steering?name=app.example.com").json() is None

    def test_distance_is_in_kilometres(self) -> None:
        assert distance((50.1109, 8.6821), (35.6762, 139.6503)) == pytest.approx(9350, rel=0.01)


class TestControl:
    def test_the_lab_sets_health_and_shows_where_clients_go(self, api: Api, world: World) -> None:
        path = "/_lab/cloudflare/steering?name=app.example.com&region=WEU"
        expected = {"pool": world.europe.id, "name": "europe", "addresses": ["192.0.2.1"], "fallback": False}
        assert api.lab("GET", path).json() == expected
        assert api.lab("PUT", "/_lab/cloudflare/health", {"192.0.2.1": "down"}).json() == {"192.0.2.1": "down"}
        assert api.lab("GET", path).json()["name"] == "asia"
        assert api.lab("GET", path.replace("app", "www")).status_code == 404

    def test_the_lab_checks_every_origin_at_once(self, api: Api, world: World) -> None:
        change_pool(world.cloudflare, world.europe.id, {"origins": [{"name": "one", "address": "192.0.2.2"}]})
        assert sent(world).pool.name == "asia"
        api.lab("PUT", "/_lab/cloudflare/health", {})
        assert sent(world).pool.name == "europe"

    def test_the_lab_sets_the_quota(self, api: Api, world: World) -> None:
        shown = api.lab("PUT", "/_lab/cloudflare/quota", {"pools": 2}).json()
        assert shown["pools"] == world.cloudflare.load_balancing.quota.pools == 2
        assert api("POST", world.pools, {"name": "x", "origins": [{"address": "192.0.2.9"}]}).status_code == 400

    @pytest.mark.parametrize(
        ("method", "path", "body", "message"),
        [
            ("PUT", "health", {"192.0.2.1": "ill"}, "ill"),
            ("PUT", "health", [], "up, down or unknown"),
            ("PUT", "quota", {"zones": 1}, "give any of"),
            ("GET", "steering?name=app.example.com&region=EU", None, "region must be one of"),
            ("GET", "steering?name=app.example.com&chance=x", None, "chance must be a number"),
        ],
    )
    def test_what_makes_no_sense_is_explained(
        self, api: Api, world: World, method: str, path: str, body: object, message: str
    ) -> None:
        assert world.load_balancer.enabled
        answer = api.lab(method, f"/_lab/cloudflare/{path}", body)
        assert answer.status_code == 400
        assert message in answer.json()["error"]
