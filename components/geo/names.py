"""Logical names of the resources of geo load balancing: `geo/{pool}/pool`, `geo/{host name}`."""

from __future__ import annotations

from typing import Literal

Kind = Literal["monitor", "pool", "balancer"]

POOL_COMPONENT = "truenorth:index:GeoPool"
BALANCER_COMPONENT = "truenorth:index:GeoLoadBalancer"
KINDS: dict[str, Kind] = {
    "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor": "monitor",
    "cloudflare:index/loadBalancerPool:LoadBalancerPool": "pool",
    "cloudflare:index/loadBalancer:LoadBalancer": "balancer",
}
"""The resources by type token."""

_PREFIX = "geo/"


def pool_component(pool: str) -> str:
    """Return the logical name of the component of a pool and its monitor."""
    return f"{_PREFIX}{pool}"


def balancer_component(host_name: str) -> str:
    """Return the logical name of the component of a load balancer, and of the load balancer in it."""
    return f"{_PREFIX}{host_name}"


def child(component: str, kind: Kind) -> str:
    """Return the logical name of a resource in the component of this name."""
    return component if kind == "balancer" else f"{component}/{kind}"


def logical_name(kind: Kind, name: str) -> str:
    """Return the logical name of the resource for a pool (monitor, pool) or a host name (balancer)."""
    return child(f"{_PREFIX}{name}", kind)


def parse(type_token: str, logical_name: str) -> tuple[Kind, str] | None:
    """Return the kind of a resource in state and its pool's or host name; None for any other resource."""
    kind = KINDS.get(type_token)
    if kind is None or not logical_name.startswith(_PREFIX):
        return None
    name = logical_name.removeprefix(_PREFIX)
    if kind == "balancer":
        return kind, name
    pool, found, last = name.rpartition("/")
    return (kind, pool) if found and last == kind else None
