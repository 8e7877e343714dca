"""The account's load balancing, against the lab's API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from components.geo.values import LoadBalancer, Monitor, Origin, Pool
from lab.api.faults import Effect, Fault
from lab.cloudflare.load_balancing.health import Health
from lab.cloudflare.load_balancing.model import NO_QUOTA
from lab.cloudflare.model import Permission
from stacks.model.geo import Account, LiveBalancer, LiveMonitor, LivePool
from tests.geo import APP, ZONE, Place, account, everything


@pytest.fixture
def place() -> Iterator[Place]:
    with account() as found:
        yield found


class TestAnAccount:
    def test_is_read_whole_in_three_calls(self, place: Place) -> None:
        monitor = place.monitor(header={"Host": [APP]}, port=8443)
        origin = {"name": "origin-eu", "address": "192.0.2.1", "weight": 0.33, "header": {"Host": [APP]}}
        pool = place.pool("k8s-pool-home-eu", monitor=monitor, origins=[origin], check_regions=["WEU"])
        balancer = place.balancer(
            pool,
            steering_policy="random",
            proxied=True,
            region_pools={"WEU": [pool]},
            random_steering={"pool_weights": {pool: 0.5}},
        )
        held = Pool(
            "k8s-pool-home-eu",
            (Origin("origin-eu", "192.0.2.1", 0.33, host_header=APP),),
            50.0,
            8.5,
            check_regions=("WEU",),
        )
        steered = LoadBalancer(
            APP, (pool,), pool, "random", region_pools=(("WEU", (pool,)),), pool_weights=((pool, 0.5),)
        )
        assert place.read() == Account(
            place.account_id,
            (LivePool(pool, held, monitor),),
            (LiveMonitor(monitor, Monitor(header=(("Host", (APP,)),), port=8443)),),
            (LiveBalancer(balancer, ZONE, place.zone_id(), steered),),
        )
        assert len(place.cloudflare.requests) == 3

    def test_may_be_empty(self, place: Place) -> None:
        assert place.read() == Account(place.account_id, (), (), ())

    @pytest.mark.parametrize("kind", ["tcp", "udp_icmp", "smtp", "icmp_ping"])
    def test_has_monitors_without_what_their_type_does_not_use(self, place: Place, kind: str) -> None:
        place.monitor(type=kind, port=25)
        found = place.read().monitors[0].monitor
        assert (found.type, found.port, found.path, found.expected_codes) == (kind, 25, "", "")

    def test_has_load_balancers_in_every_zone_of_ours(self, place: Place) -> None:
        place.cloudflare.add_zone("example.net", "pro")
        pool = place.pool("p")
        place.balancer(pool)
        place.balancer(pool, name="app.example.net", zone="example.net")
        zones = {one: place.zone_id(one) for one in (ZONE, "example.net")}
        assert [one.balancer.name for one in place.read(zones=zones).balancers] == [APP, "app.example.net"]

    def test_of_many_pools_is_read_to_its_last_page(self, place: Place) -> None:
        place.cloudflare.load_balancing.quota = NO_QUOTA
        for number in range(101):
            place.pool(f"p{number}")
        assert len({one.id for one in place.read().pools}) == 101
        assert len(place.cloudflare.requests) == 4

    def test_is_that_of_the_zone_where_no_setting_says_which(self, place: Place) -> None:
        assert place.read(account_id="").account_id == place.account_id
        assert len(place.cloudflare.requests) == 4

    def test_is_found_with_a_zone_whose_id_is_not_known(self, place: Place) -> None:
        place.balancer(place.pool("p"))
        assert place.read(zones={ZONE: ""}).balancers[0].zone_id == place.zone_id()

    def test_is_one_for_all_zones(self, place: Place) -> None:
        other = place.cloudflare.add_account("other")
        place.cloudflare.add_zone("example.net", "pro", account=other)
        said = place.refused(account_id="", zones={ZONE: "", "example.net": ""})
        assert "the zones example.com and example.net are of two accounts" in said


class TestHealth:
    def test_is_asked_for_where_it_is_wanted_only(self, place: Place) -> None:
        monitor = place.monitor()
        for name in ("a", "b"):
            place.pool(name, monitor=monitor)
        found = place.read(health_of=lambda pool: pool.pool.name == "b")
        assert len(place.cloudflare.requests) == 4
        assert [one.origin_health for one in found.pools] == [(), (("192.0.2.1", "unknown"),)]

    def test_is_that_of_each_origin_and_of_the_pool(self, place: Place) -> None:
        place.pool("a", "192.0.2.1", "192.0.2.2", monitor=place.monitor())
        place.cloudflare.load_balancing.health.check()
        place.cloudflare.load_balancing.health.set("192.0.2.2", Health.DOWN)
        (found,) = place.read(health_of=everything).pools
        assert found.health == "healthy"
        assert found.origin_health == (("192.0.2.1", "healthy"), ("192.0.2.2", "unhealthy"))

    def test_of_a_pool_without_enough_healthy_origins_is_bad(self, place: Place) -> None:
        place.pool("a", "192.0.2.1", "192.0.2.2", monitor=place.monitor(), minimum_origins=2)
        place.cloudflare.load_balancing.health.check()
        place.cloudflare.load_balancing.health.set("192.0.2.2", Health.DOWN)
        assert place.read(health_of=everything).pools[0].health == "unhealthy"

    def test_is_not_known_before_the_first_check(self, place: Place) -> None:
        place.pool("a", monitor=place.monitor())
        (found,) = place.read(health_of=everything).pools
        assert (found.health, found.origin_health) == ("unknown", (("192.0.2.1", "unknown"),))

    def test_is_not_asked_for_where_nothing_checks(self, place: Place) -> None:
        place.pool("a")
        assert place.read(health_of=everything).pools[0].health == "unknown"
        assert len(place.cloudflare.requests) == 3

    def test_of_a_pool_that_was_just_deleted_is_not_known(self, place: Place) -> None:
        pool = place.pool("a", monitor=place.monitor())

        def gone(_: LivePool) -> bool:
            return place.cloudflare.load_balancing.pools.pop(pool) is not None

        found = place.read(health_of=gone).pools
        assert [(one.id, one.health) for one in found] == [(pool, "unknown")]


class TestWhatIsRefused:
    def test_without_permission_for_the_account_names_it(self, place: Place) -> None:
        said = place.may_not(Permission.LOAD_BALANCING_READ, Permission.LOAD_BALANCING_EDIT).refused()
        assert "Cloudflare refuses to show the load balancing of the account: Authentication error (10000)" in said
        assert "answered 403" in said
        assert "the permission Account > Load Balancing: Monitors and Pools > Edit" in said
        assert "CF_ACCOUNT_ID" in said

    def test_without_permission_for_the_zone_names_it(self, place: Place) -> None:
        place.cloudflare.add_zone("example.net", "pro")
        token = "lab-token-of-one-zone-0123456789abcdefghi"
        place.cloudflare.add_token(token, [place.zone_id()])
        of_one = replace(place, credentials=replace(place.credentials, token=token))
        said = of_one.refused(zones={one: place.zone_id(one) for one in (ZONE, "example.net")})
        assert "Cloudflare refuses to show the load balancers of the zone example.net" in said
        assert "the permission Zone > Load Balancers > Edit" in said

    def test_an_account_that_is_not_there(self, place: Place) -> None:
        said = place.refused(account_id="f" * 32)
        assert "check truenorth:geo.account_id (or CF_ACCOUNT_ID)" in said

    def test_an_id_that_is_none(self, place: Place) -> None:
        assert "Cloudflare does not find the load balancing of the account" in place.refused(account_id="no/id")

    def test_a_token_that_nobody_knows(self, place: Place) -> None:
        other = replace(place.credentials, token="lab-token-other-89abcdefghijklmnopqrstuv")
        said = replace(place, credentials=other).refused()
        assert "answered 401" in said
        assert "CLOUDFLARE_API_TOKEN" in said

    def test_the_rate_limit_says_how_long_to_wait(self, place: Place) -> None:
        place.cloudflare.faults.set([Fault(Effect.THROTTLE, path="/pools", seconds=60)])
        assert "Cloudflare's rate limit is used up: asks to wait 60 seconds" in place.failing()

    def test_a_fault_of_the_server_that_passes_is_waited_out(self, place: Place) -> None:
        place.cloudflare.faults.set([Fault(Effect.SERVER_ERROR, status=503, path="/pools", times=2)])
        assert place.read().pools == ()

    def test_a_fault_of_the_server_that_stays_says_what_was_asked(self, place: Place) -> None:
        place.cloudflare.faults.set([Fault(Effect.SERVER_ERROR, status=500, path="/pools")])
        assert "Cloudflare answered 500 about the load balancing of the account" in place.failing()

    def test_an_api_that_is_away_says_so(self, place: Place) -> None:
        away = replace(place, credentials=replace(place.credentials, base_url="http://127.0.0.1:9"))
        assert "Cloudflare could not be asked about the load balancing of the account" in away.failing()
