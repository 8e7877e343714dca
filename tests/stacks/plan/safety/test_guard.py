from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.campaigns.paper import carried_out
from components.records.record import Record
from stacks.model.claims import SourceSighting, Targets
from stacks.model.memory import NO_MEMORY
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import (
    WAN,
    Deferred,
    Family,
    Frozen,
    Known,
    LiveRecord,
    RecordSet,
    Sighting,
    Slot,
    Unknown,
    UnreadZone,
)
from stacks.plan.changes import Action, Change, changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.guard import refusals, word
from stacks.plan.safety.refusal import Refusal
from stacks.plan.safety.spending import Ledger
from stacks.settings.stack import Settings
from tests.profiles import examples
from tests.stacks.plan.shared_world import World, asks, source, unread
from tests.stacks.plan.worlds import ZONE, ZONE_ID, a_record, make_observation, make_settings, registered

HERE, ELSEWHERE, FOREIGN = "203.0.113.7", "203.0.113.8", "198.51.100.66"
TEN = tuple(f"n{number}" for number in range(10))


def made(chosen: Settings, ipv4: str = HERE) -> tuple[list[LiveRecord], Registry]:
    """What zone and state have after a run with these settings."""
    snapshot, registry = carried_out(make_plan(chosen, make_observation(ipv4=ipv4)))
    return list(snapshot.records), registry


Edits = Mapping[str, Record | None]


def found(
    before: Settings, after: Settings, ipv4: str = HERE, edits: Edits = MappingProxyType({})
) -> tuple[Refusal, ...]:
    """What is refused where settings become others; edits: what a record was made behind our back, None for deleted."""
    live, registry = made(before)
    for name, record in edits.items():
        live = [one for one in live if (one.record.name, one.record.type) != (f"{name}.{ZONE}", "A")] + (
            [replace(one, record=record) for one in live if (one.record.name, one.record.type) == (record.name, "A")]
            if record
            else []
        )
    observation = replace(make_observation(ipv4=ipv4, live=live), registry=registry)
    plan = make_plan(after, observation)
    return refusals(after, plan, changes(plan, observation), observation)


def told(refused: tuple[Refusal, ...]) -> list[tuple[int, str]]:
    """How many changes of which kind are refused."""
    return [(len(one.changes), "updated" if "updated" in one.what else "deleted") for one in refused]


class TestDeletions:
    @pytest.mark.parametrize(("kept", "expected"), [(7, []), (6, [(4, "deleted")]), (0, [(10, "deleted")])])
    def test_of_more_than_the_share_are_refused(self, kept: int, expected: list[tuple[int, str]]) -> None:
        assert told(found(make_settings(*TEN), make_settings(*TEN[:kept]))) == expected

    def test_of_more_than_the_number_are_refused(self) -> None:
        assert found(make_settings(*TEN), make_settings(*TEN[:8], guard={"deletions": 2})) == ()
        assert told(found(make_settings(*TEN), make_settings(*TEN[:8], guard={"deletions": 1}))) == [(2, "deleted")]

    def test_in_a_small_zone_are_not_looked_at_as_long_as_one_stays(self) -> None:
        assert found(make_settings(*TEN[:9]), make_settings(TEN[0])) == ()
        assert told(found(make_settings(*TEN[:9]), make_settings(guard={"from_records": 9}))) == [(9, "deleted")]

    def test_count_without_their_marks_and_without_what_is_gone_already(self) -> None:
        gone: Edits = dict.fromkeys(TEN[6:8])
        assert found(make_settings(*TEN), make_settings(*TEN[:6]), edits=gone) == ()

    def test_that_make_room_for_aliases_count(self) -> None:
        assert told(found(make_settings(*TEN), make_settings(*TEN, targets="cname"))) == [(10, "deleted")]

    def test_of_one_address_of_a_name_with_fixed_targets_count(self) -> None:
        two = [{"name": name, "targets": ["192.0.2.1", "192.0.2.2"]} for name in TEN]
        one = [{"name": name, "targets": ["192.0.2.1"]} for name in TEN]
        assert told(found(make_settings(*two), make_settings(*one))) == [(10, "deleted")]

    def test_in_a_zone_that_the_settings_do_not_name_any_more_count(self) -> None:
        owned = [registered(f"n{n}.example.net/A", a_record("x", HERE), f"r{n}", "z2") for n in range(10)]
        observation = make_observation(owned=owned)
        plan = make_plan(make_settings(), observation)
        (refused,) = refusals(make_settings(), plan, changes(plan, observation), observation)
        assert (refused.zone, len(refused.changes)) == ("z2", 10)

    def test_say_how_many_of_how_many_and_which(self) -> None:
        (refused,) = found(make_settings(*TEN), make_settings())
        assert refused.what == (
            "10 of the 10 records of ours in example.com (100 %) would be deleted; a run may do so with 3 "
            "(guard.share 0.3)"
        )
        assert refused.where.startswith("zone example.com: n0.example.com A, n1.example.com A, ")
        assert refused.where.endswith(" and 5 more") or refused.where.endswith(", 5 more")

    def test_say_which_number_of_the_settings_they_exceed(self) -> None:
        guard = {"deletions": 1, "updates": 2}
        (refused,) = found(make_settings(*TEN), make_settings(*TEN[:8], guard=guard))
        assert refused.what == (
            "2 of the 10 records of ours in example.com (20 %) would be deleted; a run may do so with 1 "
            "(guard.share 0.3, guard.deletions 1)"
        )


class TestUpdates:
    @pytest.mark.parametrize("change", [{"ttl": 300}, {"proxied": True}, {"comment": "moved"}])
    def test_by_the_settings_count(self, change: dict[str, object]) -> None:
        assert told(found(make_settings(*TEN), make_settings(*TEN, **change))) == [(10, "updated")]

    def test_to_other_targets_count(self) -> None:
        moved = [{"name": name, "targets": [FOREIGN]} for name in TEN]
        assert told(found(make_settings(*TEN), make_settings(*moved))) == [(10, "updated")]

    def test_that_only_follow_the_address_do_not(self) -> None:
        assert found(make_settings(*TEN), make_settings(*TEN), ELSEWHERE) == ()

    def test_that_follow_the_address_and_have_another_ttl_count(self) -> None:
        assert told(found(make_settings(*TEN), make_settings(*TEN, ttl=300), ELSEWHERE)) == [(10, "updated")]

    def test_of_more_than_the_number_are_refused(self) -> None:
        after = [*({"name": name, "ttl": 300} for name in TEN[:2]), *TEN[2:]]
        assert found(make_settings(*TEN), make_settings(*after)) == ()
        assert told(found(make_settings(*TEN), make_settings(*after, guard={"updates": 1}))) == [(2, "updated")]

    def test_say_which_number_of_the_settings_they_exceed(self) -> None:
        after = [*({"name": name, "ttl": 300} for name in TEN[:2]), *TEN[2:]]
        (refused,) = found(make_settings(*TEN), make_settings(*after, guard={"updates": 1, "deletions": 2}))
        assert refused.what == (
            "2 of the 10 records of ours in example.com (20 %) would be updated; a run may do so with 1 "
            "(guard.share 0.3, guard.updates 1)"
        )

    def test_of_names_that_were_edited_count_unless_they_point_here_again(self) -> None:
        def edited(content: str, ttl: int = 1) -> Edits:
            return {name: a_record(name, content, ttl=ttl) for name in TEN}

        assert found(make_settings(*TEN), make_settings(*TEN), edits=edited(FOREIGN)) == ()
        assert told(found(make_settings(*TEN), make_settings(*TEN), edits=edited(HERE, ttl=60))) == [(10, "updated")]
        fixed = make_settings(*({"name": name, "targets": ["192.0.2.1"]} for name in TEN))
        assert told(found(fixed, fixed, edits=edited(FOREIGN))) == [(10, "updated")]

    def test_of_names_that_were_deleted_count_unless_they_point_here_again(self) -> None:
        gone: Edits = dict.fromkeys(TEN)
        assert found(make_settings(*TEN), make_settings(*TEN), edits=gone) == ()
        fixed = make_settings(*({"name": name, "targets": ["192.0.2.1"]} for name in TEN))
        assert told(found(fixed, fixed, edits=gone)) == [(10, "updated")]

    def test_and_deletions_are_two_refusals(self) -> None:
        after = make_settings(*({"name": name, "ttl": 300} for name in TEN[:5]))
        assert told(found(make_settings(*TEN), after)) == [(5, "updated"), (5, "deleted")]


def test_creations_are_not_counted() -> None:
    assert found(make_settings(*TEN), make_settings(*TEN, *(f"m{number}" for number in range(50)))) == ()


class TestNamesOfObjects:
    """Ten names that the objects of a cluster ask for."""

    def sources(self, names: tuple[str, ...] = TEN, targets: Targets | None = None, **more: Any) -> SourceSighting:  # noqa: ANN401 - a wish's fields
        return source("home", *(asks(host=f"{name}.{ZONE}", name=name, targets=targets, **more) for name in names))

    def found(self, before: SourceSighting, after: SourceSighting) -> tuple[Refusal, ...]:
        made = World()
        made.settle(before)
        observation, plan = made.observation([after]), made.plan(after)
        return refusals(made.settings, plan, changes(plan, observation), observation)

    def test_follow_what_the_objects_serve_at_and_that_is_not_counted(self) -> None:
        before, after = Known(("192.0.2.1",)), Known(("192.0.2.2", "192.0.2.3"))
        assert self.found(self.sources(targets=before), self.sources(targets=after)) == ()

    def test_lose_one_address_of_several_and_that_is_not_counted(self) -> None:
        before, after = Known(("192.0.2.1", "192.0.2.2")), Known(("192.0.2.2",))
        assert self.found(self.sources(targets=before), self.sources(targets=after)) == ()

    def test_that_are_aliases_follow_likewise(self) -> None:
        before = self.sources(targets=Known(("a.example.edu",)), record_type="CNAME")
        after = self.sources(targets=Known(("b.example.edu",)), record_type="CNAME")
        assert self.found(before, after) == ()

    def test_that_get_another_ttl_count(self) -> None:
        before, after = Known(("192.0.2.1",)), Known(("192.0.2.2",))
        refused = self.found(self.sources(targets=before), self.sources(targets=after, ttl=600))
        assert told(refused) == [(10, "updated")]

    def test_that_nothing_asks_for_any_more_count(self) -> None:
        targets = Known(("192.0.2.1",))
        refused = self.found(self.sources(targets=targets), self.sources(TEN[:2], targets=targets))
        assert told(refused) == [(8, "deleted")]
        assert refused[0].allowable

    def test_that_become_aliases_count_as_deleted(self) -> None:
        before = self.sources(targets=Known(("192.0.2.1",)))
        after = self.sources(targets=Known(("a.example.edu",)), record_type="CNAME")
        assert told(self.found(before, after)) == [(10, "deleted")]

    def test_of_a_cluster_that_the_settings_do_not_name_any_more_count(self) -> None:
        made = World()
        made.settle(self.sources(targets=Known(("192.0.2.1",))))
        observation, plan = made.observation([]), made.plan()
        assert told(refusals(made.settings, plan, changes(plan, observation), observation)) == [(10, "deleted")]

    @pytest.mark.parametrize("number", [10, 20])
    def test_that_were_repointed_by_hand_at_what_the_cluster_then_reports_cost_nothing(self, number: int) -> None:
        names = tuple(f"n{one}" for one in range(number))
        made = World()
        made.settle(self.sources(names, targets=Known(("192.0.2.1",))))
        edited = (
            replace(one, record=replace(one.record, content="192.0.2.2")) if one.record.type == "A" else one
            for one in made.zone.records
        )
        made.zone = replace(made.zone, records=tuple(edited))
        after = self.sources((*names, "new"), targets=Known(("192.0.2.2",)))
        observation, plan = made.observation([after]), made.plan(after)
        found = changes(plan, observation)
        assert sum(one.action is Action.CORRECT and one.is_as_wished for one in found) == number
        assert refusals(made.settings, plan, found, observation) == ()
        spent = Ledger.of(made.settings.guard, plan, observation, is_allowed=False).after(NO_MEMORY, "home", found)
        assert [(one.updated, one.deleted) for one in spent.spent] == [(0, 0)]
        made.run(after)
        assert made.has("new.example.com") == {"A": ["192.0.2.2"]}

    def test_that_get_a_ttl_which_the_zone_has_already_cost_nothing(self) -> None:
        targets = Known(("192.0.2.1",))
        made = World()
        made.settle(self.sources(targets=targets))
        edited = (
            replace(one, record=replace(one.record, ttl=600)) if one.record.type == "A" else one
            for one in made.zone.records
        )
        made.zone = replace(made.zone, records=tuple(edited))
        for ttl, expected in ((600, []), (300, [(10, "updated")])):
            after = self.sources(targets=targets, ttl=ttl)
            observation, plan = made.observation([after]), made.plan(after)
            assert told(refusals(made.settings, plan, changes(plan, observation), observation)) == expected

    def test_of_a_cluster_that_cannot_be_read_are_not_touched(self) -> None:
        assert self.found(self.sources(targets=Known(("192.0.2.1",))), unread("home")) == ()


class TestWhatNobodyCanAllow:
    def judged(self, plan: Plan, observation: Observation, *found: Change) -> list[bool]:
        return [one.allowable for one in refusals(make_settings("www"), plan, found, observation)]

    def www(self) -> tuple[Change, Observation]:
        record = a_record("www", HERE)
        owned = registered("www.example.com/A", record, "r1")
        observation = make_observation(live=[LiveRecord("r1", record)], owned=[owned])
        return Change(Action.DELETE, owned.logical_name, record, None, owned.urn, ZONE), observation

    @pytest.mark.parametrize("action", list(Action))
    def test_a_change_of_the_zones_own_name_servers(self, action: Action) -> None:
        record = Record(ZONE, "NS", "ns.example.net", 1, proxied=False, comment="")
        change = Change(action, "example.com/NS", record, record, "", ZONE)
        assert self.judged(Plan((), (), ()), make_observation(), change) == [False]
        below = replace(record, name="sub.example.com")
        assert self.judged(Plan((), (), ()), make_observation(), replace(change, before=below, after=below)) == []

    def test_a_deletion_of_what_is_frozen(self) -> None:
        change, observation = self.www()
        frozen = Frozen("www.example.com", "A", (HERE,), "silence")
        assert self.judged(Plan((), (), (frozen,)), observation, change) == [False]
        still = RecordSet(ZONE, ZONE_ID, "www.example.com", "A", (Slot(1, HERE),), 1, False, "", "", "")  # noqa: FBT003
        assert self.judged(Plan((still,), (), (frozen,)), observation, change) == []

    def test_a_deletion_that_makes_room_for_what_is_frozen(self) -> None:
        change, observation = self.www()
        deferred = Deferred("www.example.com", "AAAA", ("A",))
        frozen = Frozen("www.example.com", "AAAA", (), "silence")
        assert self.judged(Plan((), (), (frozen,), (deferred,)), observation, change) == [False]
        assert self.judged(Plan((), (), (), (deferred,)), observation, change) == []

    @pytest.mark.parametrize("zone_ids", [((ZONE, ZONE_ID),), ()])
    def test_a_deletion_in_a_zone_that_could_not_be_listed(self, zone_ids: tuple[tuple[str, str], ...]) -> None:
        change, observation = self.www()
        registry = replace(observation.registry, zone_ids=zone_ids)
        unread = replace(observation, zones=(UnreadZone(ZONE, "503"),), registry=registry)
        assert self.judged(Plan((), (), ()), unread, change) == [False]

    def test_and_no_word_is_given_for_it(self) -> None:
        change, observation = self.www()
        frozen = Frozen("www.example.com", "A", (HERE,), "silence")
        refused = refusals(make_settings("www"), Plan((), (), (frozen,)), [change], observation)
        assert word(refused) == ""


class TestTheWord:
    def test_is_the_same_as_long_as_the_changes_are(self) -> None:
        refused = found(make_settings(*TEN), make_settings())
        more = found(make_settings(*TEN), make_settings("another"))
        assert word(refused) == word(more) == word(tuple(replace(r, changes=r.changes[::-1]) for r in refused))

    @pytest.mark.parametrize(
        ("labels", "golden"), [("ab", "d04bedad"), ("cd", "dee5d541"), ("ef", "c7e73f30"), ("gh", "ed6fbdd3")]
    )
    def test_stays_the_same_between_releases_as_settings_hold_it(self, labels: str, golden: str) -> None:
        records = [a_record(label, HERE) for label in labels]
        changes = tuple(Change(Action.DELETE, f"{one.name}/A", one, None, one.name, ZONE) for one in records)
        assert word((Refusal(ZONE, "too many", changes),)) == golden

    def test_is_none_where_nothing_is_refused(self) -> None:
        assert word(()) == ""

    @given(data=st.data())
    def test_changes_with_any_of_the_changes_and_no_reader_of_yaml_takes_it_for_a_number(
        self, data: st.DataObject
    ) -> None:
        labels = st.lists(st.sampled_from("abcdefgh"), min_size=1, unique=True)
        contents = st.sampled_from([HERE, ELSEWHERE])

        def drawn() -> tuple[Change, ...]:
            records = [a_record(label, data.draw(contents)) for label in sorted(data.draw(labels))]
            return tuple(Change(Action.DELETE, f"{one.name}/A", one, None, one.name, ZONE) for one in records)

        one, other = drawn(), drawn()
        words = [word((Refusal(ZONE, "too many", each),)) for each in (one, other)]
        assert (words[0] == words[1]) == (one == other)
        assert all(len(each) == 8 and yaml.safe_load(each) == each for each in words)


ADDRESSES = {
    Family.IPV4: ["198.51.100.1", "198.51.100.2", "203.0.113.1", "203.0.113.2"],
    Family.IPV6: ["2001:db8::1", "2001:db8::2", "2001:db8:1::1"],
}


def sightings(data: st.DataObject, *, unknown: bool) -> tuple[Sighting, ...]:
    """Every link with an address or two of each family; or some unknown."""

    def sighted(link: str, family: Family) -> Sighting:
        if unknown and data.draw(st.booleans()):
            return Sighting(link, family, Unknown("silence"))
        several = st.lists(st.sampled_from(ADDRESSES[family]), min_size=1, max_size=2, unique=True)
        return Sighting(link, family, Known(tuple(map(ip_address, data.draw(several)))))

    return tuple(sighted(link, family) for link in (WAN, "fibre", "lte") for family in Family)


@given(data=st.data(), provider=st.sampled_from(["cloudflare", "gandi"]))
@settings(max_examples=examples(200), deadline=None)
def test_a_run_that_only_follows_the_addresses_is_never_refused(data: st.DataObject, provider: str) -> None:
    entry = st.fixed_dictionaries(
        {"links": st.sampled_from([[], ["fibre"], ["lte"], ["fibre", "lte"]])},
        optional={"ttl": st.sampled_from([300, 600]), "types": st.sampled_from([["A"], ["AAAA"], ["A", "AAAA"]])},
    )
    names = [{"name": name, **data.draw(entry)} for name in TEN]
    targets = data.draw(st.sampled_from(["address", "cname"]))
    links: dict[str, object] = {"links": {"fibre": {}, "lte": {}}}
    chosen = make_settings(*names, provider=provider, targets=targets, wan=links, guard={"from_records": 1, "share": 0})
    snapshot, registry = carried_out(Plan((), (), ()))
    for step in range(4):
        observation = Observation(sightings(data, unknown=step > 0), (snapshot,), registry)
        plan = make_plan(chosen, observation)
        assert refusals(chosen, plan, changes(plan, observation), observation) == ()
        snapshot, registry = carried_out(plan)
