from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.records.record import Record
from stacks.model.values import HandField, LiveRecord, Unknown, ZoneSnapshot
from stacks.plan.changes import Action, changes
from stacks.plan.hand_set import overlaid
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import declared_records
from stacks.plan.safety.guard import refusals
from tests.profiles import examples
from tests.stacks.plan.shared_world import World, asks, source
from tests.stacks.plan.worlds import a_record, make_observation, make_settings, owned_www

ALL: tuple[HandField, ...] = ("proxied", "ttl", "comment", "tags")


@dataclass
class Kept:
    """A zone with www, whose A record a person changes by hand."""

    history: World = field(default_factory=lambda: World(make_settings("www", keep=list(ALL), ttl=300, comment="ours")))

    def __post_init__(self) -> None:
        self.history.settle()

    def by_hand(self, **changes: object) -> None:
        zone = self.history.zone
        records = tuple(
            replace(live, record=replace(live.record, **changes)) if live.record.type == "A" else live  # type: ignore[arg-type] # test values
            for live in zone.records
        )
        self.history.zone = ZoneSnapshot(zone.zone, zone.zone_id, records)

    def now(self) -> Record:
        (found,) = (live.record for live in self.history.zone.records if live.record.type == "A")
        return found


def kept(*fields: str, **settings: object) -> Kept:
    return Kept(World(make_settings("www", keep=list(fields), **{"ttl": 300, "comment": "ours", **settings})))


class TestAFieldThatIsKept:
    @pytest.mark.parametrize(("name", "value"), [("proxied", True), ("ttl", 120), ("comment", "mine"), ("comment", "")])
    def test_stays_as_a_person_has_set_it_and_only_state_learns_of_it(self, name: str, value: object) -> None:
        world = kept(name)
        world.by_hand(**{name: value})
        (change,) = world.history.run()
        assert (change.action, change.is_as_wished, change.needs_refresh) == (Action.KEEP, True, True)
        assert getattr(world.now(), name) == value
        assert world.history.run() == ()

    def test_is_put_back_where_it_is_not_among_those_to_keep(self) -> None:
        world = kept("ttl")
        world.by_hand(proxied=True, ttl=1)
        assert [one.action for one in world.history.run()] == [Action.CORRECT]
        assert (world.now().proxied, world.now().ttl) == (False, 300)

    def test_is_put_back_by_default(self) -> None:
        world = kept()
        world.by_hand(comment="mine")
        assert [one.action for one in world.history.run()] == [Action.CORRECT]
        assert world.now().comment == "ours"

    def test_stays_while_the_address_changes_which_is_written(self) -> None:
        world = kept(*ALL)
        world.by_hand(proxied=True, ttl=1, comment="mine")
        world.history.address = "203.0.113.8"
        (change,) = world.history.run()
        assert change.action is Action.CORRECT
        assert world.now() == a_record("www", "203.0.113.8", proxied=True, comment="mine")

    def test_stays_while_another_field_is_put_back(self) -> None:
        world = kept("comment")
        world.by_hand(comment="mine", ttl=60)
        assert [one.action for one in world.history.run()] == [Action.CORRECT]
        assert (world.now().comment, world.now().ttl) == ("mine", 300)

    def test_stays_where_the_settings_change(self) -> None:
        world = kept("ttl")
        world.by_hand(ttl=120)
        world.history.run()
        world.history.settings = make_settings("www", keep=["ttl"], ttl=900, comment="new")
        world.history.run()
        assert (world.now().ttl, world.now().comment) == (120, "new")
        assert world.history.run() == ()

    def test_becomes_as_wished_once_it_is_not_kept_any_more(self) -> None:
        world = kept("ttl")
        world.by_hand(ttl=120)
        world.history.run()
        world.history.settings = make_settings("www", ttl=300, comment="ours")
        assert [one.action for one in world.history.run()] == [Action.UPDATE]
        assert world.now().ttl == 300

    def test_is_as_wished_in_a_record_that_is_made_again(self) -> None:
        world = kept(*ALL)
        world.by_hand(proxied=True, ttl=1)
        world.history.run()
        zone = world.history.zone
        gone = tuple(live for live in zone.records if live.record.type != "A")
        world.history.zone = ZoneSnapshot(zone.zone, zone.zone_id, gone)
        assert [one.action for one in world.history.run()] == [Action.RESTORE]
        assert world.now() == a_record("www", "203.0.113.7", ttl=300, comment="ours")

    def test_is_for_one_name_where_the_name_says_so(self) -> None:
        settings = make_settings({"name": "www", "keep": ["ttl"]}, {"name": "api"}, ttl=300)
        assert {one.name: one.keep for one in make_plan(settings, make_observation()).record_sets} == {
            "www.example.com": ("ttl",),
            "api.example.com": (),
        }

    def test_is_for_what_objects_ask_for_too(self) -> None:
        history = World(make_settings(keep=["proxied"]))
        wish = source("home", asks("192.0.2.1"))
        history.run(wish)
        world = Kept(replace_settled(history))
        world.by_hand(proxied=True)
        assert [one.action for one in history.run(wish)] == [Action.KEEP]

    def test_stays_in_an_unproxied_name_of_a_proxied_zone(self) -> None:
        world = kept("proxied", proxied=True)
        world.by_hand(proxied=False)
        assert [one.action for one in world.history.run()] == [Action.KEEP]
        assert world.history.run() == ()

    def test_is_untouched_while_the_address_is_unknown(self) -> None:
        settings = make_settings("www", keep=["ttl"])
        live, owned = owned_www()
        there = [replace(live[0], record=replace(live[0].record, ttl=120)), *live[1:]]
        plan = make_plan(settings, make_observation(ipv4=Unknown("down"), live=there, owned=owned))
        assert next(iter(declared_records(plan.record_sets[0]).values())).ttl == 120


def replace_settled(history: World) -> World:
    """The history as one that has settled already."""
    history.settle = lambda *_: None  # type: ignore[method-assign] # the objects are gone there
    return history


def test_the_proxy_of_an_alias_beside_mail_is_put_back_and_one_that_stands_alone_stays_as_a_person_has_set_it() -> None:
    alias = {"type": "CNAME", "content": "a.example.edu", "proxied": True}
    mail = {"name": "shop", "type": "MX", "content": "10 mx.example.edu"}
    history = World(
        make_settings(records=[{"name": "shop", **alias}, mail, {"name": "blog", **alias}], keep=["proxied"])
    )
    history.settle()
    found = [replace(one, record=replace(one.record, proxied=False)) for one in history.zone.records]
    history.zone = replace(history.zone, records=tuple(found))
    assert {(one.logical_name, one.action) for one in history.run()} == {
        ("shop.example.com/CNAME", Action.CORRECT),
        ("blog.example.com/CNAME", Action.KEEP),
    }
    kinds = {(one.record.name, one.record.type, one.record.proxied) for one in history.zone.records}
    assert {("shop.example.com", "CNAME", True), ("shop.example.com", "MX", False)} <= kinds
    assert ("blog.example.com", "CNAME", False) in kinds
    assert history.run() == ()


class TestTheMarkInAComment:
    def test_is_written_again_behind_a_comment_that_was_set_by_hand(self) -> None:
        world = kept("comment", marks="comment")
        world.by_hand(comment="mine")
        assert [one.action for one in world.history.run()] == [Action.CORRECT]
        assert world.now().comment == "mine [truenorth owner=home]"
        assert world.history.run() == ()

    def test_stays_as_it_is_where_only_the_text_before_it_was_changed(self) -> None:
        world = kept("comment", marks="comment")
        world.by_hand(comment="mine [truenorth owner=home]")
        assert [one.action for one in world.history.run()] == [Action.KEEP]
        assert world.history.run() == ()

    def test_of_another_owner_is_not_kept(self) -> None:
        world = kept("comment")
        world.by_hand(comment="[truenorth  owner=eve")
        world.history.run()
        assert world.now().comment == "ours"


class TestTags:
    def test_stay_where_an_object_asks_for_others(self) -> None:
        history = World(make_settings(keep=["tags"], tag_limit=3))
        wish = source("home", asks("192.0.2.1", tags=("a",)))
        history.run(wish)
        world = Kept(replace_settled(history))
        world.by_hand(tags=("x", "y"))
        assert [one.action for one in history.run(wish)] == [Action.KEEP]
        assert world.now().tags == ("x", "y")
        assert history.run(wish) == ()


class TestAdoption:
    def test_takes_a_record_whose_kept_fields_are_otherwise_for_one_as_wished(self) -> None:
        settings = make_settings("www", keep=["proxied", "comment"], adopt="same-content")
        there = LiveRecord("r1", a_record("www", "203.0.113.7", proxied=True, comment="by hand"))
        plan = make_plan(settings, make_observation(live=[there]))
        (slot,) = plan.record_sets[0].slots
        assert slot.import_id == "r1"
        assert there.record in declared_records(plan.record_sets[0]).values()

    def test_takes_none_for_as_wished_whose_other_fields_are_otherwise(self) -> None:
        settings = make_settings("www", keep=["comment"], adopt="same-content")
        there = LiveRecord("r1", a_record("www", "203.0.113.7", proxied=True))
        (conflict,) = make_plan(settings, make_observation(live=[there])).conflicts
        assert "proxied True -> False" in conflict.held_by


FIELDS = st.fixed_dictionaries(
    {
        "proxied": st.booleans(),
        "ttl": st.sampled_from((1, 60, 300)),
        "comment": st.sampled_from(("", "mine", "[truenorth owner=home]", "x [truenorth owner=eve id=1a]")),
        "tags": st.sampled_from(((), ("a",), ("a", "b"))),
    }
)


@settings(max_examples=examples(300))
@given(
    hands=st.lists(st.tuples(FIELDS, st.sampled_from(("203.0.113.7", "203.0.113.8"))), max_size=4),
    keep=st.sets(st.sampled_from(ALL)),
    marks=st.sampled_from(("txt", "comment", "none")),
)
def test_whatever_people_set_the_second_run_is_quiet_and_what_is_kept_is_theirs(
    hands: Sequence[tuple[dict[str, object], str]], keep: set[HandField], marks: str
) -> None:
    world = kept(*keep, marks=marks)
    for changed, address in hands:
        world.by_hand(**changed | ({"ttl": 1} if changed["proxied"] else {}))
        there = world.now()
        world.history.address = address
        found = world.history.run()
        assert world.history.run() == ()
        assert world.now().content == address
        assert all(one.is_as_wished for one in found if one.action is Action.KEEP)
        assert "proxied" not in keep or world.now().proxied == there.proxied


def test_nothing_is_overlaid_where_nothing_is_kept() -> None:
    wished, there = a_record("www", "203.0.113.7"), a_record("www", "203.0.113.7", proxied=True, comment="x")
    assert overlaid(wished, there, ()) is wished


def test_the_guard_takes_an_address_that_is_followed_beside_kept_fields_for_no_other_change() -> None:
    names = [f"n{number}" for number in range(20)]
    world = Kept(World(make_settings(*names, keep=["proxied", "ttl"], ttl=300)))
    world.by_hand(proxied=True, ttl=1)
    world.history.address = "203.0.113.8"
    observation = world.history.observation(())
    plan = make_plan(world.history.settings, observation)
    found = changes(plan, observation)
    assert len(found) == 20
    assert refusals(world.history.settings, plan, found, observation) == ()
