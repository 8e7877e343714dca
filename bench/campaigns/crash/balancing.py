"""Load balancing in the campaign `crash`: what a seed wishes of it, and what of it is wrong in the end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lab.cloudflare.load_balancing import edits
from lab.cloudflare.state import Cloudflare
from lab.world import ZONE

CLUSTER = "crash"
POOL = f"k8s-pool-{CLUSTER}-eu"
ADDRESSES = ("203.0.113.11", "203.0.113.12", "203.0.113.13")
HOSTS = ("app", "shop", "mail")
OF_OTHERS = "theirs"
_CHANGES = 6
"""About how many writes a change of load balancing takes: monitor, pool and each load balancer."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """The wish: load balancers by their first labels, and the addresses of the pool."""

    hosts: tuple[str, ...]
    addresses: tuple[str, ...]
    is_monitored: bool

    def settings(self) -> dict[str, object]:
        """The setting `geo`."""
        return {
            "cluster": CLUSTER,
            "location": "eu",
            "hostnames": [f"{host}.{ZONE}" for host in self.hosts],
            "addresses": list(self.addresses),
            "handover": 0,  # the checks of the lab would find the new addresses healthy after a minute only
            **({} if self.is_monitored else {"monitor": None}),
        }


FIRST = Balanced(HOSTS[:2], ADDRESSES[:1], is_monitored=True)


def draw(chance: random.Random) -> Balanced | None:
    """Return a wish: in a quarter FIRST, as it was, else another; None where load balancing is to end."""
    kind = chance.random()
    if kind < 1 / 4:
        return FIRST
    if kind < 3 / 8:
        return None
    hosts = chance.sample(HOSTS, chance.randint(1, len(HOSTS)))
    addresses = chance.sample(ADDRESSES, chance.randint(1, 2))
    return Balanced(tuple(hosts), tuple(addresses), is_monitored=chance.random() < 3 / 4)


def writes(before: Balanced | None, wish: Balanced | None) -> int:
    """Return about how many writes lie between two wishes."""
    return 0 if before == wish else _CHANGES


def add_others(cloudflare: Cloudflare, zone_id: str) -> Counter[str]:
    """Let somebody else have a load balancer with a pool of its own; return all that is there of others."""
    origins = [{"name": "one", "address": "198.51.100.90"}]
    pool = edits.add_pool(cloudflare, {"name": "of-others", "origins": origins})
    balancer = {"name": f"{OF_OTHERS}.{ZONE}", "default_pools": [pool.id], "fallback_pool": pool.id}
    edits.add_load_balancer(cloudflare, zone_id, balancer)
    return of_others(cloudflare)


def of_others(cloudflare: Cloudflare) -> Counter[str]:
    """Return what is there of others, whole."""
    held = cloudflare.load_balancing
    there = [one for one in held.load_balancers.values() if one.name == f"{OF_OTHERS}.{ZONE}"]
    pools = [one for one in held.pools.values() if one.name != POOL]
    return Counter(repr(sorted(one.as_json().items())) for one in (*there, *pools))


def not_as_wished(cloudflare: Cloudflare, wish: Balanced | None) -> str:
    """Return what of ours is missing, too much or wrong; "" where all is as wished.

    A monitor whose pool was never made is left where the stack has left load balancing for good: a known limit.
    """
    held = cloudflare.load_balancing
    pools = [one for one in held.pools.values() if one.name == POOL]
    balancers = [one for one in held.load_balancers.values() if one.name != f"{OF_OTHERS}.{ZONE}"]
    there: Mapping[str, object] = {
        "hosts": sorted(one.name for one in balancers),
        "pools": len(pools),
        "addresses": sorted(origin.address for one in pools for origin in one.origins),
        "members": {one.pool_ids == {pool.id for pool in pools} for one in balancers} - {True},
        "monitors": len(held.monitors) if wish else 0,
        "monitored": [one.monitor_id in held.monitors for one in pools],
    }
    wanted: Mapping[str, object] = {
        "hosts": sorted(f"{host}.{ZONE}" for host in wish.hosts) if wish else [],
        "pools": 1 if wish else 0,
        "addresses": sorted(wish.addresses) if wish else [],
        "members": set[bool](),
        "monitors": 1 if wish and wish.is_monitored else 0,
        "monitored": [wish.is_monitored] if wish else [],
    }
    wrong = [f"{what} {there[what]} instead of {wanted[what]}" for what in wanted if there[what] != wanted[what]]
    return "load balancing has " + ", ".join(wrong) if wrong else ""
