from __future__ import annotations

from dataclasses import replace

from stacks.model.values import LiveRecord, RegisteredRecord, Unknown
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import import_ids
from tests.stacks.plan.worlds import a_record, make_observation, make_settings, owned_www


class TestAdoptionByMark:
    """A creation can land while its answer is lost, or the run is cut off: the mark then says whose the record is."""

    def imports(self, live: list[LiveRecord], owned: list[RegisteredRecord]) -> dict[str, str]:
        plan = make_plan(make_settings("www"), make_observation(live=live, owned=owned))
        return {name: one for record_set in plan.record_sets for name, one in import_ids(record_set).items()}

    def test_a_record_with_the_wished_content_beside_our_mark_is_imported(self) -> None:
        live, owned = owned_www()
        assert self.imports(live, owned[1:]) == {"www.example.com/A": "r1"}

    def test_a_mark_of_ours_that_state_does_not_know_is_imported(self) -> None:
        live, _ = owned_www()
        assert self.imports(live[1:], []) == {"www.example.com/A/mark": "m1"}

    def test_both_are_imported_where_state_was_lost(self) -> None:
        live, _ = owned_www()
        assert self.imports(live, []) == {"www.example.com/A": "r1", "www.example.com/A/mark": "m1"}

    def test_the_only_record_of_a_set_that_was_cut_off_is_imported_whatever_its_content(self) -> None:
        live, owned = owned_www("203.0.113.1")
        assert self.imports(live, owned[1:]) == {"www.example.com/A": "r1"}

    def test_a_record_with_other_content_is_a_conflict_where_state_does_not_know_the_mark(self) -> None:
        live, _ = owned_www("203.0.113.1")
        plan = make_plan(make_settings("www"), make_observation(live=live))
        assert (plan.record_sets, len(plan.conflicts)) == ((), 1)

    def test_another_owners_mark_adopts_nothing(self) -> None:
        live, _ = owned_www()
        plan = make_plan(make_settings("www", owner="other"), make_observation(live=live))
        assert (plan.record_sets, len(plan.conflicts)) == ((), 1)

    def test_what_state_holds_is_never_imported(self) -> None:
        assert self.imports(*owned_www()) == {}

    def test_a_mark_of_ours_without_a_record_at_a_name_not_wanted_is_imported_to_be_deleted(self) -> None:
        live, _ = owned_www()
        first = make_observation(live=live[1:])
        plan = make_plan(make_settings(), first)
        assert import_ids(plan.record_sets[0]) == {"www.example.com/A/mark": "m1"}
        _, owned = owned_www()
        then = make_observation(live=live[1:], owned=owned[1:])
        (change,) = changes(make_plan(make_settings(), then), then)
        assert (change.action, change.logical_name) == (Action.DELETE, "www.example.com/A/mark")

    def test_a_mark_beside_a_record_that_state_does_not_know_stays(self) -> None:
        live, _ = owned_www()
        assert make_plan(make_settings(), make_observation(live=live)).record_sets == ()

    def test_another_owners_mark_without_a_record_stays(self) -> None:
        live, _ = owned_www()
        assert make_plan(make_settings(owner="other"), make_observation(live=live[1:])).record_sets == ()

    def test_nothing_is_imported_in_place_of_what_state_and_zone_both_have(self) -> None:
        """The engine would replace, that is delete, the record that it has: the others get names of their own."""
        live, owned = owned_www("203.0.113.1")
        new_mark = replace(live[1].record, content=live[1].record.content.replace("www", "@"))
        doubles = [LiveRecord("r2", a_record("www", "203.0.113.7")), LiveRecord("m2", new_mark)]
        expected = {"www.example.com/A/1": "r2", "www.example.com/A/mark/former/0": "m2"}
        assert self.imports([*live, *doubles], owned) == expected

    def test_a_mark_does_not_wait_for_an_unknown_address_because_alone_it_hides_a_wildcard(self) -> None:
        live, owned = owned_www()
        observation = make_observation(ipv4=Unknown("down"), live=live[1:], owned=owned[1:])
        (gone,) = changes(make_plan(make_settings("www"), observation), observation)
        assert (gone.action, gone.logical_name) == (Action.DELETE, "www.example.com/A/mark")

    def test_an_adoption_is_one_change(self) -> None:
        live, owned = owned_www()
        observation = make_observation(live=live, owned=owned[1:])
        (change,) = changes(make_plan(make_settings("www"), observation), observation)
        assert (change.action, change.is_drift) == (Action.ADOPT, False)

    def test_what_would_become_the_same_as_a_foreign_record_beside_it_is_imported_as_it_is(self) -> None:
        neighbour = a_record("www", "203.0.113.7", comment="[truenorth owner=next-door]")
        live = [LiveRecord("theirs", neighbour), LiveRecord("free", a_record("www", "203.0.113.8"))]
        (record_set,) = make_plan(make_settings("www", adopt="all"), make_observation(live=live)).record_sets
        assert [(slot.target, slot.import_id) for slot in record_set.slots] == [("203.0.113.8", "free")]
