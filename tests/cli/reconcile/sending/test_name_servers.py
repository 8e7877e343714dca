"""The changes at name servers that are sent ahead of the engines."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from bench.campaigns.paper import carried_out
from cli.engine.install.find import Engine
from cli.reconcile.result import Convergence
from cli.reconcile.sending.name_servers import units_of
from cli.session.session import Session
from cli.state.store import PulumiBackend
from components.records.record import Record
from components.zone_set import SetChange
from stacks.model.observation import Observation, Registry
from stacks.model.values import WAN, Family, Known, LiveRecord, Sighting, ZoneSnapshot
from stacks.observe.project import Project
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings
from tests.cli.reconcile.test_writes import settings

ZONE, FIRST = "example.com", "203.0.113.7"
PLACE = {"server": "127.0.0.1", "key": "truenorth"}
RECORD = {"name": "@", "type": "MX", "content": "10 mx.example.org"}
DIGEST = "ab" * 32


def wish(*names: object, **others: object) -> Settings:
    return settings(*names, **{"provider": "rfc2136", "rfc2136": PLACE, **others})


def at_name_server(
    wished: Settings, before: Settings | None = None, *others: LiveRecord, address: str = FIRST
) -> Convergence:
    """What a convergence sees at a name server that has what the settings of before have made, and sets of others."""
    there, registry = ZoneSnapshot(ZONE, ZONE, ()), Registry()
    if before:
        made, registry = carried_out(make_plan(before, Observation(_seen(FIRST), (there,), registry)))
        there = replace(there, records=made.records)
    observation = Observation(_seen(address), (replace(there, records=(*there.records, *others)),), registry)
    plan = make_plan(wished, observation)
    return Convergence(observation, plan, changes(plan, observation), (), 0.0)


def _seen(address: str) -> tuple[Sighting, ...]:
    return (Sighting(WAN, Family.IPV4, Known((IPv4Address(address),))),)


def session(wished: Settings) -> Session:
    zones = {one.zone: Credentials(token="c2VjcmV0", place=one.place_of("rfc2136")) for one in wished.each_zone()}
    engine = Engine(Path("pulumi"), Path(), "3.256.0", "folder", "")
    project = Project(Path(), "truenorth", Path())
    return Session(project, "home", Path("settings"), wished, zones, engine, "", {}, PulumiBackend("", "truenorth", ""))


def told(change: SetChange) -> str:
    about, sign = change.about, "-" if change.wanted is None else "+" if change.known is None else "~"
    return f"{sign} {about.name} {about.type}"


def units(wished: Settings, before: Settings | None = None, *others: LiveRecord) -> list[list[str]]:
    """Each unit that is sent, as the signs, names and types of its changes."""
    found = units_of(session(wished), at_name_server(wished, before, *others))
    return [[told(one) for one in unit] for several in found.values() for unit in several]


class TestWhatIsSent:
    def test_is_each_new_set_after_its_mark(self) -> None:
        assert units(wish("www", "api")) == [
            ["+ _truenorth-a.www TXT", "+ www A"],
            ["+ _truenorth-a.api TXT", "+ api A"],
        ]

    def test_has_the_values_as_a_zone_file_has_them(self) -> None:
        found = units_of(session(one := wish("www", targets="cname", records=[RECORD])), at_name_server(one))
        values = {one.about.type: one.wanted.values for unit in found[ZONE] for one in unit if one.wanted}
        assert values["MX"] == ("10 mx.example.org.",)
        assert {one.about.zone for unit in found[ZONE] for one in unit} == {ZONE}

    def test_is_the_mark_last_under_a_wildcard_which_a_mark_alone_would_hide(self) -> None:
        wildcard = LiveRecord("*", Record(f"*.{ZONE}", "A", "192.0.2.9", 300, proxied=False, comment=""))
        assert units(wish("www"), None, wildcard) == [["+ www A", "+ _truenorth-a.www TXT"]]

    def test_is_a_change_with_what_was_there(self) -> None:
        www = wish("www")
        ((change,),) = units_of(session(www), at_name_server(www, www, address="203.0.113.8"))[ZONE]
        assert change.known
        assert change.wanted
        assert (change.known.values, change.wanted.values) == ((FIRST,), ("203.0.113.8",))

    def test_is_what_goes_before_what_comes_and_each_mark_after_its_set(self) -> None:
        assert units(wish("api", delete_grace=0), wish("www")) == [
            ["- www A", "- _truenorth-a.www TXT"],
            ["+ _truenorth-a.api TXT", "+ api A"],
        ]

    def test_is_nothing_of_drift_which_the_engine_looks_at_first(self) -> None:
        found = at_name_server(both := wish("www", "api"), wish("api"))
        drifted = tuple(replace(one, action=Action.CORRECT) for one in found.changes if one.resource.is_record)
        assert drifted
        assert units_of(session(both), replace(found, changes=drifted)) == {}

    @pytest.mark.parametrize("action", [Action.ADOPT, Action.KEEP, Action.FORGET])
    def test_is_nothing_of_a_set_with_a_record_that_state_has_to_learn_of(self, action: Action) -> None:
        found = at_name_server(both := wish("www", "api"))
        first = replace(found.changes[0], action=action)
        assert first.resource.record_set[0] == "www.example.com"
        sent = units_of(session(both), replace(found, changes=(first, *found.changes[1:])))[ZONE]
        assert [[told(one) for one in unit] for unit in sent] == [["+ _truenorth-a.api TXT", "+ api A"]]

    def test_is_nothing_of_a_set_that_the_dns_cannot_have(self) -> None:
        found = at_name_server(both := wish("www", "api"))
        record = next(one for one in found.changes if one.logical_name == "www.example.com/A")
        assert record.after
        wrong = replace(record, after=replace(record.after, content="no address"))
        altered = tuple(wrong if one is record else one for one in found.changes)
        sent = units_of(session(both), replace(found, changes=altered))[ZONE]
        assert [[told(one) for one in unit] for unit in sent] == [["+ _truenorth-a.api TXT", "+ api A"]]

    def test_is_nothing_of_a_delegation_whose_order_counts(self) -> None:
        delegation = [
            {"name": "sub", "type": "NS", "content": "ns1.example.org."},
            {"name": "sub", "type": "DS", "content": f"2371 13 2 {DIGEST}"},
        ]
        assert units(wish("www", records=delegation)) == [["+ _truenorth-a.www TXT", "+ www A"]]

    def test_is_nothing_where_nothing_is_to_be_done(self) -> None:
        assert units(wish("www"), wish("www")) == []

    def test_is_nothing_at_a_provider_with_another_protocol(self) -> None:
        other = settings("www", provider="gandi")
        assert units_of(session(other), at_name_server(other)) == {}
