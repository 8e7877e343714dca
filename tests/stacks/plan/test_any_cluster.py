"""Random histories of clusters: what an object that cannot be seen was given stays, and all becomes as it is asked for.

What each object was given last is kept here by a model of its own: the last that was seen of its part in a set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.records import canonical_content
from components.records.logical_name import LogicalName
from stacks.model.claims import Claim, Detected, ObjectKey, Targets
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import WAN, Known
from stacks.plan.changes import changes
from stacks.plan.desired.cluster_endpoints import claims_by_zone
from stacks.plan.desired.endpoints import addresses_by_link, endpoints
from stacks.plan.desired.shares import Sight
from stacks.plan.desired.tenure import Tenure
from stacks.plan.planner import make_plan
from stacks.settings.stack import Settings
from tests.profiles import examples
from tests.stacks.plan.any_clusters import (
    CLOSED,
    CLUSTERS,
    HOPED_FOR,
    NAMES,
    OBJECTS,
    SILENT,
    Asks,
    Clusters,
    Step,
    any_marks,
    any_theirs,
    settings_of,
    sighting,
    steps,
)
from tests.stacks.plan.any_worlds import Theirs
from tests.stacks.plan.paper import Paper

RUNS_TO_SETTLE = 3
EXAMPLES = examples(800)
Key = tuple[str, str]


@dataclass
class World:
    """A history: the zones and the state as they became, the clusters as they are, and what was given to whom."""

    marks: tuple[str, str]
    paper: Paper = field(default_factory=Paper)
    clusters: Clusters = field(default_factory=Clusters)
    names: tuple[str, ...] = ()
    address: str = "203.0.113.7"
    given: dict[ObjectKey, dict[Key, frozenset[str]]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return settings_of(self.marks, self.names)

    def plan(self) -> tuple[Plan, Observation]:
        zones = tuple(zone.zone for zone in self.settings.each_zone())
        observation = self.paper.observation(sighting(self.address), zones, sources=self.clusters.sources())
        return make_plan(self.settings, observation), observation

    def settled(self) -> tuple[Claim, ...]:
        observation = self.plan()[1]
        sight = Sight.of(observation)
        tenure = Tenure(observation.registry, sight.hidden, sight.namespace, sight.is_clear)
        detected = frozenset({WAN} if self.address else ())
        found = claims_by_zone(self.settings, observation.sources, tenure, detected=detected)
        return tuple(claim for claims in found.by_zone.values() for claim in claims)

    def targets(self, part: Targets, record_type: str) -> frozenset[str] | None:
        """What an object asks for; None where that is unknown, or cannot be had."""
        if isinstance(part, Detected):
            return frozenset({self.address}) if self.address and record_type == "A" else None
        return frozenset(part.value) if isinstance(part, Known) else None

    def parts(self) -> dict[Key, dict[ObjectKey, frozenset[str] | None]]:
        """What each object that can be seen asks for, by set; type "" for all that is not known better."""
        found: dict[Key, dict[ObjectKey, frozenset[str] | None]] = {}
        for wish in self.settled():
            record_type = wish.type or ("A" if isinstance(wish.targets, Detected) else "")
            of_set = found.setdefault((wish.name, record_type), {})
            for key, part in wish.parts or ((wish.object, wish.targets),):
                of_set[key] = self.targets(part, record_type)
        return found

    def held(self) -> dict[Key, frozenset[str]]:
        """What the zones have that state says is ours, marks left out."""
        found: dict[Key, set[str]] = {}
        for (_, logical_name), one in self.paper.state.items():
            resource = LogicalName.parse(logical_name)
            present = self.paper.zones[one.zone_id.removeprefix("z-")].get(one.id)
            if resource.is_record and present:
                found.setdefault(resource.record_set, set()).update(canonical_content.split(present.content))
        return {key: frozenset(values) for key, values in found.items()}

    def kept(self) -> dict[Key, set[str]]:
        """What may not go: what was given to objects of which nobody knows what they ask for now."""
        found: dict[Key, set[str]] = {}
        for key, sets in self.given.items():
            for of_set, values in sets.items():
                asked = [wish for wish in self.clusters.seen(key) if wish.name == of_set[0]]
                unknown = any(
                    wish.type in {None, of_set[1]} and self.targets(wish.targets, of_set[1]) is None for wish in asked
                )
                if of_set[0] not in self.own and (unknown or not self.clusters.is_read(key)):
                    found.setdefault(of_set, set()).update(values)
        return found

    @property
    def own(self) -> frozenset[str]:
        """The names of the settings."""
        return frozenset(f"{name}.example.com" for name in self.names)

    def holders(self) -> dict[str, set[ObjectKey]]:
        """The objects that were given something, by its name."""
        found: dict[str, set[ObjectKey]] = {}
        for key, sets in self.given.items():
            for name, _ in sets:
                found.setdefault(name, set()).add(key)
        return found

    def asked(self, key: ObjectKey, name: str) -> dict[Key, frozenset[str] | None]:
        """What an object that is read asks for at a name, by set; None for what is unknown."""
        found: dict[Key, frozenset[str] | None] = {}
        for wish in self.clusters.seen(key):
            if wish.name == name:
                record_type = wish.type or ("A" if isinstance(wish.targets, Detected) else "")
                found.setdefault((name, record_type), self.targets(wish.targets, record_type))
        return found

    def check_holders(self, holders: Mapping[str, set[ObjectKey]], told: set[str]) -> None:
        """Who had a name and asks for it still has it: no object of another namespace took it, or is among its targets.

        holders: those before. told: the names with other people's records.
        """
        held = self.held()
        for name, before in holders.items():
            for key in before:
                asked = self.asked(key, name)
                if name in self.own | told or not asked or None in asked.values():
                    continue
                namespace = [one for one in OBJECTS if one.namespace == key.namespace]
                theirs = {
                    value
                    for one in namespace
                    for sets in (self.asked(one, name), self.given.get(one, {}))
                    for (at, _), values in sets.items()
                    if at == name
                    for value in values or ()
                }
                there = {of_set: values for of_set, values in held.items() if of_set[0] == name}
                assert set().union(*there.values()) <= theirs, f"{name} of {key} has targets of others: {there}"
                alone = not any(
                    self.clusters.objects.get(one, Asks("", (), None)).name == name
                    or name in {at for at, _ in self.given.get(one, {})}
                    for one in namespace
                    if one != key
                )
                if alone:
                    assert there == asked, f"{key} had {name} and does not get what it asks for"

    def run(self) -> bool:
        """One run; whether it changed anything. Checks what it may not change."""
        plan, observation = self.plan()
        kept, before = self.kept(), self.held()
        ours = {(one.zone_id.removeprefix("z-"), one.id) for one in self.paper.state.values()}
        foreign = {(zone, one): record for zone, one, record in self.paper.everything() if (zone, one) not in ours}
        shared = self.paper.shared
        changed = bool(self.paper.run(plan, observation)) or set(shared) != set(self.paper.shared)
        after = self.held()
        for of_set, values in kept.items():
            lost = values & (before.get(of_set, frozenset()) - after.get(of_set, frozenset()))
            assert not lost, f"{of_set} lost {lost}, which it is not known whether anybody wants"
        assert not any(HOPED_FOR in values for values in after.values()), "made for an object that is not taken yet"
        everything = {(zone, identity): record for zone, identity, record in self.paper.everything()}
        for where, record in foreign.items():
            assert everything.get(where) == record, f"{record} is not ours, and was changed"
        return changed

    def settle(self) -> None:
        """Runs until nothing is left to do, which is soon."""
        for _ in range(RUNS_TO_SETTLE):
            if not self.run():
                break
        plan, observation = self.plan()
        assert changes(plan, observation) == ()
        assert set(plan.shared) == set(self.paper.shared)
        holders = self.holders()
        self._note()
        self.check_holders(holders, {conflict.name for conflict in plan.conflicts})
        assert not {name for name, _ in self.held()} & set(CLOSED), "an object has a name that none may have"

    def _note(self) -> None:
        """Who was given what, as far as it can be seen."""
        parts, held = self.parts(), self.held()
        for key in OBJECTS:
            if key.cluster not in self.clusters.configured:
                self.given.pop(key, None)
            elif self.clusters.is_read(key):
                before, now = self.given.get(key, {}), {}
                for of_set in {*before, *parts}:
                    here = parts.get(of_set) or parts.get((of_set[0], ""), {})
                    asked = here.get(key, frozenset())
                    values = before.get(of_set, frozenset()) if asked is None else asked
                    now[of_set] = values & held.get(of_set, frozenset())
                self.given[key] = {of_set: values for of_set, values in now.items() if values}

    def take(self, step: Step) -> None:
        """Let one thing happen."""
        what, how = step
        if what == "object":
            self.clusters.objects[how[0]] = how[1]
        elif what == "flips":
            asks = self.clusters.objects.get(how)
            if asks is not None:
                self.clusters.objects[how] = replace(asks, targets=((None, SILENT),))
        elif what == "gone":
            self.clusters.objects.pop(how, None)
        elif what == "theirs":
            how.put_into(self.paper)
        elif what in {"unread", "configured", "unselected"}:
            setattr(self.clusters, what, how)
        else:
            setattr(self, what, how)

    def check_all_known(self) -> None:
        """The zones are as the settings and the objects ask, but for what is told as a conflict."""
        plan, _ = self.plan()
        told = {conflict.name for conflict in plan.conflicts}
        wished: dict[Key, frozenset[str] | None] = {}
        for of_set, of_objects in self.parts().items():
            values = list(of_objects.values())
            wished[of_set] = None if None in values else frozenset().union(*(one for one in values if one))
        own: dict[Key, frozenset[str] | None] = {
            (one.name, one.type): frozenset(one.targets.value)
            for zone in self.settings.each_zone()
            for one in endpoints(zone, addresses_by_link(()))
            if isinstance(one.targets, Known)
        }
        wished = {key: values for key, values in wished.items() if key[0] not in {name for name, _ in own}} | own
        unknown = {name for (name, _), values in wished.items() if values is None}
        found = self.held()
        for name in NAMES:
            if name not in told | unknown:
                expected = {key: values for key, values in wished.items() if key[0] == name}
                there = {key: values for key, values in found.items() if key[0] == name}
                assert there == expected


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    marks=any_marks(),
    foreign=st.lists(any_theirs(), max_size=3),
    first=st.lists(steps, max_size=6),
    history=st.lists(steps, max_size=10),
)
def test_what_cannot_be_seen_stays_and_all_becomes_as_it_is_asked_for(
    marks: tuple[str, str], foreign: list[Theirs], first: list[Step], history: list[Step]
) -> None:
    world = World(marks)
    for one in foreign:
        one.put_into(world.paper)
    for step in first:
        world.take(step)
    world.settle()
    for step in history:
        world.take(step)
        world.settle()
    world.take(("unread", frozenset()))
    world.take(("configured", CLUSTERS))
    world.take(("unselected", frozenset()))
    world.take(("address", "203.0.113.7"))
    world.settle()
    world.check_all_known()
