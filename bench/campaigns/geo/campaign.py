"""The campaign `geo`: clusters join, change and leave at the same time, on an account on paper; runs are cut off.

Every stack reads, plans and writes in steps between which others write. After each step: nothing of others has
changed, and no pool that served has stopped to because of a change of address. When all is quiet, every stack runs
until it has nothing to do, still at the same time: then every load balancer has exactly the pools of the clusters that
wish for it and those of others, nothing is left of clusters that have left, and two further runs change nothing.
People edit only while no run is under way: there is no ETag, so what they write between another's read and its write is
lost, and nothing tells that it was there.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bench.campaigns.geo.scenario import ACTIONS, HOSTS, Scenario, address, finish, join, step, untouched
from bench.campaigns.geo.stack import Stack
from bench.campaigns.wrong import WrongError
from components.geo.marks import parse
from components.geo.values import Pool
from stacks.model.values import Known, Unknown

STEPS = 120
ROUNDS = 14
"""Those of all stacks in which all must have become quiet."""
HEALED, LEFT_MONITORS = "quiet after {:2} rounds", "monitors left by a run that was cut off before the pool, then left"


def play(seeds: Sequence[int]) -> Iterator[tuple[int, Counter[str] | WrongError]]:
    """Play the seeds one after another."""
    for seed in seeds:
        scenario = Scenario(random.Random(seed))  # noqa: S311 - a repeatable draw
        scenario.hub = scenario.chance.choice(["", "", "", "amber"])
        try:
            _storm(scenario)
            _calm(scenario)
            check(scenario)
        except WrongError as error:
            yield seed, error
        else:
            yield seed, scenario.met


def _storm(scenario: Scenario) -> None:
    if scenario.hub:
        join(scenario, scenario.hub)
    for _ in range(STEPS):
        scenario.chance.choices([action for action, _ in ACTIONS], [weight for _, weight in ACTIONS])[0](scenario)


def _calm(scenario: Scenario) -> None:
    """No faults any more: all stacks run, still at the same time, until none has anything to do."""
    for stack in scenario.stacks.values():
        stack.lose = 0
        if any(isinstance(one, Unknown) for one in stack.hosts.values()):
            stack.hosts = dict.fromkeys(stack.hosts, Known((address(scenario),)))
    finish(scenario)
    for rounds in range(ROUNDS):
        scenario.paper.check()
        for name in scenario.stacks:
            scenario.turns[name] = scenario.stacks[name].turn()
            if scenario.chance.random() < 1 / 2:
                step(scenario)
        finish(scenario)
        if not any(stack.changes for stack in scenario.stacks.values()):
            scenario.met[HEALED.format(rounds)] += 1
            break
    else:
        busy = [f"{name}: {stack.failure or stack.changes}" for name, stack in scenario.stacks.items() if stack.changes]
        raise WrongError(f"after {ROUNDS} rounds there is still something to do: {busy}")


def check(scenario: Scenario) -> None:
    """Raise WrongError where the account is not as it has to be, or a further run would change it."""
    paper = scenario.paper
    untouched(scenario)
    live = {name: stack for name, stack in scenario.stacks.items() if stack.hosts and stack.settings}
    wanted = {name: f"k8s-pool-{name}-{stack.place.name}" for name, stack in live.items()}
    marked = {pool.name: one for one, (pool, _) in paper.pools.items() if parse(pool.description)}
    if marked.keys() != set(wanted.values()):
        raise WrongError(f"the account has the pools {set(marked)}, live are {wanted}")
    for host in HOSTS:
        ours = {marked[wanted[name]] for name, stack in live.items() if host in stack.hosts}
        there = paper.balancer(host)
        has = set(there[1].default_pools) if there else set()
        if not ours <= has or not has - ours <= scenario.theirs[host] | scenario.origins.keys():
            raise WrongError(f"{host} has the pools {has}, wished are {ours}, of others {scenario.theirs[host]}")
    for name, stack in live.items():
        _addresses(name, stack, paper.pools[marked[wanted[name]]][0])
    _nothing_more(scenario, live)


def _addresses(name: str, stack: Stack, pool: Pool) -> None:
    """Raise WrongError where a pool has not each wished address once, and nothing else but what people put in."""
    there = sorted(one.address for one in pool.origins if one.name[:3] != "web")
    asked = sorted({one for known in stack.hosts.values() if isinstance(known, Known) for one in known.value})
    if there != asked:
        raise WrongError(f"the pool of {name} has {there}, wished are {asked}")


def _nothing_more(scenario: Scenario, live: Mapping[str, Stack]) -> None:
    """Raise WrongError where something is left of clusters that have left, or two further runs change something."""
    used = {monitor for _, monitor in scenario.paper.pools.values()}
    if left := len(scenario.paper.monitors.keys() - used):
        scenario.met[LEFT_MONITORS] += left
    for name, stack in scenario.stacks.items():
        if name not in live and stack.state:
            raise WrongError(f"{name} has left, and state has {list(stack.state)}")
    for stack in [*scenario.stacks.values()] * 2:
        if stack.run() or stack.plan.again or stack.plan.wait:
            raise WrongError(f"a further run of {stack.owner} would {list(map(str, stack.changes))} {stack.plan.again}")
