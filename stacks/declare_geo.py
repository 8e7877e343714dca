"""Declare the load balancing of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pulumi

from components.geo import load_balancer, pool
from components.geo.pool import GeoPool
from stacks.model.geo import Account, GeoPlan, GeoSight

Options = Callable[[str], pulumi.ResourceOptions | None]
"""Gives the resource options for a zone, with its provider."""


def declare(plan: GeoPlan, sight: GeoSight | None, zones: Mapping[str, str], options: Options) -> None:
    """Declare the own pool with its monitor, and the load balancers, which depend on it.

    zones: the names of our zones at the provider by id; the provider of the first is used for the account.
    options: gives the resource options for a zone.
    """
    own: GeoPool | None = None
    if plan.pool:
        own = pool.declare(
            plan.pool.pool,
            plan.pool.monitor,
            plan.account_id,
            pool_import_id=plan.pool.pool_import_id,
            monitor_import_id=plan.pool.monitor_import_id,
            former_name=plan.pool.former_name,
            retain=plan.pool.retain,
            opts=options(next(iter(zones.values()))),
        )
    with_country_pools = _with_country_pools(sight)
    for one in plan.balancers:
        load_balancer.declare(
            one.balancer,
            one.zone_id,
            own,
            retain=one.retain,
            import_id=one.import_id,
            clear_country_pools=one.balancer.name in with_country_pools and not one.balancer.country_pools,
            opts=options(one.zone or zones[one.zone_id]),
        )


def _with_country_pools(sight: GeoSight | None) -> frozenset[str]:
    """Return the names of the load balancers that have country pools now."""
    if sight is None or not isinstance(sight.account, Account):
        return frozenset()
    return frozenset(one.balancer.name for one in sight.account.balancers if one.balancer.country_pools)
