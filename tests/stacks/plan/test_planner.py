from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import ownership
from components.records.logical_name import LogicalName
from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.values import LiveRecord, RegisteredRecord, Slot, Unknown
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import declared_records
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import (
    a_record,
    applied,
    make_observation,
    make_settings,
    owned_www,
    registered,
)

FOREIGN = "198.51.100.80"


def targets(settings: Settings, observation: Observation) -> dict[str, list[str]]:
    plan = make_plan(settings, observation)
    return {f"{s.name}/{s.type}": [slot.target for slot in s.slots] for s in plan.record_sets}


class TestTheWish:
    def test_a_name_points_at_the_wan_address(self) -> None:
        assert targets(make_settings("www", "@"), make_observation()) == {
            "www.example.com/A": ["203.0.113.7"],
            "example.com/A": ["203.0.113.7"],
        }

    def test_a_name_has_a_record_for_each_family_that_is_detected(self) -> None:
        assert targets(make_settings("www"), make_observation(ipv6="2001:db8::7")) == {
            "www.example.com/A": ["203.0.113.7"],
            "www.example.com/AAAA": ["2001:db8::7"],
        }

    def test_a_name_may_want_one_type_only(self) -> None:
        found = targets(make_settings({"name": "www", "types": ["AAAA"]}), make_observation(ipv6="2001:db8::7"))
        assert found == {"www.example.com/AAAA": ["2001:db8::7"]}

    def test_targets_of_its_own_need_no_detection(self) -> None:
        entry = {"name": "www", "targets": ["203.0.113.9", "2001:db8::9", "203.0.113.8"]}
        assert targets(make_settings(entry), make_observation(ipv4=Unknown("down"))) == {
            "www.example.com/A": ["203.0.113.8", "203.0.113.9"],
            "www.example.com/AAAA": ["2001:db8::9"],
        }

    def test_settings_of_a_name_win_over_those_for_all(self) -> None:
        plan = make_plan(
            make_settings({"name": "www", "ttl": 120, "comment": "own"}, "api", ttl=300, comment="all"),
            make_observation(),
        )
        assert [(one.ttl, one.comment) for one in plan.record_sets] == [(120, "own"), (300, "all")]

    def test_a_proxied_name_has_an_automatic_ttl(self) -> None:
        (only,) = make_plan(make_settings({"name": "www", "proxied": True}, ttl=300), make_observation()).record_sets
        assert (only.ttl, only.proxied) == (1, True)

    def test_the_mark_names_the_owner_and_the_source(self) -> None:
        (only,) = make_plan(make_settings("www", owner="me"), make_observation()).record_sets
        assert ownership.parse(only.mark_content) == ownership.Mark("truenorth", "me", "settings/names/www")


class TestOwnership:
    def test_what_state_says_is_ours_is_declared_with_the_new_address(self) -> None:
        live, owned = owned_www("203.0.113.1")
        assert targets(make_settings("www"), make_observation(live=live, owned=owned)) == {
            "www.example.com/A": ["203.0.113.7"]
        }

    @pytest.mark.parametrize("content", [FOREIGN, "203.0.113.7"])
    def test_a_foreign_record_at_a_wanted_name_is_a_conflict_and_left_alone(self, content: str) -> None:
        live = [LiveRecord("x", a_record("www", content))]
        plan = make_plan(make_settings("www"), make_observation(live=live))
        assert plan.record_sets == ()
        assert f"A {content} (no owner's mark)" in plan.conflicts[0].held_by

    def test_another_owners_mark_is_named_in_the_conflict(self) -> None:
        theirs = ownership.encode(ownership.Mark("truenorth", "other", "x"))
        live = [
            LiveRecord("x", a_record("www", FOREIGN)),
            LiveRecord("y", Record("_truenorth-a.www.example.com", "TXT", theirs, 1, proxied=False, comment="")),
        ]
        plan = make_plan(make_settings("www"), make_observation(live=live))
        assert "truenorth owner other" in plan.conflicts[0].held_by

    def test_a_foreign_record_beside_ours_is_reported_and_ours_goes_on(self) -> None:
        live, owned = owned_www()
        live.append(LiveRecord("x", a_record("www", FOREIGN)))
        plan = make_plan(make_settings("www"), make_observation(live=live, owned=owned))
        assert len(plan.record_sets) == 1
        assert "beside ours" in plan.conflicts[0].reason

    def test_a_record_of_ours_that_somebody_replaced_by_their_own_is_a_conflict(self) -> None:
        live, owned = owned_www()
        theirs = [one for one in live if one.id != "r1"] + [LiveRecord("x", a_record("www", FOREIGN))]
        plan = make_plan(make_settings("www"), make_observation(live=theirs, owned=owned))
        assert plan.record_sets == ()
        assert len(plan.conflicts) == 1

    @pytest.mark.parametrize("present", ["CNAME", "A"])
    def test_a_cname_and_an_address_cannot_share_a_name(self, present: str) -> None:
        live = [LiveRecord("x", a_record("www", "elsewhere.example.net", present))]
        assert len(make_plan(make_settings("www"), make_observation(live=live)).conflicts) == 1

    @pytest.mark.parametrize("present", ["TXT", "MX", "AAAA", "CAA"])
    def test_records_of_other_types_are_no_conflict(self, present: str) -> None:
        live = [LiveRecord("x", a_record("www", "whatever", present))]
        plan = make_plan(make_settings("www"), make_observation(live=live))
        assert (len(plan.record_sets), plan.conflicts) == (1, ())


class TestUnknownIsNotEmpty:
    def test_an_unknown_address_keeps_what_is_there(self) -> None:
        live, owned = owned_www("203.0.113.1")
        observation = make_observation(ipv4=Unknown("no source answered"), live=live, owned=owned)
        plan = make_plan(make_settings("www"), observation)
        assert changes(plan, observation) == ()
        assert plan.frozen[0].kept == ("203.0.113.1",)
        assert plan.frozen[0].reason == "no source answered"

    def test_an_unknown_address_makes_nothing_new(self) -> None:
        plan = make_plan(make_settings("www"), make_observation(ipv4=Unknown("down")))
        assert plan.record_sets == ()
        assert plan.frozen[0].kept == ()

    def test_one_family_unknown_does_not_hold_up_the_other(self) -> None:
        observation = make_observation(ipv6=Unknown("no route"))
        assert targets(make_settings("www"), observation) == {"www.example.com/A": ["203.0.113.7"]}

    def test_a_family_that_is_not_detected_is_unknown_to_a_name_that_wants_it(self) -> None:
        plan = make_plan(make_settings({"name": "www", "types": ["AAAA"]}), make_observation())
        assert "ipv6 is not among truenorth:wan.families" in plan.frozen[0].reason

    def test_a_name_that_is_dropped_goes_even_while_the_address_is_unknown(self) -> None:
        live, owned = owned_www()
        observation = make_observation(ipv4=Unknown("down"), live=live, owned=owned)
        found = changes(make_plan(make_settings(), observation), observation)
        assert {change.action for change in found} == {Action.DELETE}


class TestSlots:
    """A slot names a record in state: what stays must keep its slot, what changes should be an update."""

    def slots(self, wanted: list[str], held: dict[int, str]) -> tuple[Slot, ...]:
        live, owned = [], []
        for number, content in held.items():
            record = a_record("www", content)
            live.append(LiveRecord(f"r{number}", record))
            owned.append(registered(str(LogicalName(record.name, "A", number)), record, f"r{number}"))
        settings = make_settings({"name": "www", "targets": wanted})
        (only,) = make_plan(settings, make_observation(live=live, owned=owned)).record_sets
        return only.slots

    def test_a_new_target_between_two_old_ones_moves_neither(self) -> None:
        held = {0: "203.0.113.1", 1: "203.0.113.3"}
        assert self.slots(["203.0.113.1", "203.0.113.2", "203.0.113.3"], held) == (
            Slot(0, "203.0.113.1"),
            Slot(1, "203.0.113.3"),
            Slot(2, "203.0.113.2"),
        )

    def test_a_changed_target_takes_the_slot_of_the_one_that_left(self) -> None:
        held = {0: "203.0.113.1", 1: "203.0.113.3"}
        assert self.slots(["203.0.113.9", "203.0.113.3"], held) == (Slot(0, "203.0.113.9"), Slot(1, "203.0.113.3"))

    def test_a_target_that_leaves_takes_only_its_own_slot_along(self) -> None:
        held = {0: "203.0.113.1", 1: "203.0.113.3"}
        assert self.slots(["203.0.113.3"], held) == (Slot(1, "203.0.113.3"),)

    @given(
        wanted=st.sets(st.integers(1, 12), min_size=1, max_size=6),
        held=st.dictionaries(st.integers(0, 8), st.integers(1, 12), max_size=6),
    )
    def test_every_target_has_one_slot_and_none_moves_without_need(
        self, wanted: set[int], held: dict[int, int]
    ) -> None:
        names = {number: f"203.0.113.{number}" for number in range(1, 13)}
        before = {slot: names[content] for slot, content in held.items()}
        found = self.slots([names[number] for number in wanted], before)
        assert sorted(slot.target for slot in found) == sorted(names[number] for number in wanted)
        assert len({slot.number for slot in found}) == len(found)
        after = {slot.number: slot.target for slot in found}
        for target in {names[number] for number in wanted} & set(before.values()):
            assert any(before.get(slot) == target and after[slot] == target for slot in after)


NAMES = st.lists(st.sampled_from(["www", "api", "shop", "@", "*"]), unique=True, max_size=5)
ADDRESSES = st.sampled_from(["203.0.113.7", "203.0.113.8", "203.0.113.7,203.0.113.8"])


@st.composite
def foreign_records(draw: st.DrawFn) -> list[LiveRecord]:
    hosts = draw(st.lists(st.sampled_from(["www", "api", "mail"]), unique=True, max_size=3))
    types = ["A", "AAAA", "CNAME", "MX"]
    return [
        LiveRecord(
            f"f{number}", a_record(host, draw(st.sampled_from([FOREIGN, "203.0.113.7"])), draw(st.sampled_from(types)))
        )
        for number, host in enumerate(hosts)
    ]


@given(first=NAMES, then=NAMES, before=ADDRESSES, after=ADDRESSES, foreign=foreign_records())
def test_a_second_run_changes_nothing_and_no_run_touches_what_is_foreign(
    first: list[str], then: list[str], before: str, after: str, foreign: list[LiveRecord]
) -> None:
    start = make_observation(ipv4=before, live=foreign)
    live, owned = applied(make_plan(make_settings(*first), start), foreign)
    again = make_observation(ipv4=before, live=live, owned=owned)
    assert changes(make_plan(make_settings(*first), again), again) == ()

    moved = make_observation(ipv4=after, live=live, owned=owned)
    plan = make_plan(make_settings(*then), moved)
    ours: set[str] = {one.logical_name for one in owned}
    for change in changes(plan, moved):
        assert change.action is Action.CREATE or change.logical_name in ours
    clashing = {one.record.name for one in foreign if one.record.type in {"A", "CNAME"}}
    assert not clashing & {one.name for one in plan.record_sets if one.type == "A"}


def test_five_thousand_names_that_are_right_need_nothing() -> None:
    settings = make_settings(*(f"n{number}" for number in range(5_000)))
    live, owned = applied(make_plan(settings, make_observation()))
    observation = make_observation(live=live, owned=owned)
    comparisons = len(changes(make_plan(settings, observation), observation))
    assert comparisons == 0
    assert len(declared_records(make_plan(settings, observation).record_sets[0])) == 2


def test_registered_records_of_two_sets_are_not_mixed_up() -> None:
    foreign = [LiveRecord("x", a_record("www", FOREIGN))]
    other: list[RegisteredRecord] = [registered("api.example.com/A", a_record("api", "203.0.113.1"), "r9")]
    observation = make_observation(live=foreign, owned=other)
    assert make_plan(make_settings("www"), observation).record_sets == ()
