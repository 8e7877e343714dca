"""Canonical forms of load balancing values, as the API gives them back, for comparison.

Fields that a value does not use are as if not set: a ping has no path, a proxied load balancer no TTL of its own.
Source: https://developers.cloudflare.com/api/resources/load_balancers/.
"""

from __future__ import annotations

from dataclasses import replace

from components.geo.values import LoadBalancer, Monitor, Origin, Pool

WEB = frozenset({"http", "https"})
_WEIGHT_DIGITS = 2
_CONNECTION = "connection_established"
_PROXIED_TTL = 30  # what it has where it counts for nothing

SESSION_SECONDS = {"none": 0, "cookie": 82_800, "ip_cookie": 82_800, "header": 1800}
"""How long a session lasts where nothing is said, by the kind of affinity."""

Pools = tuple[tuple[str, tuple[str, ...]], ...]


def monitor(value: Monitor) -> Monitor:
    """Return the monitor without the fields that its type does not use."""
    if value.type in WEB:
        return replace(value, header=tuple(sorted(value.header)))
    return replace(
        value,
        method=_CONNECTION,
        path="",
        expected_codes="",
        expected_body="",
        header=(),
        probe_zone="",
        follow_redirects=False,
        allow_insecure=False,
    )


def pool(value: Pool) -> Pool:
    """Return the pool with its origins sorted by name and their weights in hundredths."""
    origins = sorted(value.origins, key=lambda one: (one.name, one.address))
    return replace(value, origins=tuple(map(_origin, origins)))


def balancer(value: LoadBalancer) -> LoadBalancer:
    """Return the load balancer with sorted tables, without empty lists and fields that its kind does not use."""
    kind = value.session_affinity
    return replace(
        value,
        ttl=_PROXIED_TTL if value.proxied else value.ttl,
        session_affinity_ttl=(value.session_affinity_ttl or SESSION_SECONDS[kind]) if kind != "none" else 0,
        session_affinity_headers=value.session_affinity_headers if kind == "header" else (),
        region_pools=_pools(value.region_pools),
        country_pools=_pools(value.country_pools),
        pop_pools=_pools(value.pop_pools),
        pool_weights=tuple(sorted((one, weight(share)) for one, share in value.pool_weights)),
    )


def weight(share: float) -> float:
    """Return a weight in whole hundredths, as the API takes it."""
    return round(share, _WEIGHT_DIGITS)


def _origin(value: Origin) -> Origin:
    return replace(value, weight=weight(value.weight))


def _pools(value: Pools) -> Pools:
    return tuple(sorted((key, pools) for key, pools in value if pools))
