"""Cloudflare's own client does its ordinary work with load balancing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cloudflare as official
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.load_balancing.conftest import World


@pytest.fixture
def client(base: str) -> Iterator[official.Cloudflare]:
    with official.Cloudflare(api_token="lab-token", base_url=base, max_retries=0) as client:
        yield client


def test_a_load_balancer_is_made_from_the_ground_up_and_taken_down(
    client: official.Cloudflare, cloudflare: Cloudflare, zone: Zone
) -> None:
    account = cloudflare.account.id
    balancers = client.load_balancers
    monitor = balancers.monitors.create(account_id=account, type="https", expected_codes="2xx", interval=60)
    assert monitor is not None
    assert (monitor.type, monitor.path, monitor.retries) == ("https", "/", 2)
    assert monitor.id
    pool = balancers.pools.create(
        account_id=account,
        name="europe",
        origins=[{"name": "b", "address": "192.0.2.2", "weight": 0.33}, {"name": "a", "address": "192.0.2.1"}],
        monitor=monitor.id,
        latitude=50.1109,
        longitude=8.6821,
    )
    assert pool is not None
    assert pool.id
    assert pool.origins is not None
    assert [(one.name, one.weight) for one in pool.origins] == [("a", 1), ("b", 0.33)]
    made = balancers.create(
        zone_id=zone.id,
        name="app.example.com",
        default_pools=[pool.id],
        fallback_pool=pool.id,
        proxied=True,
        steering_policy="proximity",
    )
    assert made is not None
    assert made.id
    assert (made.steering_policy, made.default_pools, made.session_affinity) == ("proximity", [pool.id], "none")
    assert [one.id for one in balancers.list(zone_id=zone.id)] == [made.id]
    assert [one.name for one in balancers.pools.list(account_id=account)] == ["europe"]
    assert [one.id for one in balancers.monitors.list(account_id=account)] == [monitor.id]
    with pytest.raises(official.APIStatusError) as caught:
        balancers.pools.delete(pool.id, account_id=account)
    assert (caught.value.status_code, [error.code for error in caught.value.errors]) == (412, [1005])
    balancers.delete(made.id, zone_id=zone.id)
    balancers.pools.delete(pool.id, account_id=account)
    balancers.monitors.delete(monitor.id, account_id=account)
    assert list(balancers.list(zone_id=zone.id)) == []
    assert list(balancers.pools.list(account_id=account)) == []
    assert list(balancers.monitors.list(account_id=account)) == []


def test_health_and_references_are_read(client: official.Cloudflare, world: World) -> None:
    account = world.cloudflare.account.id
    health = client.load_balancers.pools.health.get(world.europe.id, account_id=account)
    assert health is not None
    assert health.pool_id == world.europe.id
    references = client.load_balancers.pools.references.get(world.europe.id, account_id=account)
    assert [one.resource_name for one in references] == ["app.example.com", ""]
    used = client.load_balancers.monitors.references.get(world.monitor.id, account_id=account)
    assert [one.resource_name for one in used] == ["europe", "asia"]


def test_pools_and_load_balancers_are_changed(client: official.Cloudflare, world: World) -> None:
    account = world.cloudflare.account.id
    edited = client.load_balancers.pools.edit(world.europe.id, account_id=account, description="new")
    assert edited is not None
    assert (edited.description, edited.latitude) == ("new", 50.1109)
    put = client.load_balancers.update(
        world.load_balancer.id,
        zone_id=world.zone.id,
        name="app.example.com",
        default_pools=[world.asia.id],
        fallback_pool=world.asia.id,
    )
    assert put is not None
    assert (put.default_pools, put.steering_policy, put.ttl) == ([world.asia.id], "off", 30)
