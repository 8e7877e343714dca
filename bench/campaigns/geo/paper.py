"""Cloudflare's load balancing on paper: an account with the rules of its API, and origins that are checked.

https://developers.cloudflare.com/api/resources/load_balancers/
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace

from components.geo import canonical
from components.geo.values import LoadBalancer, Monitor, Pool
from stacks.model.geo import Account, Health, LiveBalancer, LiveMonitor, LivePool
from stacks.plan.geo.view import pools_of

ZONE, ZONE_ID = "example.com", "zone"


class RefusedError(Exception):
    """The API does not do it."""


@dataclass
class Paper:
    """pools: with the ids of their monitors. up: what checks find, by address; others are up. All by id."""

    pools: dict[str, tuple[Pool, str]] = field(default_factory=dict)
    monitors: dict[str, Monitor] = field(default_factory=dict)
    balancers: dict[str, LoadBalancer] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    checked: set[tuple[str, str]] = field(default_factory=set)
    """Pools' ids with addresses that have been checked since they came in."""
    pool_limit: int = 20
    made: int = 0
    writes: int = 0
    watch: Callable[[str], None] = lambda _: None
    """Told before each write what is written."""

    def account(self) -> Account:
        """What a listing says now."""
        return Account(
            "account",
            tuple(self._live(one) for one in sorted(self.pools)),
            tuple(LiveMonitor(one, value) for one, value in sorted(self.monitors.items())),
            tuple(LiveBalancer(one, ZONE, ZONE_ID, value) for one, value in sorted(self.balancers.items())),
        )

    def _live(self, identity: str) -> LivePool:
        pool, monitor = self.pools[identity]
        health = tuple((one.address, self.health(identity, one.address)) for one in pool.origins) if monitor else ()
        return LivePool(identity, pool, monitor, origin_health=health)

    def health(self, pool_id: str, address: str) -> Health:
        """What is known of an address in a pool that has a monitor."""
        if (pool_id, address) not in self.checked:
            return "unknown"
        return "unhealthy" if address in self.down else "healthy"

    def serves(self, pool_id: str) -> bool:
        """Whether a pool gets traffic: without a monitor always; an unknown origin counts as down."""
        pool, monitor = self.pools[pool_id]
        enabled = [one.address for one in pool.origins if one.enabled]
        return not monitor or any(self.health(pool_id, one) == "healthy" for one in enabled)

    def check(self) -> None:
        """Check every origin now."""
        self.checked = {(key, one.address) for key, (pool, _) in self.pools.items() for one in pool.origins}

    def balancer(self, host_name: str) -> tuple[str, LoadBalancer] | None:
        """The load balancer of a host name, with its id."""
        return next((entry for entry in self.balancers.items() if entry[1].name == host_name), None)

    def put_monitor(self, value: Monitor, identity: str = "") -> str:
        """Make a monitor, or change one."""
        self._there(identity, self.monitors, "monitor")
        self._written(f"monitor {value.description}")
        identity = identity or self._new("m")
        self.monitors[identity] = value
        return identity

    def put_pool(self, value: Pool, monitor: str, identity: str = "") -> str:
        """Make a pool, or change one."""
        self._there(identity, self.pools, "pool")
        addresses = [one.address for one in value.origins]
        if any(one != identity and pool.name == value.name for one, (pool, _) in self.pools.items()):
            raise RefusedError(f"1003: the name {value.name} is taken")
        if not identity and len(self.pools) >= self.pool_limit:
            raise RefusedError("too many pools")
        if not addresses or len(set(addresses)) < len(addresses) or (monitor and monitor not in self.monitors):
            raise RefusedError(f"1002: {value.name} has {addresses} and the monitor {monitor}")
        if len({one.name for one in value.origins}) < len(addresses):
            raise RefusedError(f"1002: {value.name} has two origins of one name")
        if value != canonical.pool(value):
            raise RefusedError(f"{value.name} is not as the API gives it back")
        if identity and self.pools[identity][1] != monitor:
            self.checked = {entry for entry in self.checked if entry[0] != identity}
        self._written(f"pool {value.name}")
        identity = identity or self._new("p")
        self.checked = {entry for entry in self.checked if entry[0] != identity or entry[1] in addresses}
        self.pools[identity] = (value, monitor)
        return identity

    def put_balancer(self, value: LoadBalancer, identity: str = "") -> str:
        """Make a load balancer, or change one. The last one to write wins: there is no ETag."""
        self._there(identity, self.balancers, "load balancer")
        if any(one != identity and other.name == value.name for one, other in self.balancers.items()):
            raise RefusedError(f"1003: the name {value.name} is taken")
        pools = value.default_pools
        if not pools or len(set(pools)) < len(pools) or not pools_of(value) <= self.pools.keys():
            raise RefusedError(f"1002: {value.name} has the pools {pools}, {value.fallback_pool}")
        places = [self.pools[one][0].latitude for one in pools_of(value)]
        if value.steering_policy == "proximity" and None in places:
            raise RefusedError(f"1002: {value.name} has pools without coordinates")
        if value != canonical.balancer(value):
            raise RefusedError(f"{value.name} is not as the API gives it back")
        self._written(f"load balancer {value.name}")
        identity = identity or self._new("b")
        self.balancers[identity] = value
        return identity

    def delete(self, identity: str) -> None:
        """Delete what nothing refers to."""
        users: Iterator[str] = iter(())
        if identity in self.pools:
            users = (one.name for one in self.balancers.values() if identity in pools_of(one))
        elif identity in self.monitors:
            users = (pool.name for pool, monitor in self.pools.values() if monitor == identity)
        elif identity not in self.balancers:
            raise RefusedError(f"1001: {identity} is not there")
        if used_by := next(users, ""):
            raise RefusedError(f"1005: {identity} is used by {used_by}")
        self._written(f"delete {identity}")
        self.pools.pop(identity, None)
        self.monitors.pop(identity, None)
        self.balancers.pop(identity, None)

    def value(self, identity: str) -> Monitor | Pool | LoadBalancer | None:
        """What has this id."""
        pool = self.pools[identity][0] if identity in self.pools else None
        return self.monitors.get(identity) or self.balancers.get(identity) or pool

    def _there(self, identity: str, kind: Collection[str], what: str) -> None:
        if identity and identity not in kind:
            raise RefusedError(f"1001: the {what} {identity} is not there")

    def _new(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made:03}"

    def _written(self, what: str) -> None:
        self.writes += 1
        self.watch(what)

    def edit_pool(self, identity: str, value: Pool) -> None:
        """Somebody changes a pool."""
        self.put_pool(canonical.pool(value), self.pools[identity][1], identity)

    def edit_balancer(self, identity: str, **changes: object) -> None:
        """Somebody changes a load balancer."""
        self.put_balancer(replace(self.balancers[identity], **changes), identity)  # type: ignore[arg-type] # by name
