"""Whatever is asked in whatever order, what exists fits together; and what the API gives back, it takes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.cloudflare.errors import ApiError
from lab.cloudflare.load_balancing import load_balancers, monitors, pools
from lab.cloudflare.load_balancing.edits import (
    add_load_balancer,
    add_monitor,
    add_pool,
    change_load_balancer,
    change_pool,
    remove_load_balancer,
    remove_pool,
)
from lab.cloudflare.load_balancing.health import is_healthy
from lab.cloudflare.load_balancing.steering import Client, steer
from lab.cloudflare.state import Cloudflare
from tests.lab.cloudflare.load_balancing.conftest import EUROPE, MONITOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.cloudflare.load_balancing.conftest import Asking, World

NAMES = ["a", "b", "c"]
STEPS = st.tuples(
    st.sampled_from(["add pool", "change pool", "remove pool", "add balancer", "change balancer", "remove balancer"]),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(NAMES), max_size=3),
    st.sampled_from(["off", "geo", "random", "proximity", ""]),
)


def carry_out(cloudflare: Cloudflare, step: tuple[str, str, Sequence[str], str]) -> None:
    kind, name, others, steering = step
    balancing = cloudflare.load_balancing
    (zone,) = cloudflare.zones
    by_name = {pool.name: pool.id for pool in balancing.pools.values()}
    ids = [by_name.get(other, "0" * 32) for other in others]
    balancer = next((one.id for one in balancing.load_balancers.values() if one.name == f"{name}.example.com"), "")
    fallback = by_name.get(name, "0" * 32)
    body = {"default_pools": ids, "fallback_pool": fallback, "steering_policy": steering}
    monitor = next(iter(balancing.monitors), None)
    origins = [{"name": other, "address": f"192.0.2.{index}"} for index, other in enumerate(others)]
    match kind:
        case "add pool":
            add_pool(cloudflare, {**EUROPE, "name": name, "monitor": monitor})
        case "change pool" if name in by_name:
            change_pool(cloudflare, by_name[name], {"origins": origins})
        case "remove pool" if name in by_name:
            remove_pool(cloudflare, by_name[name])
        case "add balancer":
            add_load_balancer(cloudflare, zone, {"name": f"{name}.example.com", **body})
        case "change balancer" if balancer:
            change_load_balancer(cloudflare, balancer, body)
        case "remove balancer" if balancer:
            remove_load_balancer(cloudflare, balancer)


@given(st.lists(STEPS, max_size=30))
def test_nothing_refers_to_what_is_not_there(steps: list[tuple[str, str, Sequence[str], str]]) -> None:
    cloudflare = Cloudflare()
    cloudflare.add_zone("example.com")
    add_monitor(cloudflare, MONITOR)
    balancing = cloudflare.load_balancing
    for step in steps:
        with suppress(ApiError):
            carry_out(cloudflare, step)
    now = cloudflare.clock()
    for pool in balancing.pools.values():
        addresses = [origin.address for origin in pool.origins]
        assert [one.name for one in pool.origins] == sorted(one.name for one in pool.origins)
        assert len(addresses) == len(set(addresses)) > 0
        assert is_healthy(balancing, pool, now) in (True, False)
    for load_balancer in balancing.load_balancers.values():
        assert load_balancer.pool_ids <= set(balancing.pools)
        assert load_balancer.default_pools
        assert steer(balancing, load_balancer, Client(), now) is not None
    assert len({pool.name for pool in balancing.pools.values()}) == len(balancing.pools)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_the_api_gives_back_it_takes_for_no_change(ask: Asking, world: World, method: str) -> None:
    origins = [{"name": "b", "address": "192.0.2.7", "enabled": False}, {"name": "a", "address": "192.0.2.8"}]
    ask("PATCH", f"{world.pools}/{world.europe.id}", {"origins": origins, "enabled": False, "load_shedding": {}})
    geo = {"steering_policy": "geo", "country_pools": {"DE": [world.europe.id]}, "session_affinity": "cookie"}
    ask("PATCH", f"{world.load_balancers}/{world.load_balancer.id}", geo)
    for path in (
        f"{world.pools}/{world.europe.id}",
        f"{world.monitors}/{world.monitor.id}",
        f"{world.load_balancers}/{world.load_balancer.id}",
    ):
        seen = ask("GET", path)
        assert ask(method, path, seen) == seen


def test_what_is_not_there_is_not_found(world: World) -> None:
    balancing, owner = world.cloudflare.load_balancing, world.cloudflare.account.id
    for find in (pools.find, monitors.find):
        with pytest.raises(ApiError, match="1001"):
            find(balancing, owner, "0" * 32)
    with pytest.raises(ApiError, match="1001"):
        load_balancers.find(balancing, world.zone, "0" * 32)
