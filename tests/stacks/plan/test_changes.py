from __future__ import annotations

from dataclasses import replace

import pytest

from stacks.model.observation import Observation
from stacks.model.values import LiveRecord, RegisteredRecord
from stacks.plan.changes import Action, Change, changes, same
from stacks.plan.planner import make_plan
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import a_record, make_observation, make_settings, owned_www, registered


def found(settings: Settings, observation: Observation) -> dict[str, Action]:
    return {change.logical_name: change.action for change in changes(make_plan(settings, observation), observation)}


def edited(live: list[LiveRecord], identity: str, **edit: object) -> list[LiveRecord]:
    return [
        replace(one, record=replace(one.record, **edit)) if one.id == identity else one  # type: ignore[arg-type] # test values
        for one in live
    ]


def test_what_is_as_it_should_be_needs_no_run() -> None:
    live, owned = owned_www()
    assert found(make_settings("www"), make_observation(live=live, owned=owned)) == {}


def test_a_new_name_is_created_with_its_mark() -> None:
    assert found(make_settings("www"), make_observation()) == {
        "www.example.com/A": Action.CREATE,
        "www.example.com/A/mark": Action.CREATE,
    }


def test_a_new_address_updates_the_record_and_leaves_the_mark() -> None:
    live, owned = owned_www("203.0.113.1")
    assert found(make_settings("www"), make_observation(live=live, owned=owned)) == {"www.example.com/A": Action.UPDATE}


@pytest.mark.parametrize("change", [{"ttl": 300}, {"proxied": True}, {"comment": "mine"}])
def test_a_new_setting_updates_the_record(change: dict[str, object]) -> None:
    live, owned = owned_www()
    observation = make_observation(live=live, owned=owned)
    assert found(make_settings({"name": "www", **change}), observation) == {"www.example.com/A": Action.UPDATE}


def test_a_dropped_name_is_deleted_with_its_mark() -> None:
    live, owned = owned_www()
    assert found(make_settings(), make_observation(live=live, owned=owned)) == {
        "www.example.com/A": Action.DELETE,
        "www.example.com/A/mark": Action.DELETE,
    }


class TestDrift:
    @pytest.mark.parametrize("edit", [{"content": "198.51.100.66"}, {"ttl": 300}, {"proxied": True}, {"comment": "x"}])
    def test_an_edit_behind_our_back_is_corrected(self, edit: dict[str, object]) -> None:
        live, owned = owned_www()
        observation = make_observation(live=edited(live, "r1", **edit), owned=owned)
        assert found(make_settings("www"), observation) == {"www.example.com/A": Action.CORRECT}

    @pytest.mark.parametrize(("gone", "name"), [("r1", "www.example.com/A"), ("m1", "www.example.com/A/mark")])
    def test_what_was_deleted_behind_our_back_is_restored(self, gone: str, name: str) -> None:
        live, owned = owned_www()
        observation = make_observation(live=[one for one in live if one.id != gone], owned=owned)
        assert found(make_settings("www"), observation) == {name: Action.RESTORE}

    def test_what_is_not_wanted_and_gone_already_is_forgotten(self) -> None:
        _, owned = owned_www()
        assert set(found(make_settings(), make_observation(owned=owned)).values()) == {Action.FORGET}

    def test_only_drift_needs_a_refresh(self) -> None:
        drifting = {Action.RESTORE, Action.CORRECT, Action.FORGET, Action.KEEP}
        record = a_record("www", "203.0.113.7")
        assert {action for action in Action if Change(action, "x", record, record).is_drift} == drifting


def test_a_record_of_ours_in_another_zone_is_taken_as_state_says() -> None:
    elsewhere: list[RegisteredRecord] = [registered("old.example.net/A", a_record("old", "203.0.113.1"), "r7", "z2")]
    assert found(make_settings(), make_observation(owned=elsewhere)) == {"old.example.net/A": Action.DELETE}


def test_the_ttl_of_a_proxied_record_and_the_case_of_a_name_do_not_matter() -> None:
    one = a_record("www", "203.0.113.7", proxied=True, ttl=1)
    assert same(one, replace(one, ttl=300, name="WWW.example.com"))
    assert not same(one, replace(one, content="203.0.113.8"))
