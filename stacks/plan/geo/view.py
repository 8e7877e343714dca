"""An account's load balancing as one stack sees it: the owners of its pools, the own pool, and state.

| the account has a pool                                     | it is                                              |
|------------------------------------------------------------|----------------------------------------------------|
| whose id state knows                                       | ours, whatever its description says                |
| with our mark, unknown to state: a creation was cut off    | ours if it has the wished name, or none is wished  |
| with our mark, under another name, and state has no pool   | a conflict; ours with `adopt: all`                 |
| of the wished name, without a mark                         | a conflict; ours with `adopt: all`                 |
| of the wished name, with another owner's mark              | a conflict                                         |
| with a mark that names a host of ours                      | another cluster's: it belongs into that balancer   |
| with a mark that says it is leaving, or has left this host | taken out by whoever writes the load balancer next |
| without a mark                                             | foreign: where it is, it stays                     |

A mark that names `-app.example.com` says that the pool has left this load balancer and stays in others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from components.geo import names
from components.geo.marks import PoolMark, parse
from components.geo.values import OWN, LoadBalancer
from stacks.model.geo import Account, GeoMemory, LiveBalancer, LivePool, RegisteredGeo
from stacks.settings.geo import LocationSettings

LEFT = "-"
"""Before a host name in a mark: the pool has left its load balancer. No host name begins so (RFC 1123, 2.1)."""


@dataclass(frozen=True, slots=True)
class Site:
    """The identity of this stack. cluster, place: of its pool; zones: (name, id) of the zone of each host name."""

    owner: str
    cluster: str = ""
    place: LocationSettings | None = None
    zones: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def pool_name(self) -> str:
        """The name of the own pool, of letters that the API takes; "" where none is wished for."""
        name = f"k8s-pool-{self.cluster}-{self.place.name}" if self.place else ""
        return re.sub(r"[^A-Za-z0-9_-]", "-", name)


@dataclass(frozen=True)
class AccountView:
    """The account and state, and the own pool among the account's.

    own: None where the account has none. kept_name: the own pool's present name, where it cannot have the wished one.
    """

    site: Site
    account: Account
    memory: GeoMemory
    own: LivePool | None = None
    kept_name: str = ""

    @property
    def pool_name(self) -> str:
        """The name that the own pool is to have."""
        return self.kept_name or self.site.pool_name or (self.own.pool.name if self.own else "")

    @property
    def own_id(self) -> str:
        """The id of the own pool; "" where the account has none."""
        return self.own.id if self.own else ""

    @cached_property
    def pools(self) -> dict[str, LivePool]:
        """The account's pools by id."""
        return {one.id: one for one in self.account.pools}

    @cached_property
    def marks(self) -> dict[str, PoolMark]:
        """The marks of the pools that bear one, by the pool's id."""
        found = ((one.id, parse(one.pool.description)) for one in self.account.pools)
        return {identity: mark for identity, mark in found if mark}

    @cached_property
    def _ours_to_drop(self) -> frozenset[str]:
        """The pools that state has beside the own one; they are deleted."""
        return frozenset(one.id for one in self.of_kind("pool")) - {self.own_id}

    def of_kind(self, kind: names.Kind) -> tuple[RegisteredGeo, ...]:
        """Return the resources of a kind that state has."""
        return tuple(one for one in self.memory.registered if one.kind == kind)

    @cached_property
    def registered_pool(self) -> RegisteredGeo | None:
        """The own pool as state has it: that of the wished name, else the first."""
        name = names.logical_name("pool", self.site.pool_name)
        return min(self.of_kind("pool"), key=lambda one: (one.logical_name != name, one.logical_name), default=None)

    def live(self, host_name: str) -> LiveBalancer | None:
        """Return the load balancer of a host name as its zone has it."""
        return next((one for one in self.account.balancers if one.balancer.name == host_name), None)

    def registered_balancer(self, live: LiveBalancer) -> RegisteredGeo | None:
        """Return the resource of this load balancer in state. A load balancer made anew in its place is another."""
        return next((one for one in self.of_kind("balancer") if one.id == live.id), None)

    def with_own(self) -> Iterator[LiveBalancer]:
        """Return the load balancers that have the own pool, whoever made them."""
        return (one for one in self.account.balancers if self.own_id and self.own_id in pools_of(one.balancer))

    def stays(self, pool_id: str, host_name: str) -> bool:
        """Whether a pool that is in a load balancer now stays in it; not to be asked of the own one."""
        mark = self.marks.get(pool_id)
        gone = mark is not None and (mark.leaving or has_left(mark, host_name))
        return pool_id in self.pools and pool_id not in self._ours_to_drop and not gone

    def wanting(self, host_name: str) -> list[str]:
        """Return the ids of others' pools with marks that name this host, sorted by the pools' names."""
        found = [one for one, mark in self.marks.items() if mark.wants(host_name) and one != self.own_id]
        return sorted((one for one in found if self.stays(one, host_name)), key=self.name_of)

    def name_of(self, pool_id: str) -> str:
        """Return the name of a pool."""
        if pool_id == OWN:
            return self.pool_name
        return self.pools[pool_id].pool.name if pool_id in self.pools else pool_id


def view(site: Site, account: Account, memory: GeoMemory, *, adopt_all: bool = False) -> tuple[AccountView, str]:
    """Return the account as this stack sees it, and the conflict with its own pool; "" for none.

    adopt_all: whether a pool is taken over that bears no mark, or our mark under another name.
    """
    seen = AccountView(site, account, memory)
    named = next((one for one in account.pools if one.pool.name == site.pool_name), None)
    registered = seen.registered_pool
    if registered and registered.id in seen.pools:
        own = seen.pools[registered.id]
        if named is None or named is own:
            return replace(seen, own=own), ""
        return replace(seen, own=own, kept_name=own.pool.name), _taken(named, seen)
    if named:
        mark = seen.marks.get(named.id)
        is_ours = mark.owner == site.owner if mark else adopt_all
        return (replace(seen, own=named), "") if is_ours else (seen, _taken(named, seen))
    others = sorted(_marked_ours(seen), key=lambda one: one.pool.name)
    if others and not registered and site.place and not adopt_all:
        return seen, _unknown_to_state(others[0], seen)
    return replace(seen, own=next(iter(others), None)), ""


def _marked_ours(seen: AccountView) -> list[LivePool]:
    return [one for one in seen.account.pools if one.id in seen.marks and seen.marks[one.id].owner == seen.site.owner]


def _taken(there: LivePool, seen: AccountView) -> str:
    mark = seen.marks.get(there.id)
    if mark:
        return (
            f"the pool {there.pool.name} bears the mark of the owner {mark.owner}, we are {seen.site.owner}: give this"
            " cluster another name (`cluster`) or location"
        )
    return (
        f"a pool {there.pool.name} exists and bears no mark of ours: rename or delete it, give this cluster another"
        " name (`cluster`), or set `adopt: all` to take it over"
    )


def _unknown_to_state(there: LivePool, seen: AccountView) -> str:
    return (
        f"the pool {there.pool.name} bears the mark of our owner {seen.site.owner}, and state does not know it: give"
        " every stack an owner of its own; if it is this stack's, set `adopt: all` to take it over, or delete it"
    )


def has_left(mark: PoolMark, host_name: str) -> bool:
    """Whether a mark says that its pool has left the load balancer of a host name."""
    return mark.hosts is not None and f"{LEFT}{host_name}" in mark.hosts


def hosts_of(mark: PoolMark | None) -> frozenset[str]:
    """Return the host names in a mark, also those of load balancers that its pool has left."""
    return frozenset(one.removeprefix(LEFT) for one in (mark.hosts or () if mark else ()))


def pools_of(balancer: LoadBalancer) -> frozenset[str]:
    """Return all pools that a load balancer refers to; weights are no reference."""
    tables = (balancer.region_pools, balancer.country_pools, balancer.pop_pools)
    found = {one for table in tables for _, pools in table for one in pools}
    return frozenset({*balancer.default_pools, balancer.fallback_pool, *found})


def replaced(balancer: LoadBalancer, pool_id: str, other: str) -> LoadBalancer:
    """Return a load balancer with one pool's id in place of another's."""
    if not pool_id:
        return balancer

    def each(pools: Iterable[str]) -> tuple[str, ...]:
        return tuple(other if one == pool_id else one for one in pools)

    return replace(
        balancer,
        default_pools=each(balancer.default_pools),
        fallback_pool=other if balancer.fallback_pool == pool_id else balancer.fallback_pool,
        region_pools=tuple((key, each(pools)) for key, pools in balancer.region_pools),
        country_pools=tuple((key, each(pools)) for key, pools in balancer.country_pools),
        pop_pools=tuple((key, each(pools)) for key, pools in balancer.pop_pools),
        pool_weights=tuple((other if one == pool_id else one, share) for one, share in balancer.pool_weights),
    )
