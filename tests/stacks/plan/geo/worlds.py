"""Clusters that share an account on paper."""

from __future__ import annotations

from bench.campaigns.geo.paper import Paper
from bench.campaigns.geo.stack import Stack
from components.geo.values import LoadBalancer, Origin, Pool
from stacks.model.values import Known
from stacks.settings.geo import GeoSettings, LocationSettings

HOST, OTHER = "app.example.com", "api.example.com"
PLACES = {
    "amber": LocationSettings(name="eu", latitude=50.1, longitude=8.7),
    "birch": LocationSettings(name="us_east", latitude=40.7, longitude=-74.0),
    "cedar": LocationSettings(name="us_west", latitude=34.1, longitude=-118.2),
    "dune": LocationSettings(name="asia", latitude=35.7, longitude=139.7),
}
ADDRESSES = {name: f"192.0.2.{number}" for number, name in enumerate(PLACES, start=1)}


def stack(paper: Paper, name: str, *addresses: str, hosts: tuple[str, ...] = (HOST,), **settings: object) -> Stack:
    """A cluster that has not run yet; its address is that of ADDRESSES where none is given."""
    wanted = Known(addresses or (ADDRESSES[name],))
    chosen = GeoSettings.model_validate({"hostnames": hosts, **settings})
    return Stack(paper, name, chosen, PLACES[name], dict.fromkeys(hosts, wanted))


def settle(*stacks: Stack, most: int = 8) -> int:
    """Run the stacks one after another until none has anything to do; how many rounds that took."""
    for number in range(most):
        busy = [one.run() for one in stacks]
        if not any(busy):
            return number
    raise AssertionError([(one.owner, one.failure, list(map(str, one.changes))) for one in stacks])


def move(one: Stack, *addresses: str) -> None:
    one.hosts = dict.fromkeys(one.hosts, Known(addresses))


def balancer(paper: Paper, host_name: str = HOST) -> LoadBalancer:
    found = paper.balancer(host_name)
    assert found, f"there is no load balancer {host_name}"
    return found[1]


def names(paper: Paper, pools: tuple[str, ...]) -> list[str]:
    """The pools' names, short ones for those of clusters: `amber` for `k8s-pool-amber-eu`."""
    return [paper.pools[one][0].name.removeprefix("k8s-pool-").rsplit("-", 1)[0] for one in pools]


def pool_of(paper: Paper, name: str) -> Pool:
    return next(pool for pool, _ in paper.pools.values() if pool.name.startswith(f"k8s-pool-{name}-"))


def addresses_of(paper: Paper, name: str) -> dict[str, str]:
    """The addresses of a cluster's pool, by the origin's name."""
    return {one.name: one.address for one in pool_of(paper, name).origins}


def pool_by_hand(paper: Paper, name: str = "theirs", *, placed: bool = True) -> str:
    place = (1.0, 2.0) if placed else (None, None)
    return paper.put_pool(Pool(name, (Origin("web", "198.51.100.1"),), *place), "")
