"""Somebody else's edits: by the rules of the API (ApiError), without a call of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.load_balancing import load_balancers, monitors, pools

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.cloudflare.load_balancing.model import LoadBalancer, Monitor, Pool
    from lab.cloudflare.state import Cloudflare


def add_monitor(cloudflare: Cloudflare, body: Mapping[str, object]) -> Monitor:
    """Add a monitor to the user's own account."""
    with cloudflare.lock:
        return monitors.create(cloudflare.load_balancing, cloudflare.account.id, body, cloudflare.clock())


def add_pool(cloudflare: Cloudflare, body: Mapping[str, object]) -> Pool:
    """Add a pool to the user's own account."""
    with cloudflare.lock:
        return pools.create(cloudflare.load_balancing, cloudflare.account.id, body, cloudflare.clock())


def change_pool(cloudflare: Cloudflare, pool_id: str, changes: Mapping[str, object]) -> Pool:
    """Change a pool; KeyError if there is none such."""
    with cloudflare.lock:
        pool = cloudflare.load_balancing.pools[pool_id]
        return pools.patch(cloudflare.load_balancing, pool, changes, cloudflare.clock())


def remove_pool(cloudflare: Cloudflare, pool_id: str) -> None:
    """Delete a pool; KeyError if there is none such."""
    with cloudflare.lock:
        pools.remove(cloudflare.load_balancing, cloudflare.load_balancing.pools[pool_id])


def add_load_balancer(cloudflare: Cloudflare, zone_id: str, body: Mapping[str, object]) -> LoadBalancer:
    """Add a load balancer to a zone."""
    with cloudflare.lock:
        zone = cloudflare.zones[zone_id]
        return load_balancers.create(cloudflare.load_balancing, zone, body, cloudflare.clock())


def change_load_balancer(cloudflare: Cloudflare, load_balancer_id: str, changes: Mapping[str, object]) -> LoadBalancer:
    """Change a load balancer; KeyError if there is none such."""
    with cloudflare.lock:
        balancing = cloudflare.load_balancing
        before = balancing.load_balancers[load_balancer_id]
        return load_balancers.patch(balancing, cloudflare.zones[before.zone_id], before, changes, cloudflare.clock())


def remove_load_balancer(cloudflare: Cloudflare, load_balancer_id: str) -> None:
    """Delete a load balancer; KeyError if there is none such."""
    with cloudflare.lock:
        del cloudflare.load_balancing.load_balancers[load_balancer_id]
