from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.marks import external_dns, ownership
from components.marks.external_dns import Affix, Labels
from components.records.record import Record
from stacks.model.claims import Complaint, ObjectKey, SourceSighting
from stacks.model.observation import Observation
from stacks.model.values import Known, LiveRecord, RegisteredRecord, Unknown, UnreadZone, ZoneSnapshot
from stacks.plan.changes import Action, Change, changes
from stacks.plan.planner import make_plan
from stacks.plan.simulate import carried_out
from stacks.plan.slice import about
from stacks.settings.stack import Settings, parse
from tests.profiles import examples
from tests.stacks.plan.any_clusters import NAMES, OBJECTS, Asks, Clusters, asking, steps
from tests.stacks.plan.any_worlds import OWNER, Theirs, any_addresses, theirs, wishes
from tests.stacks.plan.paper import PROVIDER, Paper
from tests.stacks.plan.shared_world import WWW, World, asks, source, unread
from tests.stacks.plan.worlds import make_settings

EXAMPLES = examples(400)
API = "api.example.com"
FURTHER = ("example.com", "*.example.com", "elsewhere.example.com", "truenorth.example.com", "example.net")
some = st.sampled_from


def host(change: Change) -> str:
    return change.resource.name


def of_settings(chosen: Settings) -> set[str]:
    """The names of the settings."""
    zones = chosen.each_zone()
    records = {zone.fqdn(entry) for zone in zones for entry in zone.records}
    return records | {zone.fqdn(entry) for zone in zones for entry in zone.names}


def told(chosen: Settings, observation: Observation, names: Collection[str]) -> set[Change]:
    """What the plan of an excerpt changes: nothing but what the whole plan does, and all of it about these names."""
    whole = changes(make_plan(chosen, observation), observation)
    excerpt = about(chosen, observation, names)
    found = set(changes(make_plan(chosen, excerpt), excerpt))
    wanted = {*names, *of_settings(chosen)}
    assert found <= set(whole)
    assert {one for one in whole if host(one) in wanted} <= found
    return {one for one in found if host(one) in wanted}


def actions(found: Collection[Change]) -> set[tuple[Action, str]]:
    return {(one.action, one.logical_name) for one in found}


@st.composite
def any_settings(draw: st.DrawFn, zones: Sequence[str]) -> Settings:
    """Settings of these zones; an alias at a name where more is wished is left out, as the user has to."""
    first, *others = (draw(wishes(zone)) for zone in zones)
    for zone in (first, *others):
        busy = {record["name"] for record in zone["records"]} if zone["targets"] == "cname" else set()
        zone["names"] = [name for name in zone["names"] if name["name"] not in busy or "targets" in name]
    return parse({**first, "zones": others}, {}, stack=OWNER, where="test")


def aliases_of_ours(asks: Asks) -> st.SearchStrategy[Asks]:
    """The same, as an alias that leads to one of our own names."""
    led_to = [name for name in NAMES if name != asks.name]
    return some(led_to).map(lambda name: replace(asks, targets=(("CNAME", Known((name,))),)))


more_steps = st.one_of(
    steps,
    st.tuples(st.just("object"), st.tuples(some(OBJECTS), asking.flatmap(aliases_of_ours))),
    st.tuples(st.just("doubt"), some(OBJECTS)),
)


def take(clusters: Clusters, doubted: set[ObjectKey], step: tuple[str, Any]) -> None:
    """Let one thing happen to the objects."""
    what, how = step
    if what == "object":
        clusters.objects[how[0]] = how[1]
        doubted.discard(how[0])
    elif what in {"gone", "doubt"}:
        clusters.objects.pop(how, None)
        (doubted.add if what == "doubt" else doubted.discard)(how)
    elif what in {"unread", "configured"}:
        setattr(clusters, what, how)


def complained(sources: Sequence[SourceSighting], doubted: set[ObjectKey]) -> tuple[SourceSighting, ...]:
    """The sources, with complaints of the objects whose annotations do not even say names."""
    found = []
    for one in sources:
        bad = [key for key in sorted(doubted) if (key.cluster, key.kind) == (one.cluster, one.kind)]
        if isinstance(one.found, Known):
            said = tuple(Complaint(key, "truenorth/hostname", "a b", "names", f"{key}: bad") for key in bad)
            found.append(replace(one, found=Known((*one.found.value, *said))))
        else:
            found.append(one)
    return tuple(found)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_plan_of_any_names_is_that_of_the_whole_world(data: st.DataObject) -> None:
    paper, clusters, doubted = Paper(), Clusters(), set[ObjectKey]()
    for one in data.draw(st.lists(theirs(), max_size=4)):
        assert isinstance(one, Theirs)
        one.put_into(paper)
    world = paper.observation((), tuple(PROVIDER))
    for last in (False, True):
        for step in data.draw(st.lists(more_steps, max_size=6)):
            take(clusters, doubted, step)
        chosen = data.draw(any_settings(list(PROVIDER)))
        sources = complained(clusters.sources(), doubted)
        world = replace(world, addresses=data.draw(any_addresses()), sources=sources)
        if not last:
            for _ in range(2):
                world = carried_out(make_plan(chosen, world), world)
    down = data.draw(st.frozensets(some(list(PROVIDER)), max_size=1))
    gone = data.draw(st.frozensets(st.integers(0, 30), max_size=2))
    zones = [
        UnreadZone(zone.zone, "down")
        if zone.zone in down or isinstance(zone, UnreadZone)
        else replace(zone, records=tuple(one for place, one in enumerate(zone.records) if place not in gone))
        for zone in world.zones
    ]
    told(chosen, replace(world, zones=tuple(zones)), data.draw(st.frozensets(some([*NAMES, *FURTHER]), max_size=3)))


def settled(*sources: SourceSighting, chosen: Settings | None = None) -> World:
    world = World(chosen or make_settings())
    world.settle(*sources)
    return world


def foreign(world: World, *records: Record) -> None:
    """Let others have records."""
    live = tuple(LiveRecord(f"x{place}", record) for place, record in enumerate(records))
    world.zone = replace(world.zone, records=(*world.zone.records, *live))


def text(name: str, content: str) -> Record:
    return Record(name, "TXT", content, 1, proxied=False, comment="")


def address(name: str, content: str = "198.51.100.80") -> Record:
    return Record(name, "A", content, 1, proxied=False, comment="")


class TestOfAnObject:
    def test_that_changes_only_its_names_are_planned(self) -> None:
        world = settled(source("home", asks("192.0.2.1"), asks("192.0.2.1", host=API, name="api")))
        after = [source("home", asks("192.0.2.2"), asks("192.0.2.2", host=API, name="api"))]
        assert actions(told(world.settings, world.observation(after), [WWW])) == {(Action.UPDATE, f"{WWW}/A")}

    def test_that_cannot_be_read_nothing_goes(self) -> None:
        world = settled(source("home", asks("192.0.2.1")))
        assert told(world.settings, world.observation([unread("home")]), [WWW]) == set()

    def test_whose_annotation_does_not_even_say_names_nothing_goes(self) -> None:
        one = asks("192.0.2.1")
        world = settled(source("home", one))
        bad = Complaint(one.object, "truenorth/hostname", "a b", "names", "bad")
        assert told(world.settings, world.observation([source("home", bad)]), [WWW]) == set()
        assert len(told(world.settings, world.observation([source("home")]), [WWW])) == 2

    def test_whose_name_an_alias_leads_to_that_has_to_stay_nothing_goes(self) -> None:
        alias = asks(WWW, host=API, name="api", record_type="CNAME")
        world = settled(source("home", asks("192.0.2.1"), alias))
        waiting = replace(alias, type="A", targets=Unknown("no address"))
        assert told(world.settings, world.observation([source("home", waiting)]), [WWW]) == set()


class TestOfTheSettings:
    def test_names_and_records_are_planned_whatever_is_asked_for(self) -> None:
        chosen = make_settings("www", records=[{"name": "@", "type": "MX", "content": ["10 a.example.edu"]}])
        found = told(chosen, World(chosen).observation([]), [])
        assert {host(one) for one in found} == {WWW, "example.com"}

    def test_the_name_that_has_the_addresses_is_planned_with_its_aliases(self) -> None:
        chosen = make_settings("www", targets="cname")
        found = told(chosen, World(chosen).observation([]), [API])
        assert {one.logical_name for one in found} == {f"{WWW}/CNAME", f"{WWW}/CNAME/mark"}
        excerpt = about(chosen, settled(chosen=chosen).observation([]), [])
        assert {_host(one) for one in excerpt.registry.records} == {WWW, "truenorth.example.com"}


def _host(registered: RegisteredRecord) -> str:
    return registered.resource.name


class TestOfRecordsThatAreNotOurs:
    def test_one_at_the_name_is_left_alone(self) -> None:
        world = World(make_settings(adopt="never"))
        foreign(world, address(WWW))
        observation = world.observation([source("home", asks("192.0.2.1"))])
        assert told(world.settings, observation, [WWW]) == set()

    @pytest.mark.parametrize("affix", [Affix(), Affix(prefix="edns-"), Affix(suffix="-edns")])
    def test_the_mark_of_another_tool_counts_wherever_it_stands(self, affix: Affix) -> None:
        spelled = {"prefix": affix.prefix, "suffix": affix.suffix}
        world = World(make_settings(adopt="all", external_dns=[spelled]))
        mark = external_dns.encode(Labels("default", "ingress/web/shop"))
        foreign(world, address(WWW), address(API), text(external_dns.mark_name(WWW, "A", affix), mark))
        wished = source("home", asks("192.0.2.1"), asks("192.0.2.1", host=API, name="api"))
        observation = world.observation([wished])
        assert (Action.ADOPT, f"{API}/A") in actions(told(world.settings, observation, [API]))
        assert told(world.settings, observation, [WWW]) == set()

    def test_a_mark_of_ours_beside_a_record_of_another_name_is_not_looked_at(self) -> None:
        world = World(make_settings(adopt="never"))
        ours = ownership.encode(ownership.Mark("truenorth", "home", "x"))
        foreign(world, address(API), text(ownership.mark_name(API, "A"), ours))
        assert told(world.settings, world.observation([]), [WWW]) == set()
        assert told(world.settings, world.observation([]), [API]) == set()


class TestOfMarks:
    def test_those_with_a_former_prefix_are_moved(self) -> None:
        world = settled(source("home", asks("192.0.2.1")))
        world.settings = make_settings(mark_prefix="_tn-%{record_type}.")
        observation = world.observation([source("home", asks("192.0.2.1"))])
        assert actions(told(world.settings, observation, [WWW])) == {(Action.UPDATE, f"{WWW}/A/mark")}

    def test_a_name_that_is_the_place_of_one_lets_it_stay(self) -> None:
        wished = source("home", asks("192.0.2.1"))
        world = settled(wished)
        assert told(world.settings, world.observation([wished]), [ownership.mark_name(WWW, "A")]) == set()


def test_a_zone_that_could_not_be_listed_stays_so() -> None:
    world = settled(source("home", asks("192.0.2.1")))
    down = replace(world.observation([source("home")]), zones=(UnreadZone("example.com", "503"),))
    assert told(world.settings, down, [WWW]) == set()


def test_what_has_nothing_to_do_with_the_names_is_left_out() -> None:
    world = settled(source("home", asks("192.0.2.1"), asks("192.0.2.1", host=API, name="api")))
    neighbours = ownership.encode(ownership.Mark("truenorth", "neighbour", "x"))
    foreign(world, address("x.example.com"), text(ownership.mark_name("x.example.com", "A"), neighbours))
    excerpt = about(world.settings, world.observation([source("home", asks("192.0.2.1"))]), [WWW])
    (zone,) = excerpt.zones
    assert isinstance(zone, ZoneSnapshot)
    assert {one.record.name for one in zone.records} == {WWW, ownership.mark_name(WWW, "A")}
    assert {one.logical_name for one in excerpt.registry.records} == {f"{WWW}/A", f"{WWW}/A/mark"}
