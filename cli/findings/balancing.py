"""Findings about load balancing: unread parts, conflicts, notes, unhealthy pools."""

from __future__ import annotations

from collections.abc import Iterator

from cli.findings.finding import SHOWN, Finding
from components.geo.values import LoadBalancer
from stacks.model.geo import Account, GeoPlan, GeoSight
from stacks.model.values import Unknown

_SUBJECT = "load balancing"
_UNREAD = "It stays as it is, and is tried again by itself."
_UNHEALTHY = "Traffic goes to the other pools. Look at what serves there, and at the pool's monitor."


def of_sight(sight: GeoSight | None) -> Iterator[Finding]:
    """Yield the findings about the account's load balancers as they were seen."""
    account = sight.account if sight else None
    if isinstance(account, Unknown):
        yield Finding("balancing", "bad", _SUBJECT, "could not be read", account.reason, _UNREAD)
    elif account:
        yield from _of_health(account)


def of_geo_plan(plan: GeoPlan | None) -> Iterator[Finding]:
    """Yield the findings about what is planned of load balancing."""
    for text in plan.conflicts if plan else ():
        yield Finding("balancing", "warning", _SUBJECT, "has a conflict", text)
    for text in plan.notes if plan else ():
        yield Finding("balancing", "note", _SUBJECT, "", text)
    if plan and plan.again:
        yield Finding("balancing", "note", _SUBJECT, "is to be continued", plan.again)


def pools_of(balancer: LoadBalancer) -> tuple[str, ...]:
    """Return the ids of a load balancer's pools: the default pools in their order, then all others."""
    tables = (balancer.region_pools, balancer.country_pools, balancer.pop_pools)
    elsewhere = (one for table in tables for _, pools in table for one in pools)
    return tuple(dict.fromkeys((*balancer.default_pools, *elsewhere, balancer.fallback_pool)))


def _of_health(account: Account) -> Iterator[Finding]:
    used = {pool for one in account.balancers for pool in pools_of(one.balancer)}
    for live in account.pools:
        if live.id in used and live.monitor_id and live.health == "unhealthy":
            down = tuple(address for address, health in live.origin_health if health == "unhealthy")
            subject, more = f"the pool {live.pool.name}", max(0, len(down) - SHOWN)
            yield Finding("health", "warning", subject, "is unhealthy", "", _UNHEALTHY, down[:SHOWN], more)
