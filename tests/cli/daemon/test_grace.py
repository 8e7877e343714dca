from __future__ import annotations

import math
from dataclasses import dataclass, replace

from bench.campaigns.paper import carried_out
from cli.daemon.reconciler import Grace
from cli.events import Leaving
from stacks.plan.planner import make_plan
from tests.stacks.plan.worlds import make_observation, make_settings


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


class Loop:
    """Looks at a world that has www and api, wanted or not."""

    def __init__(self, seconds: float) -> None:
        self.clock = Clock()
        self.told: list[Leaving] = []
        self.grace = Grace(seconds, self.clock)
        snapshot, registry = carried_out(make_plan(make_settings("www", "api"), make_observation()))
        self.world = replace(make_observation(live=snapshot.records), registry=registry)

    def planned(self, now: float, *names: str) -> list[str]:
        """The names that are declared at this time, where these are wanted."""
        self.clock.now = now
        plan = self.grace.amend(make_plan(make_settings(*names), self.world), self.world, self.told.append)
        return sorted(one.name.split(".")[0] for one in plan.record_sets)


def test_a_grace_is_told_once_and_says_when_to_look_again() -> None:
    loop = Loop(60)
    assert loop.planned(100, "www") == ["api", "www"]
    assert loop.planned(120, "www") == ["api", "www"]
    assert loop.told == [Leaving("api.example.com", "A", 60)]
    assert loop.grace.ends == 160
    assert loop.planned(130) == ["api", "www"]
    assert loop.grace.ends == 160
    assert loop.planned(160) == ["www"]
    assert loop.grace.ends == 190


def test_what_is_wanted_again_is_told_again_when_it_leaves() -> None:
    loop = Loop(60)
    loop.planned(100, "www")
    assert loop.planned(150, "www", "api") == ["api", "www"]
    assert loop.grace.ends == math.inf
    assert loop.planned(170, "www") == ["api", "www"]
    assert [one.name for one in loop.told] == ["api.example.com"] * 2
    assert loop.grace.ends == 230


def test_what_could_not_be_deleted_in_time_is_not_waited_for() -> None:
    loop = Loop(60)
    loop.planned(100, "www")
    assert loop.planned(160, "www") == loop.planned(170, "www") == ["www"]
    assert loop.grace.ends == math.inf


def test_without_a_grace_nothing_is_kept() -> None:
    loop = Loop(0)
    assert loop.planned(100, "www") == ["www"]
    assert (loop.told, loop.grace.ends) == ([], math.inf)
