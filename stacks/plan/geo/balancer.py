"""Merge of a load balancer that several stacks declare with the pool and settings of this stack. Pure.

| of the load balancer                  | becomes                                                                    |
|---------------------------------------|----------------------------------------------------------------------------|
| default_pools                         | those in it that exist and are not leaving, in their order; then those     |
|                                       | whose marks name the host, and the own one, by name                        |
| fallback_pool                         | what it is, if that exists and is not leaving; else the first by name      |
| region_pools, country_pools           | others' as they are; the own pool where the settings say so; none empty    |
| pop_pools                             | as they are                                                                |
| pool_weights                          | others' as they are; the own pool's for the policies that weigh pools      |
| a setting that this stack has changed | as this stack wishes                                                       |
| all other settings                    | as they are; where the wish differs, that is noted                         |
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from components.geo import canonical
from components.geo.canonical import Pools
from components.geo.values import OWN, LoadBalancer
from stacks.plan.geo.view import AccountView, pools_of
from stacks.settings.geo import BalancerSettings

WEIGHING = frozenset({"random", "least_outstanding_requests", "least_connections"})
"""The policies that choose among pools by their weights."""
_MERGED = {
    "steering_policy": "steering_policy",
    "proxied": "proxied",
    "ttl": "ttl",
    "session_affinity": "session_affinity",
    "session_affinity_ttl": "session_affinity_ttl",
    "session_affinity_headers": "session_affinity_headers",
    "failover_across_pools": "adaptive_routing",
}
"""The shared settings of a load balancer: the names in `Settings`, by field."""


def wished(settings: BalancerSettings, host_name: str) -> LoadBalancer:
    """Return the load balancer of these settings, without pools, to be remembered as wished."""
    affinity = settings.session_affinity
    return canonical.balancer(
        LoadBalancer(
            name=host_name,
            default_pools=(),
            fallback_pool="",
            steering_policy=settings.steering_policy,
            proxied=settings.proxied,
            ttl=settings.ttl,
            session_affinity=affinity,
            session_affinity_ttl=settings.session_affinity_ttl or canonical.SESSION_SECONDS[affinity],
            session_affinity_headers=settings.session_affinity_headers,
            failover_across_pools=settings.adaptive_routing,
        )
    )


def with_settings(
    mine: LoadBalancer, base: LoadBalancer | None, theirs: LoadBalancer
) -> tuple[LoadBalancer, list[str]]:
    """Return their load balancer with the changes of this stack's wish, and notes where others have it otherwise.

    base: the last wish; None for a stack that joins, which takes all settings as they are.
    """
    changed = {} if base is None else {name for name in _MERGED if getattr(mine, name) != getattr(base, name)}
    written = {name: getattr(mine, name) for name in changed}
    if theirs.proxied:
        written["ttl"] = mine.ttl  # a proxied one has none of its own
    merged = replace(theirs, **written)
    if merged.session_affinity != theirs.session_affinity:
        times = {name: getattr(mine, name) for name in ("session_affinity_ttl", "session_affinity_headers")}
        merged = replace(merged, **times)
    merged = canonical.balancer(merged)
    notes = [
        f"{mine.name}: {label} is {_said(getattr(merged, name))}, as another has it; the settings here say"
        f" {_said(getattr(mine, name))}"
        for name, label in _MERGED.items()
        if getattr(merged, name) != getattr(mine, name) and _counts(name, mine, merged)
    ]
    return merged, notes


def merged_pools(live: LoadBalancer, seen: AccountView, *, own: bool) -> LoadBalancer | None:
    """Return the load balancer with or without the own pool (as `OWN`), and with all others that belong into it.

    None where no pool would be left.
    """
    host = live.name

    def kept(pools: Collection[str]) -> list[str]:
        here = [OWN if one == seen.own_id and one else one for one in pools]
        return [one for one in dict.fromkeys(here) if (own if one == OWN else seen.stays(one, host))]

    default = kept(live.default_pools)
    default += sorted({*seen.wanting(host), *([OWN] if own else [])} - set(default), key=seen.name_of)
    tables = [_table(table, kept) for table in (live.region_pools, live.country_pools, live.pop_pools)]
    last = kept([live.fallback_pool] if live.fallback_pool else [])
    if not default:
        default = (last + [one for table in tables for _, pools in table for one in pools])[:1]
    if not default:
        return None
    weights = [(OWN if one == seen.own_id else one, share) for one, share in live.pool_weights]
    return replace(
        live,
        default_pools=tuple(default),
        fallback_pool=last[0] if last else min(default, key=seen.name_of),
        region_pools=tables[0],
        country_pools=tables[1],
        pop_pools=tables[2],
        pool_weights=tuple((one, share) for one, share in weights if kept([one if one != OWN else seen.own_id])),
    )


def with_own_entries(balancer: LoadBalancer, settings: BalancerSettings) -> LoadBalancer:
    """Return the load balancer with the own pool in the settings' regions and countries only, and with its weight."""
    weights = [(one, share) for one, share in balancer.pool_weights if one != OWN]
    if balancer.steering_policy in WEIGHING:
        weights.append((OWN, settings.pool_weight / 100))
    return canonical.balancer(
        replace(
            balancer,
            region_pools=_entries(balancer.region_pools, settings.regions),
            country_pools=_entries(balancer.country_pools, settings.countries),
            pool_weights=tuple(weights),
        )
    )


def unplaced(balancer: LoadBalancer, seen: AccountView) -> list[str]:
    """Return the names of the pools without coordinates, with which the API refuses the policy proximity."""
    found = (seen.pools[one] for one in pools_of(balancer) if one in seen.pools)
    return sorted(one.pool.name for one in found if one.pool.latitude is None and one.id != seen.own_id)


def _entries(table: Pools, wanted: Collection[str]) -> Pools:
    here = dict(table)
    for key in {*here, *wanted}:
        there = here.get(key, ())
        if key not in wanted:
            here[key] = tuple(one for one in there if one != OWN)
        elif OWN not in there:
            here[key] = (*there, OWN)
    return tuple(sorted((key, pools) for key, pools in here.items() if pools))


def _table(table: Pools, kept: Callable[[Collection[str]], list[str]]) -> Pools:
    filtered = ((key, tuple(kept(pools))) for key, pools in table)
    return tuple((key, pools) for key, pools in filtered if pools)


def _counts(name: str, mine: LoadBalancer, merged: LoadBalancer) -> bool:
    """Whether a difference counts: a session's length does not where there are no sessions."""
    return not name.startswith("session_affinity_") or mine.session_affinity == merged.session_affinity


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
