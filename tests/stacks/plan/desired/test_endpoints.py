from __future__ import annotations

from typing import Any

import pytest

from stacks.model.observation import Observation
from stacks.model.values import Deferred, Endpoint, Known, Unknown
from stacks.plan.changes import Action, changes
from stacks.plan.desired.endpoints import addresses_by_link, endpoints
from stacks.plan.planner import make_plan
from tests.stacks.plan.worlds import applied, make_observation, make_settings

ALIASED: Any = {"targets": "cname"}


def asked(*names: object, observation: Observation | None = None, **changes: object) -> dict[str, Endpoint]:
    settings = make_settings(*names, **changes)
    world = observation or make_observation()
    return {f"{one.name}/{one.type}": one for one in endpoints(settings, addresses_by_link(world.addresses))}


class TestAliases:
    def test_every_name_points_at_the_one_that_has_the_address(self) -> None:
        found = asked("www", "@", "*", **ALIASED)
        assert found.keys() == {
            "www.example.com/CNAME",
            "example.com/CNAME",
            "*.example.com/CNAME",
            "truenorth.example.com/A",
        }
        assert found["www.example.com/CNAME"].targets == Known(("truenorth.example.com",))
        assert found["truenorth.example.com/A"].targets == Known(("203.0.113.7",))

    def test_a_new_address_is_one_write_a_family_however_many_names_there_are(self) -> None:
        settings = make_settings(*(f"n{number}" for number in range(300)), **ALIASED)
        live, owned = applied(make_plan(settings, make_observation(ipv6="2001:db8::7")))
        moved = make_observation(ipv4="203.0.113.8", ipv6="2001:db8::8", live=live, owned=owned)
        found = changes(make_plan(settings, moved), moved)
        assert [(change.action, change.logical_name) for change in found] == [
            (Action.UPDATE, "truenorth.example.com/A"),
            (Action.UPDATE, "truenorth.example.com/AAAA"),
        ]

    def test_the_name_with_the_address_may_be_another(self) -> None:
        assert "edge.example.com/A" in asked("www", **ALIASED, canonical_name="edge")

    def test_a_name_with_that_very_name_has_the_address(self) -> None:
        found = asked("www", {"name": "truenorth", "ttl": 600}, **ALIASED)
        assert found.keys() == {"www.example.com/CNAME", "truenorth.example.com/A"}
        assert found["truenorth.example.com/A"].ttl == 600

    @pytest.mark.parametrize(("others", "proxied"), [(True, True), (False, False)])
    def test_it_is_proxied_only_where_all_its_aliases_are(self, others: bool, proxied: bool) -> None:  # noqa: FBT001 - parameters
        found = asked({"name": "www", "proxied": True}, {"name": "api", "proxied": others}, **ALIASED)
        assert found["truenorth.example.com/A"].proxied is proxied
        assert found["www.example.com/CNAME"].proxied

    def test_names_with_targets_of_their_own_keep_them(self) -> None:
        found = asked({"name": "printer", "targets": ["203.0.113.20"]}, **ALIASED)
        assert found.keys() == {"printer.example.com/A"}

    def test_an_unknown_address_leaves_the_aliases_as_they_are(self) -> None:
        found = asked("www", observation=make_observation(ipv4=Unknown("down")), **ALIASED)
        assert found["www.example.com/CNAME"].targets == Known(("truenorth.example.com",))
        assert isinstance(found["truenorth.example.com/A"].targets, Unknown)

    def test_the_apex_of_a_zone_without_such_aliases_has_the_address(self) -> None:
        found = asked("@", "www", **ALIASED, provider="gandi")
        assert found.keys() == {"example.com/A", "www.example.com/CNAME", "truenorth.example.com/A"}

    def test_where_addresses_stand_they_are_deleted_first_and_the_next_run_makes_the_alias(self) -> None:
        live, owned = applied(make_plan(make_settings("www"), make_observation()))
        world = make_observation(live=live, owned=owned)
        plan = make_plan(make_settings("www", **ALIASED), world)
        assert plan.deferred == (Deferred("www.example.com", "CNAME", ("A",)),)
        done = {(change.action, change.logical_name) for change in changes(plan, world)}
        assert (Action.DELETE, "www.example.com/A") in done
        assert not any("CNAME" in name for _, name in done)

    @pytest.mark.parametrize("policy", ["upsert-only", "create-only"])
    def test_where_the_policy_keeps_the_addresses_the_alias_is_a_conflict(self, policy: str) -> None:
        live, owned = applied(make_plan(make_settings("www"), make_observation()))
        plan = make_plan(make_settings("www", **ALIASED, policy=policy), make_observation(live=live, owned=owned))
        assert plan.deferred == ()
        assert plan.conflicts[0].reason == f"policy {policy} keeps it; nothing was declared"


class TestRecordsThatAreWrittenDown:
    def test_are_endpoints_with_canonical_contents(self) -> None:
        records = [
            {"name": "@", "type": "MX", "content": ["20 Backup.Example.com.", "10 mail.example.com"]},
            {"name": "@", "type": "TXT", "content": "v=spf1 -all", "ttl": 600},
        ]
        found = asked(records=records)
        assert found["example.com/MX"].targets == Known(("10 mail.example.com", "20 backup.example.com"))
        assert found["example.com/TXT"].targets == Known(('"v=spf1 -all"',))
        assert found["example.com/TXT"].ttl == 600
        assert found["example.com/MX"].source == "settings/records/@"

    def test_are_not_proxied_because_the_names_are(self) -> None:
        found = asked(proxied=True, records=[{"name": "a", "type": "A", "content": "203.0.113.9"}])
        assert not found["a.example.com/A"].proxied

    def test_need_no_address(self) -> None:
        found = asked(
            observation=make_observation(ipv4=Unknown("down")),
            records=[{"name": "a", "type": "A", "content": "203.0.113.9"}],
        )
        assert found["a.example.com/A"].targets == Known(("203.0.113.9",))
