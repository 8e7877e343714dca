"""Random crashes: whatever a run was cut off in, the next one that recovers ends with exactly the wish."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from components.records.record import Record
from stacks.model.observation import Observation
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover, Traces
from tests.profiles import examples
from tests.stacks.plan.paper import CutOffError, Paper
from tests.stacks.plan.worlds import make_observation, make_settings

RUNS_TO_SETTLE = 3
ADDRESSES = ["203.0.113.7", "203.0.113.8", "203.0.113.10,203.0.113.11"]


@dataclass
class Stack:
    """A stack whose runs are cut off, and what it has written down before each."""

    marks: str
    paper: Paper = field(default_factory=Paper)
    unfinished: frozenset[tuple[str, str, str]] = frozenset()
    was_cut_off: bool = False

    def run(self, names: frozenset[str], addresses: str, cut_off: int | None = None) -> int:
        """One run that recovers; how many changes it made. Nothing is forgotten where it is cut off."""
        observation: Observation = self.paper.observation(make_observation(ipv4=addresses).addresses, ("example.com",))
        traces = Traces(wanted=not self.paper.state, records=self.unfinished)
        chosen = make_settings(*sorted(names), marks=self.marks)
        plan = make_plan(chosen, observation, Takeover("truenorth", traces=traces))
        about = [one.after for one in changes(plan, observation) if one.after]
        self.unfinished |= {(one.name, one.type, one.content) for one in about}
        self.paper.left = cut_off or 1 << 30
        try:
            made = len(self.paper.run(plan, observation))
        except CutOffError:
            self.was_cut_off = True
            return 1
        self.was_cut_off = False
        if not any(one.import_id for each in plan.record_sets for one in each.slots):
            self.unfinished = frozenset()  # the second look of a convergence finds what was taken over to be deleted
        return made


some_names = st.frozensets(st.sampled_from(["www", "api", "@", "*"]), max_size=4)
wishes = st.tuples(some_names, st.sampled_from(ADDRESSES))


@settings(max_examples=examples(300), deadline=None)
@given(
    marks=st.sampled_from(["txt", "comment"]),
    history=st.lists(st.tuples(wishes, st.none() | st.integers(1, 6), st.booleans()), max_size=6),
    last=wishes,
)
def test_the_zone_is_exactly_as_wished(
    marks: str,
    history: list[tuple[tuple[frozenset[str], str], int | None, bool]],
    last: tuple[frozenset[str], str],
) -> None:
    stack = Stack(marks)
    foreign = stack.paper.add(
        "example.com", Record("mine.example.com", "A", "198.51.100.1", 1, proxied=False, comment="")
    )
    for (names, addresses), cut_off, loses_checkpoint in history:
        before = dict(stack.paper.state)
        stack.run(names, addresses, cut_off)
        if stack.was_cut_off and loses_checkpoint:  # as a run without checkpoints does, or one whose upload was behind
            gone = {one.id for one in before.values()} - stack.paper.zones["example.com"].keys()
            stack.paper.state = {key: one for key, one in before.items() if one.id not in gone}
    for _ in range(RUNS_TO_SETTLE):
        stack.run(*last)
    assert stack.run(*last) == 0
    names, addresses = last
    there = stack.paper.zones["example.com"]
    values = sorted((one.name, one.content) for one in there.values() if one.type == "A")
    hosts = ["example.com" if name == "@" else f"{name}.example.com" for name in names]
    assert values == sorted(
        [("mine.example.com", "198.51.100.1"), *((host, one) for host in hosts for one in addresses.split(","))]
    )
    assert foreign in there
    assert len(there) == len(values) + (len(names) if marks == "txt" else 0)
