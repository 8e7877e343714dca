from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import LiveRecord, Unknown, UnreadZone
from stacks.plan.owners.conditions import Condition, Conditions, conditions
from stacks.plan.owners.events import notices
from tests.stacks.plan.owners.runs import WWW, World, wish
from tests.stacks.plan.worlds import ZONE, a_record, make_settings

KEY = ObjectKey("home", "DNSEndpoint", "shop", "web")
OTHER = replace(KEY, name="api")
OF = {KEY: 3}
NO_ADDRESS = Unknown("the WAN address is not known")
READABLE = Condition("Accepted", "True", "Accepted", "every endpoint can be read")
READY = Condition("Ready", "True", "Programmed", "the records are as the endpoints have them")
UNREADABLE = Complaint(KEY, "spec.endpoints[0].targets", "x", "addresses", f"{KEY}: spec.endpoints[0].targets is x")


def ask(*addresses: str, by: ObjectKey = KEY, **more: Any) -> Claim:  # noqa: ANN401 - a wish's fields
    return wish(*addresses, by=by, **more)


def ready(found: dict[str, Conditions], name: str = "web") -> tuple[str, str, str]:
    (one,) = (each for each in found[name].each if each.type == "Ready")
    return one.status, one.reason, one.message


class TestAnObject:
    def test_whose_records_are_made_is_ready_with_its_generation(self) -> None:
        assert World().conditions(ask(), of=OF) == {"web": Conditions(3, (READABLE, READY))}

    def test_that_asks_for_nothing_is_ready(self) -> None:
        assert World().conditions(of=OF) == {"web": Conditions(3, (READABLE, READY))}

    def test_that_cannot_be_read_in_part_is_neither_accepted_nor_ready_and_says_why(self) -> None:
        found = World().conditions(UNREADABLE, ask(), ask(by=OTHER, name="api.example.com"), of={**OF, OTHER: 1})
        assert found["web"].each == (
            Condition("Accepted", "False", "Invalid", "spec.endpoints[0].targets is x"),
            Condition("Ready", "False", "Invalid", "spec.endpoints[0].targets is x"),
        )
        assert found["api"] == Conditions(1, (READABLE, READY))

    def test_with_a_field_that_means_nothing_is_ready_and_says_so(self) -> None:
        found = World().conditions(replace(UNREADABLE, allowed="", minor=True), ask(), of=OF)
        assert found["web"].each[0] == READABLE
        assert ready(found) == ("True", "Programmed", "spec.endpoints[0].targets is x")

    def test_whose_name_somebody_else_has_is_in_conflict(self) -> None:
        world = World()
        world.stands(LiveRecord("r1", a_record("www", "198.51.100.9")))
        status, reason, message = ready(world.conditions(ask(), of=OF))
        assert (status, reason) == ("False", "Conflict")
        assert message.startswith(f"{WWW} A is held by")

    def test_that_another_one_came_before_is_refused_its_name(self) -> None:
        found = World().conditions(ask(ttl=300), ask(by=OTHER, ttl=600), of={KEY: 1, OTHER: 1})
        assert ready(found)[:2] == ("False", "NameRefused")
        assert ready(found, "api")[:2] == ("True", "Programmed")

    def test_whose_record_the_provider_refuses_has_the_providers_words(self) -> None:
        status, reason, message = ready(World().conditions(ask(), of=OF, refused="no (1)"))
        assert (status, reason) == ("False", "Refused")
        assert "no (1)" in message

    def test_that_waits_for_a_person_says_so(self) -> None:
        world = World(make_settings(guard={"from_records": 1, "share": 0}))
        world.conditions(ask(ttl=300), of=OF)
        assert ready(world.conditions(ask(ttl=600), of=OF, hold_back=True))[:2] == ("False", "HeldBack")

    def test_whose_run_fails_is_not_ready(self) -> None:
        status, reason, message = ready(World().conditions(ask(), of=OF, failure="the disk is slow"))
        assert (status, reason) == ("False", "Failed")
        assert "the disk is slow" in message

    def test_whose_records_a_failure_that_names_another_may_have_left_is_not_ready(self) -> None:
        asked = ask(), ask(by=OTHER, name="api.example.com")
        found = World().conditions(*asked, of={**OF, OTHER: 1}, failure="api.example.com/A: no")
        assert ready(found) == ("False", "Failed", f"{WWW} A may be as it was: the run has failed")

    def test_whose_records_come_with_the_next_run_is_not_ready(self) -> None:
        world = World()
        world.conditions(ask(), of=OF)
        found = world.conditions(ask("lb.example.net", type="CNAME"), of=OF)
        assert ready(found) == ("False", "Pending", f"{WWW} CNAME comes with the next run")

    def test_whose_target_is_not_known_waits_and_later_is_as_it_was(self) -> None:
        world = World()
        unknown = ask(targets=NO_ADDRESS, type=None)
        assert ready(world.conditions(unknown, of=OF))[:2] == ("False", "Waiting")
        world.conditions(ask(), of=OF)
        assert ready(world.conditions(unknown, of=OF))[:2] == ("Unknown", "Frozen")


class TestLeftOut:
    def test_are_objects_with_names_in_zones_of_others_only(self) -> None:
        elsewhere = ask(name="www.example.net")
        assert World().conditions(elsewhere, replace(UNREADABLE, annotation="spec"), of=OF) == {}
        assert ready(World().conditions(elsewhere, ask(), of=OF))[0] == "True"

    def test_is_no_object_that_has_just_given_its_names_up_for_those_of_others(self) -> None:
        world = World()
        world.conditions(ask(), of=OF)
        assert ready(world.conditions(ask(name="www.example.net"), of={KEY: 4}))[0] == "True"

    def test_are_objects_with_a_name_in_a_zone_that_was_not_read(self) -> None:
        outcome = World().outcome(ask(), kind="DNSEndpoint", generations=OF)
        unread = replace(outcome.observation, zones=(UnreadZone(ZONE, "the API is away"),))
        assert conditions(replace(outcome, observation=unread), (), "home") == {}

    @pytest.mark.parametrize("how", [{"unread": "the cluster is away", "generations": OF}, {"generations": {}}])
    def test_are_all_where_the_objects_were_not_read(self, how: dict[str, Any]) -> None:
        outcome = World().outcome(ask(), kind="DNSEndpoint", **how)
        assert conditions(outcome, notices(outcome), "home") == {}

    def test_are_all_where_the_source_could_not_be_read_now(self) -> None:
        outcome = World().outcome(ask(), kind="DNSEndpoint", generations=OF)
        (source,) = outcome.observation.sources
        stale = replace(outcome.observation, sources=(replace(source, stale="the watch broke"),))
        assert conditions(replace(outcome, observation=stale), notices(outcome), "home") == {}

    def test_are_objects_of_other_clusters(self) -> None:
        outcome = World().outcome(ask(), kind="DNSEndpoint", generations=OF)
        assert conditions(outcome, notices(outcome), "office") == {}
