"""Random histories of routes with several parents: each parent gives what it says, or what it gave when last heard.

What each gave is kept here by a model of its own, in which no reason and no state is read twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from components.records.logical_name import LogicalName
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.slice import about
from stacks.settings.stack import Settings
from tests.profiles import examples
from tests.stacks.observe.cluster.worlds import ACCEPTED
from tests.stacks.plan.any_clusters import any_marks, settings_of, sighting
from tests.stacks.plan.any_parents import (
    GATEWAYS,
    REFUSED,
    ROUTES,
    SILENT,
    STRANGE,
    UNREADY,
    WWW,
    Parents,
    Step,
    addresses,
    refs,
    some,
    steps,
)
from tests.stacks.plan.paper import Paper

EXAMPLES = examples(300)
ALL_SILENT_BUT_ONE_THAT_REFUSES: list[Step] = [
    ("addresses", ("one", ())),
    ("addresses", ("three", ())),
    ("said", (("web", STRANGE), REFUSED[0])),
    ("refs", ("web", ("three", STRANGE, "one"))),
]
A_NEW_PARENT_THAT_NOBODY_SEES_WHILE_NOBODY_IS_HEARD: list[Step] = [
    ("refs", ("api", ("one", "two", "three"))),
    ("addresses", ("one", ())),
    ("refs", ("api", ("one", STRANGE))),
    ("said", (("api", "one"), REFUSED[0])),
]
Marks = tuple[str, str]


@dataclass
class World:
    """A zone and a state as they became, the parents as they are, and what each gave to each route."""

    marks: Marks
    parents: Parents = field(default_factory=Parents)
    paper: Paper = field(default_factory=Paper)
    gave: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        return settings_of(self.marks, ())

    def plan(self) -> tuple[Plan, Observation]:
        zones = tuple(zone.zone for zone in self.settings.each_zone())
        observation = self.paper.observation(sighting("203.0.113.7"), zones, sources=self.parents.sources())
        return make_plan(self.settings, observation), observation

    def settle(self) -> None:
        """Run until nothing is left to do, which is soon."""
        for _ in range(3):
            plan, observation = self.plan()
            remembered = set(plan.shared) == set(self.paper.shared)
            if not self.paper.run(plan, observation) and remembered:
                break
        assert self.is_settled()
        self._note()

    def is_settled(self) -> bool:
        """Whether a run would change nothing, in the zone or in what state remembers."""
        plan, observation = self.plan()
        excerpt = about(self.settings, observation, {WWW})
        assert make_plan(self.settings, excerpt).record_sets == plan.record_sets
        return changes(plan, observation) == () and set(plan.shared) == set(self.paper.shared)

    def take(self, step: Step) -> None:
        """Let one thing happen."""
        what, how = step
        if what == "refs":
            self.parents.refs[how[0]] = how[1]
        elif what == "gone":
            self.parents.refs.pop(how, None)
        else:
            getattr(self.parents, what)[how[0]] = how[1]

    def has(self) -> frozenset[str]:
        """The addresses of the name in the zone."""
        there = (
            self.paper.zones["example.com"][one.id]
            for (_, logical_name), one in self.paper.state.items()
            if LogicalName.parse(logical_name).is_record
        )
        return frozenset(one.content for one in there if one.name == WWW)

    def _note(self) -> None:
        before, self.gave = self.gave, {}
        for name, of_route in self.parents.refs.items():
            was = {one: values for (of, one), values in before.items() if of == name}
            now = {one: self._gives(name, one, was) for one in of_route}
            gone = any(was.get(one) and self._is_gone(name, one) for one in of_route)
            unseen = STRANGE in of_route and not self._is_gone(name, STRANGE)  # where it refuses, it is heard
            if unseen and not any(self.is_heard(name, one) for one in of_route) and not gone:
                now = was  # nobody can be heard, and one not even be seen: the whole name stays
            self.gave |= {(name, one): values for one, values in now.items()}

    def _gives(self, name: str, one: str, was: dict[str, frozenset[str]]) -> frozenset[str]:
        if self._is_gone(name, one):
            return frozenset()
        if self.is_heard(name, one):
            return frozenset(self.parents.addresses[one] or ())
        if one == STRANGE and one not in was:  # it may give what parents of before gave
            former = (values for parent, values in was.items() if parent not in self.parents.refs[name])
            return frozenset().union(*former)
        return was.get(one, frozenset())

    def is_heard(self, name: str, one: str) -> bool:
        return one != STRANGE and self._said(name, one) == ACCEPTED and bool(self.parents.addresses.get(one))

    def _is_gone(self, name: str, one: str) -> bool:
        """Whether a parent refuses the route, or is absent while another one is firm."""
        if self._said(name, one) in REFUSED:
            return True
        return one != STRANGE and self.parents.addresses.get(one) is None and self._has_firm(name)

    def _has_firm(self, name: str) -> bool:
        there = (one for one in self.parents.refs[name] if self._said(name, one) not in REFUSED)
        return any(
            one == STRANGE or (self._said(name, one) == ACCEPTED and self.parents.addresses.get(one) is not None)
            for one in there
        )

    def _said(self, name: str, one: str) -> object:
        return self.parents.said.get((name, one), ACCEPTED)

    def check(self, before: frozenset[str]) -> None:
        """The zone has what the parents give, together; where none is heard, what it had may stay. before: that."""
        expected = frozenset[str]().union(*self.gave.values())
        heard = any(self.is_heard(name, one) for name, of_route in self.parents.refs.items() for one in of_route)
        assert expected <= self.has() <= (expected if heard or not self.parents.refs else expected | before)


def usual(marks: Marks, of_web: tuple[str, ...] = ("one", "two")) -> World:
    """A route of two Gateways, which have accepted it."""
    world = World(marks)
    world.parents.refs["web"] = of_web
    world.parents.addresses = {"one": ("192.0.2.1",), "two": ("192.0.2.2",), "three": ("192.0.2.3",)}
    world.settle()
    return world


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(marks=any_marks(), history=st.lists(steps, max_size=14))
@example(marks=("txt", "txt"), history=ALL_SILENT_BUT_ONE_THAT_REFUSES)
@example(marks=("txt", "txt"), history=A_NEW_PARENT_THAT_NOBODY_SEES_WHILE_NOBODY_IS_HEARD)
def test_each_parent_gives_what_it_says_or_what_it_gave_when_it_was_last_heard(
    marks: Marks, history: list[Step]
) -> None:
    world = usual(marks)
    for step in history:
        before = world.has()
        world.take(step)
        world.settle()
        world.check(before)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    marks=any_marks(),
    of_routes=st.dictionaries(some(ROUTES), refs, min_size=1),
    listed=st.fixed_dictionaries(dict.fromkeys(GATEWAYS, addresses)),
    flips=st.lists(
        st.dictionaries(st.tuples(some(ROUTES), some(GATEWAYS)), some((ACCEPTED, *UNREADY, *SILENT))), max_size=6
    ),
)
def test_nothing_is_written_while_conditions_flip_and_controllers_overwrite_each_other(
    marks: Marks,
    of_routes: dict[str, tuple[str, ...]],
    listed: dict[str, tuple[str, ...]],
    flips: list[dict[tuple[str, str], dict[str, str] | None]],
) -> None:
    world = World(marks)
    world.parents.refs, world.parents.addresses = dict(of_routes), dict(listed)
    world.settle()
    for flip in flips:
        world.parents.said = dict(flip)
        assert world.is_settled(), flip


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    marks=any_marks(),
    of_routes=st.dictionaries(some(ROUTES), refs, min_size=1),
    listed=st.fixed_dictionaries(dict.fromkeys(GATEWAYS, addresses)),
    others=st.dictionaries(st.tuples(some(ROUTES), some(GATEWAYS)), some((ACCEPTED, *UNREADY, *SILENT))),
    whose=st.tuples(some(ROUTES), some(GATEWAYS)),
    refusal=some(REFUSED),
)
def test_a_refusal_takes_exactly_the_part_of_its_parent(
    marks: Marks,
    of_routes: dict[str, tuple[str, ...]],
    listed: dict[str, tuple[str, ...]],
    others: dict[tuple[str, str], dict[str, str] | None],
    whose: tuple[str, str],
    refusal: dict[str, str],
) -> None:
    world = World(marks)
    world.parents.refs, world.parents.addresses = dict(of_routes), dict(listed)
    world.settle()
    world.parents.said = {**others, whose: refusal}
    world.settle()
    left = {
        address
        for name, of_route in of_routes.items()
        for one in of_route
        if (name, one) != whose and one != STRANGE
        for address in listed[one]
    }
    heard = any(world.is_heard(name, one) for name, of_route in of_routes.items() for one in of_route)
    if heard or len(of_routes) == 1:
        assert world.has() == left
    else:  # where no object of a name is heard, nobody's part of it goes
        assert left <= world.has()
