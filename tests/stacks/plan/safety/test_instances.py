"""An empty state beside records with our owner's marks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.campaigns.paper import carried_out
from cli.reconcile.look import ConvergenceOptions, considered
from stacks.model.observation import Observation, Registry
from stacks.model.values import ZoneSnapshot
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover, Traces
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.refusal import Refusal
from stacks.settings.stack import Settings
from tests.profiles import examples
from tests.stacks.plan.worlds import ZONE, ZONE_ID, make_observation, make_settings

HERE, MOVED = "203.0.113.7", "198.51.100.222"
MINE, OTHER, OLD = "aaaaaaaa", "bbbbbbbb", ""
LOST = Takeover("truenorth", traces=Traces(wanted=True))
ASKED = Takeover("truenorth")


def names(number: int) -> tuple[str, ...]:
    return tuple(f"n{one}" for one in range(number))


def beside(chosen: Settings, made_by: str, ipv4: str = MOVED) -> Observation:
    """An empty state with the id MINE, beside a zone that a state with another id has made at HERE."""
    before = replace(make_observation(ipv4=HERE), instance=made_by)
    snapshot, _ = carried_out(make_plan(chosen, before))
    seen = make_observation(ipv4=ipv4, live=snapshot.records)
    return replace(seen, instance=MINE, zones=(ZoneSnapshot(ZONE, ZONE_ID, snapshot.records),))


def refused(chosen: Settings, seen: Observation, takeover: Takeover = LOST) -> tuple[Refusal, ...]:
    plan = make_plan(chosen, seen, takeover)
    return refusals(chosen, plan, changes(plan, seen), seen, asked=takeover.is_asked)


@pytest.mark.parametrize("marks", ["txt", "comment"])
@pytest.mark.parametrize("number", [1, 3, 50])
def test_marks_of_another_state_are_refused_whatever_they_mark(marks: str, number: int) -> None:
    chosen = make_settings(*names(number), marks=marks)
    for ipv4 in (HERE, MOVED):
        (only,) = refused(chosen, beside(chosen, OTHER, ipv4))
        assert (only.allowable, only.changes) == (False, ())
        assert OTHER in only.what
        assert "truenorth adopt" in only.do
        assert "--state" in only.do
        assert f"n0.{ZONE}" in only.where


@pytest.mark.parametrize("hold_back", [True, False])
def test_a_look_beside_another_state_changes_nothing(hold_back: bool) -> None:  # noqa: FBT001 - a parameter
    chosen = make_settings(*names(12), "new")
    seen = considered(
        chosen, beside(make_settings(*names(12)), OTHER), ConvergenceOptions(takeover=LOST, hold_back=hold_back)
    )
    assert seen.refusals
    assert (seen.allowed_by, seen.is_held_back) == ("", False)


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(10, 40), st.sampled_from(["txt", "comment"]))
def test_ten_or_more_records_of_an_older_version_with_other_content_are_refused(number: int, marks: str) -> None:
    chosen = make_settings(*names(number), marks=marks)
    told = refused(chosen, beside(chosen, OLD))
    assert [one.allowable for one in told if "without the id" in one.what] == [False]
    assert any("would be updated" in one.what for one in told)


@pytest.mark.parametrize(("number", "ipv4"), [(50, HERE), (3, MOVED)])
def test_what_an_older_version_made_is_adopted_as_it_is_wished_or_a_few(number: int, ipv4: str) -> None:
    chosen = make_settings(*names(number))
    seen = beside(chosen, OLD, ipv4)
    assert refused(chosen, seen) == ()
    adopted = {
        one.resource.record_set for one in changes(make_plan(chosen, seen, LOST), seen) if one.action is Action.ADOPT
    }
    assert len(adopted) == number


@pytest.mark.parametrize("ipv4", [HERE, MOVED])
def test_a_lost_state_of_the_same_id_heals_itself_although_the_address_has_moved(ipv4: str) -> None:
    chosen = make_settings(*names(50))
    assert refused(chosen, beside(chosen, MINE, ipv4)) == ()


def test_of_a_lost_state_what_follows_no_address_counts_as_updated() -> None:
    before = make_settings(*({"name": name, "targets": [HERE]} for name in names(12)))
    after = make_settings(*({"name": name, "targets": ["192.0.2.9"]} for name in names(12)))
    (only,) = refused(after, beside(before, MINE))
    assert only.what.startswith("12 of the 12 records of ours in example.com (100 %) would be updated")
    assert only.allowable


def test_what_is_adopted_in_a_run_leaves_no_more_room_for_its_deletions() -> None:
    lost = [f"lost{one}" for one in range(9)]
    here = replace(make_observation(ipv4=HERE), instance=MINE)
    of_state, registry = carried_out(make_plan(make_settings(*names(13)), here))
    of_lost, _ = carried_out(make_plan(make_settings(*lost), here))
    live = [*of_state.records, *(replace(one, id=f"lost {one.id}") for one in of_lost.records)]
    seen = replace(make_observation(ipv4=HERE, live=live), registry=registry, instance=MINE)
    (only,) = refused(make_settings(*names(13)[4:], *lost), seen)
    assert only.what.startswith("4 of the 13 records of ours in example.com (31 %) would be deleted")


@pytest.mark.parametrize("made_by", [OTHER, OLD])
def test_a_person_may_adopt_them_all_the_same(made_by: str) -> None:
    chosen = make_settings(*names(50))
    seen = beside(chosen, made_by)
    assert refused(chosen, seen, ASKED) == ()
    plan = make_plan(chosen, seen, ASKED)
    assert {one.instance for one in (seen,)} == {MINE}
    assert all(f"truenorth/instance={MINE}," in one.mark_content for one in plan.record_sets)


def test_beside_a_state_that_is_not_empty_anothers_records_are_conflicts() -> None:
    seen = beside(make_settings("n0"), OTHER)
    _, registry = carried_out(make_plan(make_settings("www"), replace(make_observation(ipv4=MOVED), instance=MINE)))
    seen = replace(seen, registry=Registry(registry.records))
    plan = make_plan(make_settings("www", "n0"), seen)
    (conflict,) = plan.conflicts
    assert "another instance of this stack" in conflict.held_by
    assert "truenorth adopt" in conflict.held_by
    assert [one for one in changes(plan, seen) if one.record.name.endswith(f"n0.{ZONE}")] == []


class TestMarksOfOlderVersions:
    def made(self, marks: str) -> tuple[Settings, Observation]:
        chosen = make_settings("www", marks=marks)
        snapshot, registry = carried_out(make_plan(chosen, make_observation(ipv4=HERE)))
        seen = replace(make_observation(ipv4=HERE, live=snapshot.records), registry=registry, instance=MINE)
        return chosen, replace(seen, zones=(ZoneSnapshot(ZONE, ZONE_ID, snapshot.records),))

    @pytest.mark.parametrize("marks", ["txt", "comment"])
    def test_stay_while_their_records_do(self, marks: str) -> None:
        chosen, seen = self.made(marks)
        assert changes(make_plan(chosen, seen), seen) == ()

    @pytest.mark.parametrize("marks", ["txt", "comment"])
    def test_get_the_id_when_their_records_change(self, marks: str) -> None:
        chosen, seen = self.made(marks)
        moved = replace(seen, addresses=make_observation(ipv4=MOVED).addresses)
        found = changes(make_plan(chosen, moved), moved)
        assert {one.action for one in found} == {Action.UPDATE}
        said = [f"{one.after.content} {one.after.comment}" for one in found if one.after]
        assert sum(MINE in one for one in said) == 1
