from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import ownership
from stacks.model.claims import ObjectKey
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord, RecordSet, Rejected, UnreadZone, ZoneSnapshot
from stacks.plan.changes import Change, changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.rejected import LONGEST_WORDS, rejected, still_wanted, without
from tests.stacks.plan.owners.runs import WEB, WWW, World, wish
from tests.stacks.plan.worlds import ZONE, a_record, applied, make_observation, make_settings

ADDRESSES = [f"192.0.2.{number}" for number in range(1, 5)]
Wish = dict[str, list[str]]
"""Addresses by name."""


def planned(wanted: Wish, observation: Observation) -> Plan:
    named = ({"name": name, "targets": targets} for name, targets in wanted.items() if targets)
    return make_plan(make_settings(*named), observation)


def carried_out(wanted: Wish) -> Observation:
    """The world in which all of this was made in an empty zone."""
    live, owned = applied(planned(wanted, make_observation()))
    return make_observation(live=live, owned=owned)


def refused_of(plan: Plan, observation: Observation, *names: str) -> list[Rejected]:
    """The rejections of the changes with these logical names."""
    return [rejected(one, plan, "no") for one in changes(plan, observation) if one.logical_name in names]


def set_of(plan: Plan, name: str) -> RecordSet:
    (found,) = (one for one in plan.record_sets if one.name == f"{name}.{ZONE}")
    return found


def lost(observation: Observation, *ids: str) -> Observation:
    """The world after somebody has deleted these records by hand."""
    (zone,) = (one for one in observation.zones if isinstance(one, ZoneSnapshot))
    return replace(observation, zones=(replace(zone, records=tuple(one for one in zone.records if one.id not in ids)),))


def unread(observation: Observation) -> Observation:
    return replace(observation, zones=(UnreadZone(ZONE, "HTTP 503"),))


wishes = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.lists(st.sampled_from(ADDRESSES), unique=True, max_size=3)
)


@given(wishes, wishes, st.data())
def test_whatever_is_refused_costs_no_other_record_set_anything(before: Wish, after: Wish, data: st.DataObject) -> None:
    observation = carried_out(before)
    deleted = data.draw(st.sets(st.sampled_from([one.id for one in observation.registry.records] or [""])))
    observation = lost(observation, *deleted)
    plan = planned(after, observation)
    wanted = changes(plan, observation)
    of_records = [one for one in wanted if one.resource.is_record]
    several = data.draw(st.lists(st.sampled_from(of_records), unique=True)) if of_records else []
    refused = [rejected(one, plan, "no") for one in several]
    left = changes(without(plan, refused, observation), observation)
    assert not {one.logical_name for one in refused if not one.is_deletion} & {
        one.logical_name for one in left if one.after
    }
    struck = {one.resource.record_set for one in refused}
    assert beside(struck, left) == beside(struck, wanted)
    assert {one.logical_name for one in left if one.after} <= {one.logical_name for one in wanted if one.after}


def beside(struck: set[tuple[str, str]], several: tuple[Change, ...]) -> set[Change]:
    return {one for one in several if one.resource.record_set not in struck}


class TestARejection:
    def test_names_the_zone_the_record_and_the_first_of_the_words(self) -> None:
        observation = make_observation()
        plan = planned({"a": ADDRESSES[:1]}, observation)
        change = next(one for one in changes(plan, observation) if one.resource.is_record)
        said = rejected(change, plan, f"no\n such  ttl {'x' * LONGEST_WORDS}")
        assert (said.zone, said.logical_name, said.record) == (ZONE, f"a.{ZONE}/A", a_record("a", ADDRESSES[0]))
        assert said.words.startswith("no such ttl x")
        assert len(said.words) == LONGEST_WORDS
        assert not said.is_deletion

    def test_of_a_deletion_says_so(self) -> None:
        observation = carried_out({"a": ADDRESSES[:1]})
        plan = planned({}, observation)
        (said,) = refused_of(plan, observation, f"a.{ZONE}/A")
        assert said.is_deletion
        assert said.subject.startswith("the deletion of ")

    def test_names_the_objects_that_ask_for_the_record(self) -> None:
        found = World().outcome(wish(), refused="no")
        assert {(one.record.name, one.asked_by) for one in found.plan.rejected} == {(WWW, (str(WEB),))}

    def test_names_the_owner_of_its_own_mark_where_no_object_asks_for_it(self) -> None:
        observation = make_observation()
        plan = planned({"a": ADDRESSES[:1], "b": ADDRESSES[:1]}, observation)
        other = ObjectKey("home", "Ingress", "shop", "other")
        plan = replace(plan, asked_by=((("b." + ZONE, "A"), (other,)),))
        (said,) = refused_of(plan, observation, f"a.{ZONE}/A")
        assert said.asked_by == ("settings/names/a",)

    @pytest.mark.parametrize("mark", ["", ownership.encode(ownership.Mark("truenorth", "home"))])
    def test_names_the_settings_where_nothing_says_who_asks(self, mark: str) -> None:
        observation = make_observation()
        plan = planned({"a": ADDRESSES[:1]}, observation)
        change = next(one for one in changes(plan, observation) if one.resource.is_record)
        plan = replace(plan, record_sets=tuple(replace(one, mark_content=mark) for one in plan.record_sets))
        assert rejected(change, plan, "no").asked_by == ("the settings",)


class TestAPlanWithoutWhatIsRefused:
    def test_is_the_same_where_nothing_is(self) -> None:
        observation = make_observation()
        plan = planned({"a": ADDRESSES[:1]}, observation)
        assert without(plan, [], observation) is plan

    def test_has_a_set_without_the_one_new_address_that_is_refused(self) -> None:
        observation = make_observation()
        plan = planned({"a": ADDRESSES[:2], "b": ADDRESSES[:1]}, observation)
        refused = refused_of(plan, observation, f"a.{ZONE}/A/1")
        left = without(plan, refused, observation)
        assert [slot.target for slot in set_of(left, "a").slots] == ADDRESSES[:1]
        assert set_of(left, "b") == set_of(plan, "b")
        assert left.rejected == tuple(refused)

    def test_has_neither_a_set_nor_its_mark_where_all_of_its_records_are_refused(self) -> None:
        observation = make_observation()
        plan = planned({"a": ADDRESSES[:2], "b": ADDRESSES[:1]}, observation)
        left = without(plan, refused_of(plan, observation, f"a.{ZONE}/A", f"a.{ZONE}/A/1"), observation)
        assert [one.name for one in left.record_sets] == [f"b.{ZONE}"]

    def test_has_a_set_as_state_has_it_where_one_of_its_records_cannot_be_changed(self) -> None:
        observation = carried_out({"a": ADDRESSES[:1]})
        plan = planned({"a": ADDRESSES[1:3]}, observation)
        left = without(plan, refused_of(plan, observation, f"a.{ZONE}/A"), observation)
        assert [slot.target for slot in set_of(left, "a").slots] == ADDRESSES[:1]
        assert changes(left, observation) == ()

    def test_keeps_what_cannot_be_deleted(self) -> None:
        observation = carried_out({"a": ADDRESSES[:1]})
        plan = planned({}, observation)
        left = without(plan, refused_of(plan, observation, f"a.{ZONE}/A"), observation)
        assert changes(left, observation) == ()
        assert set_of(left, "a").mark_content == set_of(planned({"a": ADDRESSES[:1]}, observation), "a").mark_content

    def test_forgets_a_set_that_is_gone_from_the_zone_and_refused_when_it_is_made_again(self) -> None:
        observation = lost(carried_out({"a": ADDRESSES[:1]}), f"id-a.{ZONE}/A")
        plan = planned({"a": ADDRESSES[:1]}, observation)
        left = without(plan, refused_of(plan, observation, f"a.{ZONE}/A"), observation)
        assert left.record_sets == ()

    def test_keeps_a_set_as_state_has_it_where_the_zone_is_not_read(self) -> None:
        observation = carried_out({"a": ADDRESSES[:1]})
        plan = planned({"a": ADDRESSES[1:2]}, observation)
        refused = refused_of(plan, observation, f"a.{ZONE}/A")
        left = without(plan, refused, unread(observation))
        assert [slot.target for slot in set_of(left, "a").slots] == ADDRESSES[:1]


class TestWhatIsStillWanted:
    def test_is_what_was_refused_and_neither_changed_nor_made_since(self) -> None:
        observation = make_observation()
        plan = planned({"a": ADDRESSES[:1]}, observation)
        refused = refused_of(plan, observation, f"a.{ZONE}/A")
        assert still_wanted(plan, refused, observation) == tuple(refused)
        assert still_wanted(plan, [*refused, replace(refused[0], words="later")], observation) == tuple(refused)
        assert still_wanted(planned({"a": ADDRESSES[1:2]}, observation), refused, observation) == ()
        assert still_wanted(planned({"b": ADDRESSES[:1]}, observation), refused, observation) == ()
        assert still_wanted(plan, [], observation) == ()

    def test_is_nothing_that_a_run_elsewhere_has_made_since(self) -> None:
        observation = make_observation()
        plan = planned({"a": ADDRESSES[:1]}, observation)
        refused = refused_of(plan, observation, f"a.{ZONE}/A")
        made = carried_out({"a": ADDRESSES[:1]})
        assert still_wanted(plan, refused, made) == ()
        assert still_wanted(plan, refused, unread(made)) == tuple(refused)

    def test_is_no_record_that_another_has_made_at_the_same_name(self) -> None:
        observation = make_observation(live=[LiveRecord("foreign", a_record("a", ADDRESSES[0]))])
        plan = planned({"a": ADDRESSES[:1]}, make_observation())
        refused = refused_of(plan, make_observation(), f"a.{ZONE}/A")
        assert still_wanted(plan, refused, observation) == tuple(refused)

    def test_is_a_refused_deletion_until_the_record_is_gone_or_wanted_again(self) -> None:
        observation = carried_out({"a": ADDRESSES[:1]})
        plan = planned({}, observation)
        refused = refused_of(plan, observation, f"a.{ZONE}/A")
        assert still_wanted(plan, refused, observation) == tuple(refused)
        assert still_wanted(plan, refused, unread(observation)) == tuple(refused)
        assert still_wanted(plan, refused, lost(observation, f"id-a.{ZONE}/A")) == ()
        assert still_wanted(planned({"a": ADDRESSES[:1]}, observation), refused, observation) == ()
