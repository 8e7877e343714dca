"""Each way of running the two components through the real engine: what is created, left alone, changed and deleted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from components.geo import load_balancer
from components.geo import pool as geo_pool
from components.geo.values import OWN, LoadBalancer, Monitor, Origin, Pool
from lab.cloudflare.load_balancing.edits import add_load_balancer, add_pool

if TYPE_CHECKING:
    from tests.components.conftest import World

pytestmark = pytest.mark.engine

HOST = "app.example.com"
POOL = Pool("k8s-pool-home-eu", (Origin("origin-eu", "192.0.2.1", 0.33),), 50.1109, 8.6821)
BALANCER = LoadBalancer(HOST, (OWN,), OWN)
MONITOR = Monitor()
NAMES = ["geo/k8s-pool-home-eu/monitor", "geo/k8s-pool-home-eu/pool", "geo/app.example.com"]
FOREIGN = {"name": "theirs", "origins": [{"name": "one", "address": "198.51.100.1"}], "latitude": 1, "longitude": 2}


def program(  # noqa: PLR0913 - what is declared, and how
    world: World,
    pool: Pool | None = POOL,
    balancer: LoadBalancer | None = BALANCER,
    *,
    monitor: Monitor | None = MONITOR,
    retain: bool = False,
    import_id: str = "",
    clear_country_pools: bool = False,
) -> Callable[[], None]:
    def declare() -> None:
        own = geo_pool.declare(pool, monitor, world.account) if pool else None
        if balancer:
            load_balancer.declare(
                balancer,
                world.zone,
                own,
                retain=retain,
                import_id=import_id,
                clear_country_pools=clear_country_pools,
            )

    return declare


def fields(world: World) -> Mapping[str, Any]:
    """The one load balancer as the API has it."""
    (found,) = world.cloudflare.load_balancing.load_balancers.values()
    return found.fields


def test_all_is_made_in_order_and_a_second_run_changes_nothing(world: World) -> None:
    run = world.up(program(world))
    assert run.operations == {name: ["create"] for name in NAMES}
    assert run.calls == ["POST /monitors", "POST /pools", "POST "]
    (pool,) = world.cloudflare.load_balancing.pools.values()
    assert fields(world)["default_pools"] == [pool.id]
    assert pool.origins[0].weight == 0.33
    world.settled()


EVERYTHING = LoadBalancer(
    HOST,
    (OWN,),
    OWN,
    steering_policy="random",
    proxied=False,
    ttl=60,
    description="the front door",
    session_affinity="cookie",
    session_affinity_ttl=3600,
    region_pools=(("WEU", (OWN,)),),
    country_pools=(("DE", (OWN,)),),
    pop_pools=(("FRA", (OWN,)),),
    pool_weights=((OWN, 0.33),),
    default_weight=0.5,
    failover_across_pools=True,
    location_mode="resolver_ip",
    prefer_ecs="always",
)


def test_a_preview_asks_nothing(world: World) -> None:
    world.program = program(world, balancer=EVERYTHING)
    world.stack.preview(on_output=lambda _: None)
    assert len(world.cloudflare.requests) == 0


BALANCERS = [
    EVERYTHING,
    replace(BALANCER, session_affinity="ip_cookie"),
    replace(BALANCER, session_affinity="header", session_affinity_headers=("X-User",)),
    replace(BALANCER, steering_policy="off", proxied=False),
]


def test_a_load_balancer_of_any_kind_is_stable_and_can_become_any_other(world: World) -> None:
    for balancer in (*BALANCERS, BALANCER):
        world.up(program(world, balancer=balancer))
        assert fields(world)["session_affinity"] == balancer.session_affinity
        world.refreshed()


def test_what_is_set_reaches_the_api_and_what_is_taken_back_is_taken_back(world: World) -> None:
    world.up(program(world, balancer=EVERYTHING))
    made = fields(world)
    (pool,) = world.cloudflare.load_balancing.pools
    assert made["random_steering"] == {"default_weight": 0.5, "pool_weights": {pool: 0.33}}
    assert made["country_pools"] == {"DE": [pool]}
    assert made["ttl"] == 60
    world.up(program(world))
    after = fields(world)
    assert [after[name] for name in ("random_steering", "region_pools", "pop_pools")] == [
        {"default_weight": 1},
        {},
        {},
    ]
    assert not {"country_pools", "ttl", "session_affinity_ttl"} & after.keys()


def test_the_last_country_pools_go_in_a_run_that_says_so(world: World) -> None:
    world.up(program(world, balancer=replace(BALANCER, country_pools=(("DE", (OWN,)),))))
    world.up(program(world, clear_country_pools=True))
    assert "country_pools" not in fields(world)
    world.up(program(world))
    world.refreshed()


POOLS = [
    replace(
        POOL,
        origins=(
            Origin("origin-eu-2", "192.0.2.2", enabled=False, port=8443, host_header=HOST),
            Origin("origin-eu", "edge.example.net", flatten_cname=False),
        ),
        enabled=False,
        minimum_origins=2,
        check_regions=("WEU", "EEU"),
        notification_email="ops@example.com",
        description="ours",
        origin_steering="hash",
    ),
    Pool("plain", (Origin("a", "192.0.2.1"),)),
]


def test_a_pool_of_any_kind_is_stable_and_can_become_any_other(world: World) -> None:
    for pool in (POOL, *POOLS, POOL):
        world.up(program(world, replace(pool, name=POOL.name), None))
        (made,) = world.cloudflare.load_balancing.pools.values()
        assert [one.name for one in made.origins] == sorted(one.name for one in pool.origins)
        assert made.place == (None if pool.latitude is None else (pool.latitude, pool.longitude))
        world.refreshed()


MONITORS = [
    Monitor(
        type="http",
        interval=30,
        timeout=2,
        retries=1,
        method="HEAD",
        path="/healthz",
        port=8080,
        expected_codes="200",
        expected_body="ok",
        follow_redirects=True,
        header=(("Host", (HOST,)), ("Accept", ("*/*",))),
        probe_zone="example.com",
        consecutive_up=2,
        consecutive_down=3,
        description="ours",
    ),
    Monitor(allow_insecure=True),
    Monitor("tcp", port=443),
    Monitor("udp_icmp", port=53),
    Monitor("icmp_ping"),
    Monitor("smtp", port=25),
]


def test_a_monitor_of_any_type_is_stable_and_can_become_any_other(world: World) -> None:
    for monitor in (*MONITORS, Monitor()):
        world.up(program(world, balancer=None, monitor=monitor))
        (made,) = world.cloudflare.load_balancing.monitors.values()
        assert made.fields["type"] == monitor.type
        assert made.fields.get("port", 0) == monitor.port
        world.refreshed()


def test_a_pool_can_lose_its_monitor(world: World) -> None:
    world.up(program(world, balancer=None))
    run = world.up(program(world, balancer=None, monitor=None))
    assert [call.partition(" ")[0] for call in run.calls] == ["PUT", "DELETE"]
    assert world.cloudflare.load_balancing.monitors == {}
    world.refreshed()


def test_a_new_address_is_an_update_of_the_pool_alone(world: World) -> None:
    world.up(program(world))
    (pool,) = world.cloudflare.load_balancing.pools
    run = world.up(program(world, replace(POOL, origins=(Origin("origin-eu", "192.0.2.9"),))))
    assert run.calls == [f"PUT /pools/{pool}"]
    world.refreshed()


def test_a_cluster_joins_what_others_have_made_and_leaves_it_in_one_run_each(world: World) -> None:
    theirs = add_pool(world.cloudflare, FOREIGN)
    body = {"name": HOST, "default_pools": [theirs.id], "fallback_pool": theirs.id, "proxied": True}
    made = add_load_balancer(world.cloudflare, world.zone, {**body, "steering_policy": "proximity"})
    joined = replace(
        BALANCER,
        default_pools=(theirs.id, OWN),
        fallback_pool=theirs.id,
        region_pools=(("WEU", (OWN, theirs.id)),),
        country_pools=(("DE", (OWN,)),),
        pool_weights=((OWN, 0.5),),
    )
    run = world.up(program(world, balancer=joined, retain=True, import_id=made.id))
    assert run.operations["geo/app.example.com"] == ["import", "update"]
    (ours,) = world.cloudflare.load_balancing.pools.keys() - {theirs.id}
    assert fields(world)["default_pools"] == [theirs.id, ours]
    world.up(program(world, balancer=joined, retain=True))
    world.refreshed()
    left = replace(BALANCER, default_pools=(theirs.id,), fallback_pool=theirs.id)
    run = world.up(program(world, pool=None, balancer=left, retain=True))
    assert [call.split("/", 2)[0] + call.split("/", 2)[1] for call in run.calls] == [
        f"PUT {made.id}",
        "DELETE pools",
        "DELETE monitors",
    ]
    run = world.up(lambda: None)
    assert run.calls == []
    assert fields(world)["default_pools"] == [theirs.id]


def test_a_pool_with_its_monitor_is_taken_over_where_state_does_not_know_it(
    world: World, make_world: Callable[[str], World]
) -> None:
    world.up(program(world))
    (pool,), (monitor,) = world.cloudflare.load_balancing.pools, world.cloudflare.load_balancing.monitors
    other = make_world("other")

    def found() -> None:
        moved = replace(POOL, origins=(Origin("origin-eu", "192.0.2.9"),))
        geo_pool.declare(moved, MONITOR, world.account, pool_import_id=pool, monitor_import_id=monitor)

    run = other.up(found)
    assert run.operations == {NAMES[0]: ["import"], NAMES[1]: ["import", "update"]}
    assert list(world.cloudflare.load_balancing.pools) == [pool]


RULE = {"name": "maintenance", "condition": 'http.request.uri.path == "/down"', "disabled": True, "priority": 5}


def told(fields: Mapping[str, Any], *names: str) -> str:
    """Fields of the API, as a program hands them on."""
    return json.dumps({name: fields[name] for name in names if fields.get(name)})


def test_what_others_have_set_beside_is_kept(world: World) -> None:
    body = {"name": HOST, "rules": [RULE], "session_affinity": "cookie"}
    theirs = add_pool(world.cloudflare, {**FOREIGN, "notification_filter": {"pool": {"healthy": False}}})
    body |= {"default_pools": [theirs.id], "fallback_pool": theirs.id}
    made = add_load_balancer(
        world.cloudflare, world.zone, {**body, "session_affinity_attributes": {"drain_duration": 100}}
    )
    joined = replace(
        BALANCER,
        default_pools=(theirs.id, OWN),
        session_affinity="cookie",
        kept=told(made.fields, "networks", "rules", "session_affinity_attributes"),
    )
    world.up(program(world, balancer=joined, retain=True, import_id=made.id))
    after = fields(world)
    assert len(after["default_pools"]) == 2
    assert (after["rules"], after["networks"]) == (made.fields["rules"], made.fields["networks"])
    assert after["session_affinity_attributes"]["drain_duration"] == 100
    pool = replace(POOL, kept=told(theirs.fields, "notification_filter"))
    world.up(program(world, pool, balancer=replace(joined, description="changed"), retain=True))
    assert fields(world)["rules"] == made.fields["rules"]
    (ours,) = [one for one in world.cloudflare.load_balancing.pools.values() if one.id != theirs.id]
    assert ours.fields["notification_filter"] == theirs.fields["notification_filter"]
    world.refreshed()


def test_rules_that_nothing_is_said_about_stay_as_they_came(world: World) -> None:
    theirs = add_pool(world.cloudflare, FOREIGN)
    body = {"name": HOST, "rules": [RULE], "default_pools": [theirs.id], "fallback_pool": theirs.id}
    made = add_load_balancer(world.cloudflare, world.zone, body)
    joined = replace(BALANCER, default_pools=(theirs.id, OWN))
    world.up(program(world, balancer=joined, import_id=made.id))
    world.up(program(world, balancer=replace(joined, description="changed")))
    assert fields(world)["rules"] == made.fields["rules"]
    world.refreshed()


def test_the_last_one_deletes_load_balancer_pool_and_monitor_in_this_order(world: World) -> None:
    world.up(program(world, retain=True))
    world.up(program(world, retain=False))
    run = world.up(lambda: None)
    assert [call.split("/")[1].rstrip("0123456789abcdef") or "balancer" for call in run.calls] == [
        "balancer",
        "pools",
        "monitors",
    ]
    balancing = world.cloudflare.load_balancing
    assert (balancing.load_balancers, balancing.pools, balancing.monitors) == ({}, {}, {})
