from __future__ import annotations

import pytest

from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.values import LiveRecord, RegisteredRecord
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import a_record, applied, make_observation, make_settings

POLICIES = ("sync", "upsert-only", "create-only")
FIRST, SECOND, EDITED = "203.0.113.7", "203.0.113.8", "198.51.100.66"


def settled(*names: object) -> tuple[list[LiveRecord], list[RegisteredRecord]]:
    """Zone and state once these names have been made, at the first address."""
    return applied(make_plan(make_settings(*names), make_observation()))


def done(settings: Settings, observation: Observation) -> dict[str, str]:
    """The actions by record, without its zone; marks end in /mark."""
    found = changes(make_plan(settings, observation), observation)
    return {change.logical_name.replace(".example.com", ""): change.action.value for change in found}


@pytest.mark.parametrize("policy", POLICIES)
class TestEveryPolicy:
    def test_makes_what_is_not_there(self, policy: str) -> None:
        live, owned = settled("www")
        observation = make_observation(live=live, owned=owned)
        assert done(make_settings("www", "api", policy=policy), observation) == {
            "api/A": "create",
            "api/A/mark": "create",
        }

    def test_changes_nothing_that_is_right(self, policy: str) -> None:
        live, owned = settled("www", "api")
        assert done(make_settings("www", "api", policy=policy), make_observation(live=live, owned=owned)) == {}

    def test_makes_again_what_somebody_deleted_whole(self, policy: str) -> None:
        _, owned = settled("www")
        found = done(make_settings("www", policy=policy), make_observation(owned=owned))
        assert found == {"www/A": "restore", "www/A/mark": "restore"}

    def test_forgets_what_is_gone_and_not_wanted(self, policy: str) -> None:
        _, owned = settled("www")
        found = done(make_settings(policy=policy), make_observation(owned=owned))
        assert found == {"www/A": "forget", "www/A/mark": "forget"}


class TestWhatAPolicyLeavesOut:
    @pytest.mark.parametrize(
        ("policy", "expected"),
        [("sync", {"www/A": "update"}), ("upsert-only", {"www/A": "update"}), ("create-only", {})],
    )
    def test_a_new_address(self, policy: str, expected: dict[str, str]) -> None:
        live, owned = settled("www")
        observation = make_observation(ipv4=SECOND, live=live, owned=owned)
        assert done(make_settings("www", policy=policy), observation) == expected

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [("sync", {"www/A": "correct"}), ("upsert-only", {"www/A": "correct"}), ("create-only", {})],
    )
    def test_an_edit_by_hand(self, policy: str, expected: dict[str, str]) -> None:
        live, owned = settled("www")
        edited = [LiveRecord(one.id, a_record("www", EDITED)) if one.record.type == "A" else one for one in live]
        assert done(make_settings("www", policy=policy), make_observation(live=edited, owned=owned)) == expected

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [("sync", {"www/A": "delete", "www/A/mark": "delete"}), ("upsert-only", {}), ("create-only", {})],
    )
    def test_a_name_that_is_not_wanted_any_more(self, policy: str, expected: dict[str, str]) -> None:
        live, owned = settled("www")
        assert done(make_settings(policy=policy), make_observation(live=live, owned=owned)) == expected


class TestKeptSets:
    def test_are_kept_as_state_has_them_though_the_mark_is_gone(self) -> None:
        live, owned = settled("www")
        without = [one for one in live if one.record.type == "A"]
        found = done(make_settings(policy="upsert-only"), make_observation(live=without, owned=owned))
        assert found == {"www/A/mark": "forget"}

    @pytest.mark.parametrize("policy", ["upsert-only", "create-only"])
    def test_keep_an_alias_from_the_name(self, policy: str) -> None:
        live, owned = settled("www")
        alias = {"name": "www", "type": "CNAME", "content": "a.example.net"}
        observation = make_observation(live=live, owned=owned)
        plan = make_plan(make_settings(records=[alias], policy=policy), observation)
        assert [(one.type, one.held_by) for one in plan.conflicts] == [("CNAME", "A of ours")]
        assert changes(plan, observation) == ()

    def test_what_create_only_takes_over_stays_as_it_is(self) -> None:
        live = [LiveRecord("x", Record("www.example.com", "A", EDITED, 300, proxied=True, comment="theirs"))]
        settings = make_settings("www", policy="create-only", adopt="all")
        observation = make_observation(live=live)
        (adopted, made) = changes(make_plan(settings, observation), observation)
        assert (adopted.before, made.logical_name) == (adopted.after, "www.example.com/A/mark")

    def test_a_set_of_several_loses_a_value_under_upsert_only(self) -> None:
        """The set is what a policy speaks of: it is updated, though one record of it goes."""
        live, owned = settled({"name": "www", "targets": [FIRST, SECOND]})
        settings = make_settings({"name": "www", "targets": [FIRST]}, policy="upsert-only")
        assert done(settings, make_observation(live=live, owned=owned)) == {"www/A/1": "delete"}
