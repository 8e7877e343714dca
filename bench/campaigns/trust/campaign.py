"""The campaign `trust`: histories of three stacks in one zone, two of them of one owner, on the pure planner.

Tenants ask for names, also for those of others; objects vanish all at once and little by little; states are lost,
clusters built anew, addresses change, people make records and decide. After each turn: no record of somebody else or of
another state has changed, no stack has deleted all that it had, or more within an hour than the guard allows. In the
end everything can be read again, a person decides where one has to, and every stack has the names that are its own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from bench.campaigns.trust.scenario import ACTIONS, Scenario
from bench.campaigns.trust.stack import ASKED, CONFIRMED, Stack
from bench.campaigns.wrong import WrongError
from stacks.model.memory import HOUR

STEPS = 25
CALM = 4
"""Rounds of turns in which all must have become quiet."""


def play(seeds: Sequence[int]) -> Iterator[tuple[int, Counter[str] | WrongError]]:
    """Play the seeds one after another."""
    for seed in seeds:
        scenario = Scenario(random.Random(seed))  # noqa: S311 - a repeatable draw
        try:
            history(scenario, STEPS)
        except WrongError as error:
            yield seed, error
        else:
            yield seed, scenario.met


def history(scenario: Scenario, steps: int) -> None:
    """Let so many things happen, then all become quiet. Raises WrongError."""
    for _ in range(steps):
        scenario.chance.choices([one for one, _ in ACTIONS], [weight for _, weight in ACTIONS])[0](scenario)
    _calm(scenario)


def _calm(scenario: Scenario) -> None:
    """No faults any more: a person decides for each stack, and again after what the others did; all become quiet."""
    for stack in scenario.stacks * 2:
        stack.is_readable = True
        scenario.now += 2 * HOUR
        if scenario.may_adopt(stack):
            scenario.turn(stack, ASKED, CONFIRMED)
        scenario.turn(stack, permission=CONFIRMED)
    for _ in range(CALM):
        scenario.now += 2 * HOUR
        looks = [(stack, scenario.turn(stack)) for stack in scenario.stacks]
        # Another instance of an owner at work stays refused, and changes nothing.
        at_work = [(stack, seen) for stack, seen in looks if stack.registry.records]
        if not any(seen.changes or seen.refusals for _, seen in at_work):
            break
    else:
        raise WrongError(f"after {CALM} rounds there is still something to do")
    for stack, _ in at_work:
        _has_its_names(scenario, stack)


def _has_its_names(scenario: Scenario, stack: Stack) -> None:
    there: dict[str, set[str]] = {}
    for one in scenario.records:
        if one.record.type == "A":
            there.setdefault(one.record.name, set()).add(scenario.makers.get(one.id, ""))
    mine = {one.record.name: one.record.content for one in stack.registry.records if one.resource.is_record}
    for name, addresses in stack.wished().items():
        held_by_others = there.get(name, set()) - {stack.instance}
        if mine.get(name) not in addresses and not held_by_others:
            raise WrongError(
                f"{stack.name} wishes {name} at {sorted(addresses)}, nobody holds it, and it has {mine.get(name)}"
            )
