from __future__ import annotations

import pytest

from cli.engine.run import Run
from cli.reconcile.confirm import confirmations, expectations
from cli.reconcile.result import Convergence
from components.records.record import Record
from lab.dns.record import ZoneRecord
from lab.dns.server import serve_dns
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.observation import Observation
from stacks.model.values import LiveRecord
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import ZONE, applied, make_observation, make_settings

RUN = Run("up", 0, 0.1, (), (), None)


def converged(settings: Settings, observation: Observation | None = None, *, ran: bool = True) -> Convergence:
    """What a run for these settings in this world has done."""
    world = observation or make_observation()
    plan = make_plan(settings, world)
    return Convergence(world, plan, changes(plan, world), (RUN,) if ran else (), 0.1)


def asked(settings: Settings, observation: Observation | None = None) -> dict[str, set[str]]:
    found = expectations(settings, converged(settings, observation))
    return {f"{one.name}/{one.type}": set(one.contents) for zone in found.values() for one in zone}


class TestWhatIsExpected:
    def test_is_every_value_of_the_sets_that_were_touched_and_no_mark(self) -> None:
        settings = make_settings("www", {"name": "two", "targets": ["203.0.113.1", "203.0.113.2"]})
        assert asked(settings) == {
            "www.example.com/A": {"203.0.113.7"},
            "two.example.com/A": {"203.0.113.1", "203.0.113.2"},
        }

    def test_is_nothing_of_what_was_right_already(self) -> None:
        settings = make_settings("www", "api")
        live, owned = applied(make_plan(make_settings("www"), make_observation()))
        assert asked(settings, make_observation(live=live, owned=owned)).keys() == {"api.example.com/A"}

    def test_is_that_a_deleted_set_is_gone(self) -> None:
        live, owned = applied(make_plan(make_settings("www"), make_observation()))
        assert asked(make_settings(), make_observation(live=live, owned=owned)) == {"www.example.com/A": set()}

    def test_is_nothing_of_a_deleted_name_that_a_wildcard_covers(self) -> None:
        live, owned = applied(make_plan(make_settings("www"), make_observation()))
        wildcard = LiveRecord("w", Record(f"*.{ZONE}", "A", "198.51.100.9", 1, proxied=False, comment=""))
        assert asked(make_settings(), make_observation(live=[*live, wildcard], owned=owned)) == {}

    @pytest.mark.parametrize(
        "settings",
        [
            pytest.param(make_settings({"name": "www", "proxied": True}), id="proxied"),
            pytest.param(make_settings("www", confirm=0), id="switched off"),
        ],
    )
    def test_is_nothing_where_no_answer_would_tell(self, settings: Settings) -> None:
        assert asked(settings) == {}

    def test_is_nothing_of_an_alias_at_the_apex(self) -> None:
        assert asked(make_settings("@", "www", targets="cname")).keys() == {
            "www.example.com/CNAME",
            "truenorth.example.com/A",
        }


class TestAsking:
    def test_confirms_what_the_name_server_answers_and_says_what_it_does_not(self) -> None:
        served = (ZoneRecord("www.example.com", "A", "203.0.113.7"), ZoneRecord("api.example.com", "A", "203.0.113.1"))
        with serve_dns(lambda: {ZONE: served}) as place:
            settings = make_settings("www", "api", confirm=10, name_servers=[place])
            outcome = {one.name: one for one in confirmations(settings, converged(settings))}
        assert isinstance(outcome["www.example.com"], Confirmed)
        unconfirmed = outcome["api.example.com"]
        assert isinstance(unconfirmed, Unconfirmed)
        assert "203.0.113.1" in unconfirmed.said

    def test_asks_nobody_where_no_engine_ran(self) -> None:
        settings = make_settings("www", name_servers=["127.0.0.1:1"])
        assert confirmations(settings, converged(settings, ran=False)) == ()


def test_a_record_that_only_changed_its_ttl_is_asked_for_too() -> None:
    live, owned = applied(make_plan(make_settings("www"), make_observation()))
    settings = make_settings({"name": "www", "ttl": 600})
    assert asked(settings, make_observation(live=live, owned=owned)) == {"www.example.com/A": {"203.0.113.7"}}
