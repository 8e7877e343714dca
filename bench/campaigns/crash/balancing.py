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
OF_OTHERS = f"theirs.{ZONE}"
_CHANGES = 6
"""About how many writes a change of load balancing takes: monitor, pool and each load balancer."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """The wish: load balancers by their first labels, and the addresses of the pool."""

    hosts: tuple[str, ...]
    addresses: tuple[str, ...]
    is_monitored: bool

    @property
    def names(self) -> list[str]:
        """The names of the load balancers, in full."""
        return [f"{host}.{ZONE}" for host in self.hosts]

    def settings(self) -> dict[str, object]:
        """The setting `geo`."""
        return {
            "cluster": CLUSTER,
            "location": "eu",
            "hostnames": self.names,
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
    balancer = {"name": OF_OTHERS, "default_pools": [pool.id], "fallback_pool": pool.id}
    edits.add_load_balancer(cloudflare, zone_id, balancer)
    return of_others(cloudflare)


def of_others(cloudflare: Cloudflare) -> Counter[str]:
    """Return what is there of others, whole."""
    held = cloudflare.load_balancing
    there = [one for one in held.load_balancers.values() if one.name == OF_OTHERS]
    pools = [one for one in held.pools.values() if one.name != POOL]
    return Counter(repr(sorted(one.as_json().items())) for one in (*there, *pools))


def not_as_wished(cloudflare: Cloudflare, wish: Balanced | None) -> str:
    """Return what of ours is missing, too much or wrong; "" where all is as wished.

    A monitor whose pool was never made is left where the stack has left load balancing for good: a known limit.
    """
    held = cloudflare.load_balancing
    pools = [one for one in held.pools.values() if one.name == POOL]
    balancers = [one for one in held.load_balancers.values() if one.name != OF_OTHERS]
    there: Mapping[str, object] = {
        "hosts": sorted(one.name for one in balancers),
        "addresses of pools": [sorted(origin.address for origin in one.origins) for one in pools],
        "members of others": [one.name for one in balancers if one.pool_ids != {pool.id for pool in pools}],
        "monitors": len(held.monitors) if wish else 0,
        "monitored pools": [one.monitor_id in held.monitors for one in pools],
    }
    wanted: Mapping[str, object] = {
        "hosts": sorted(wish.names) if wish else [],
        "addresses of pools": [sorted(wish.addresses)] if wish else [],
        "members of others": [],
        "monitors": int(wish is not None and wish.is_monitored),
        "monitored pools": [wish.is_monitored] if wish else [],
    }
    wrong = [f"{what} {there[what]} instead of {wanted[what]}" for what in wanted if there[what] != wanted[what]]
    return "load balancing has " + ", ".join(wrong) if wrong else ""
