"""What happens in a seed of the campaign `geo`: clusters and people act, and runs go on step by step."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bench.campaigns.geo.paper import Paper
from bench.campaigns.geo.stack import Stack
from bench.campaigns.wrong import WrongError
from components.geo.marks import parse
from components.geo.values import LoadBalancer, Origin, Pool, SessionAffinity, SteeringPolicy
from stacks.model.values import Known, Unknown
from stacks.settings.geo import BalancerSettings, GeoSettings, LocationSettings, Region
from stacks.settings.monitor import MonitorSettings

HOSTS = ("app.example.com", "api.example.com")
PLACES = {
    "amber": LocationSettings(name="eu", latitude=50.1, longitude=8.7),
    "birch": LocationSettings(name="us_east", latitude=40.7, longitude=-74.0),
    "cedar": LocationSettings(name="us-west-2", latitude=45.8, longitude=-119.7),
    "dune": LocationSettings(name="asia", latitude=35.7, longitude=139.7),
}
ELSEWHERE = LocationSettings(name="sa", latitude=-23.5, longitude=-46.6)
POLICIES: tuple[SteeringPolicy, ...] = ("proximity", "proximity", "geo", "random", "off", "dynamic_latency")
LOST, CUT, STARTED = "answers lost", "runs cut off", "runs"


@dataclass
class Scenario:
    """One seed. turns: the runs under way; theirs: pools of people by load balancer; drained: nothing to watch."""

    chance: random.Random
    hub: str = ""
    paper: Paper = field(default_factory=Paper)
    stacks: dict[str, Stack] = field(default_factory=dict)
    turns: dict[str, Iterator[None]] = field(default_factory=dict)
    theirs: dict[str, set[str]] = field(default_factory=lambda: {host: set() for host in HOSTS})
    pools: dict[str, Pool] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    by_hand: dict[str, LoadBalancer] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)


def finish(scenario: Scenario) -> None:
    """Let the runs under way end, their steps in any order."""
    while scenario.turns:
        step(scenario)


def step(scenario: Scenario) -> None:
    """One step of any run under way."""
    if not scenario.turns:
        return
    name = scenario.chance.choice(sorted(scenario.turns))
    paper, stack = scenario.paper, scenario.stacks[name]
    served = {one: paper.pools[one][1] for one in paper.pools if paper.serves(one)}
    try:
        next(scenario.turns[name])
    except StopIteration:
        del scenario.turns[name]
        scenario.met[LOST] += stack.failure == "the answer did not come"
    for one, monitor in served.items():
        there = paper.pools.get(one)
        if there and there[1] == monitor and not paper.serves(one) and not (stack.plan.pool and stack.plan.pool.retain):
            raise WrongError(f"{name} has taken the last healthy origin out of {there[0].name}")
    untouched(scenario)


def untouched(scenario: Scenario) -> None:
    """Raise WrongError where something of others is not as they left it."""
    paper = scenario.paper
    for one, pool in scenario.pools.items():
        if paper.pools.get(one, (None, ""))[0] != pool:
            raise WrongError(f"the foreign pool {pool.name} has become {paper.pools.get(one)}")
    for one, balancer in scenario.by_hand.items():
        if paper.balancers.get(one) != balancer:
            raise WrongError(f"the foreign load balancer {balancer.name} has become {paper.balancers.get(one)}")
    for host, pools in scenario.theirs.items():
        there = paper.balancer(host)
        if pools and (there is None or not pools <= set(there[1].default_pools)):
            raise WrongError(f"{host} had the foreign pools {pools} and is {there}")
    for pool_id, origin in scenario.origins.items():
        if pool_id not in paper.pools or origin not in paper.pools[pool_id][0].origins:
            raise WrongError(f"the foreign origin {origin.name} is lost from {paper.pools.get(pool_id)}")


def address(scenario: Scenario) -> str:
    return f"192.0.2.{scenario.chance.randint(1, 250)}"


def _name(scenario: Scenario) -> str | None:
    """Any stack that is no hub."""
    names = [one for one in scenario.stacks if one != scenario.hub]
    return scenario.chance.choice(names) if names else None


def _settings(scenario: Scenario, hosts: Sequence[str]) -> GeoSettings:
    chance = scenario.chance
    policy: SteeringPolicy = chance.choice(POLICIES)
    regions: tuple[Region, ...] = ("WEU", "ENAM")
    affinities: tuple[SessionAffinity, ...] = ("none", "cookie")
    balancers = [
        BalancerSettings(
            hostname=host,
            steering_policy=policy,
            proxied=chance.random() < 1 / 2,
            ttl=chance.choice([30, 60]),
            regions=regions[: chance.randint(0, 2)],
            session_affinity=chance.choice(affinities),
        )
        for host in hosts
    ]
    monitor = MonitorSettings() if chance.random() < 3 / 4 else None
    return GeoSettings(load_balancers=tuple(balancers), hub=scenario.hub, monitor=monitor, adopt="all")


def _wish(scenario: Scenario, stack: Stack) -> None:
    """A stack wishes for other host names, settings and addresses."""
    hosts = scenario.chance.sample(HOSTS, scenario.chance.randint(1, len(HOSTS)))
    wanted = Known(tuple(dict.fromkeys(address(scenario) for _ in range(scenario.chance.randint(1, 3)))))
    stack.settings = _settings(scenario, HOSTS if stack.owner == scenario.hub else hosts)
    stack.hosts = dict.fromkeys(HOSTS if stack.owner == scenario.hub else hosts, wanted)


def join(scenario: Scenario, name: str = "") -> None:
    waiting = [one for one in PLACES if one not in scenario.stacks]
    if name or waiting:
        name = name or scenario.chance.choice(waiting)
        stack = scenario.stacks[name] = Stack(scenario.paper, name, None, PLACES[name])
        _wish(scenario, stack)


def _start(scenario: Scenario) -> None:
    idle = [one for one in scenario.stacks if one not in scenario.turns]
    if idle:
        name = scenario.chance.choice(idle)
        scenario.stacks[name].lose = scenario.chance.choice([0, 0, 0, 0, 1, 2, 3, 4])
        scenario.turns[name] = scenario.stacks[name].turn()
        scenario.met[STARTED] += 1


def _cut_off(scenario: Scenario) -> None:
    if scenario.turns:
        del scenario.turns[scenario.chance.choice(sorted(scenario.turns))]
        scenario.met[CUT] += 1


def _change(scenario: Scenario) -> None:
    if scenario.stacks:
        _wish(scenario, scenario.stacks[scenario.chance.choice(sorted(scenario.stacks))])


def _move(scenario: Scenario) -> None:
    """New addresses, or addresses that cannot be seen."""
    if scenario.stacks:
        stack = scenario.stacks[scenario.chance.choice(sorted(scenario.stacks))]
        wanted = Unknown("silence") if scenario.chance.random() < 1 / 5 else Known((address(scenario),))
        stack.hosts = dict.fromkeys(stack.hosts, wanted)


def _leave(scenario: Scenario) -> None:
    """A cluster leaves: its settings go, or all its objects do."""
    if name := _name(scenario):
        stack = scenario.stacks[name]
        stack.hosts = {}
        stack.settings = None if scenario.chance.random() < 1 / 2 else stack.settings


def _rename(scenario: Scenario) -> None:
    if name := _name(scenario):
        scenario.stacks[name].place = scenario.chance.choice([PLACES[name], ELSEWHERE])


def _lose_state(scenario: Scenario) -> None:
    if (name := _name(scenario)) and name not in scenario.turns:
        stack = scenario.stacks[name]
        stack.state, stack.wished, stack.monitors = {}, (), {}


def _check_health(scenario: Scenario) -> None:
    scenario.paper.check()


def _person(scenario: Scenario) -> None:
    """Somebody edits, while no run is under way."""
    for stack in scenario.stacks.values():
        stack.lose = 0
    finish(scenario)
    scenario.chance.choice([_add_pool, _add_origin, _make_balancer, _edit_balancer, _remove_pool])(scenario)


def _new_pool(scenario: Scenario) -> str:
    name = f"theirs-{scenario.paper.made}"
    pool = Pool(name, (Origin("web", "198.51.100.1"),), 1.0, 2.0, description="by hand")
    identity = scenario.paper.put_pool(pool, "")
    scenario.pools[identity] = pool
    return identity


def _add_pool(scenario: Scenario) -> None:
    host = scenario.chance.choice(HOSTS)
    there = scenario.paper.balancer(host)
    if there and len(scenario.paper.pools) < 12:  # noqa: PLR2004 - room for those of the stacks
        identity = _new_pool(scenario)
        scenario.paper.edit_balancer(there[0], default_pools=(*there[1].default_pools, identity))
        scenario.theirs[host].add(identity)


def _remove_pool(scenario: Scenario) -> None:
    host = scenario.chance.choice(HOSTS)
    there = scenario.paper.balancer(host)
    if there and scenario.theirs[host]:
        identity = scenario.chance.choice(sorted(scenario.theirs[host]))
        pools = tuple(one for one in there[1].default_pools if one != identity)
        if pools and there[1].fallback_pool != identity:
            scenario.paper.edit_balancer(there[0], default_pools=pools)
            scenario.theirs[host].remove(identity)


def _add_origin(scenario: Scenario) -> None:
    ours = [one for one, (pool, _) in scenario.paper.pools.items() if parse(pool.description)]
    if ours and (identity := scenario.chance.choice(sorted(ours))) not in scenario.origins:
        pool = scenario.paper.pools[identity][0]
        origin = Origin(f"web-{scenario.paper.made}", f"198.51.100.{scenario.chance.randint(2, 250)}")
        scenario.paper.edit_pool(identity, replace(pool, origins=(*pool.origins, origin)))
        scenario.origins[identity] = origin


def _make_balancer(scenario: Scenario) -> None:
    """A load balancer by hand: of a host name that is nobody's, or of one that clusters wish for."""
    host = scenario.chance.choice(["shop.example.com", *HOSTS])
    if scenario.paper.balancer(host) is None and len(scenario.paper.pools) < 12:  # noqa: PLR2004 - likewise
        identity = _new_pool(scenario)
        made = scenario.paper.put_balancer(LoadBalancer(host, (identity,), identity, "off", description="by hand"))
        if host in HOSTS:
            scenario.theirs[host].add(identity)
        else:
            scenario.by_hand[made] = scenario.paper.balancers[made]


def _edit_balancer(scenario: Scenario) -> None:
    there = scenario.paper.balancer(scenario.chance.choice(HOSTS))
    if there:
        scenario.paper.edit_balancer(there[0], description=f"edited {scenario.paper.made}")


ACTIONS: tuple[tuple[Callable[[Scenario], None], int], ...] = (
    (step, 50),
    (_start, 20),
    (join, 5),
    (_move, 4),
    (_check_health, 4),
    (_change, 4),
    (_leave, 2),
    (_cut_off, 3),
    (_rename, 1),
    (_lose_state, 1),
    (_person, 3),
)
