"""A zone at Gandi: a record set is one record with all its values, and its id is its name and type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records import zone_file_names
from components.records.record import Record
from stacks.model.errors import UserError
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord, RegisteredRecord, Unknown, UnreadZone, ZoneSnapshot
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import declared_records, import_ids
from stacks.settings.stack import Settings, parse
from tests.stacks.plan.worlds import make_observation

ZONE = "example.net"
FOREIGN = "198.51.100.80"
TWO = {"name": "www", "targets": ["203.0.113.9", "203.0.113.8"]}


def described(*names: object, **others: object) -> Settings:
    return parse({"zone": ZONE, "provider": "gandi", "names": list(names), **others}, {}, stack="home", where="test")


def observed(
    live: Iterable[LiveRecord] = (), owned: Iterable[RegisteredRecord] = (), ipv4: str | Unknown = "203.0.113.7"
) -> Observation:
    zone = ZoneSnapshot(ZONE, ZONE, tuple(live))
    return replace(make_observation(ipv4=ipv4, owned=owned), zones=(zone,))


def a_set(name: str, content: str, record_type: str = "A", ttl: int = 300) -> LiveRecord:
    record = Record(f"{name}.{ZONE}", record_type, content, ttl, proxied=False, comment="")
    return LiveRecord(f"{ZONE}/{name}/{record_type}", record)


def carried_out(plan: Plan) -> tuple[list[LiveRecord], list[RegisteredRecord]]:
    live, owned = [], []
    for record_set in plan.record_sets:
        for logical_name, record in declared_records(record_set).items():
            identity = f"{ZONE}/{zone_file_names.relative(record.name, ZONE)}/{record.type}"
            live.append(LiveRecord(identity, record))
            owned.append(RegisteredRecord(f"urn::{logical_name}", logical_name, identity, ZONE, record, "gandi"))
    return live, owned


def settled(settings: Settings) -> tuple[list[LiveRecord], list[RegisteredRecord]]:
    return carried_out(make_plan(settings, observed()))


def found(settings: Settings, observation: Observation) -> dict[str, Action]:
    return {change.logical_name: change.action for change in changes(make_plan(settings, observation), observation)}


class TestAWholeSet:
    def test_of_two_addresses_is_one_record(self) -> None:
        (only,) = make_plan(described(TWO), observed()).record_sets
        records = declared_records(only)
        assert records.keys() == {"www.example.net/A", "www.example.net/A/mark"}
        assert records["www.example.net/A"].content == "203.0.113.8\n203.0.113.9"
        assert (only.provider, only.zone_id) == ("gandi", ZONE)

    def test_with_one_more_address_is_updated_in_place(self) -> None:
        live, owned = settled(described(TWO))
        more = TWO | {"targets": [*TWO["targets"], "203.0.113.1"]}
        assert found(described(more), observed(live, owned)) == {"www.example.net/A": Action.UPDATE}

    def test_in_another_order_needs_nothing(self) -> None:
        live, owned = settled(described(TWO))
        turned = TWO | {"targets": TWO["targets"][::-1]}
        assert found(described(turned), observed(live, owned)) == {}

    def test_in_which_one_value_was_changed_by_hand_is_corrected(self) -> None:
        settings = described(TWO)
        _, (ours, mark) = settled(settings)
        live = [a_set("www", f"{FOREIGN}\n203.0.113.9"), LiveRecord(mark.id, mark.record)]
        assert found(settings, observed(live, [ours, mark])) == {"www.example.net/A": Action.CORRECT}

    def test_that_is_gone_is_restored(self) -> None:
        settings = described(TWO)
        live, owned = settled(settings)
        assert found(settings, observed(live[1:], owned)) == {"www.example.net/A": Action.RESTORE}

    def test_that_is_gone_and_not_wanted_is_forgotten(self) -> None:
        _, owned = settled(described(TWO))
        assert set(found(described(), observed([], owned)).values()) == {Action.FORGET}

    def test_keeps_its_values_while_the_address_is_unknown(self) -> None:
        settings = described("www")
        live, owned = settled(settings)
        observation = observed(live, owned, Unknown("no source answered"))
        plan = make_plan(settings, observation)
        assert changes(plan, observation) == ()
        assert plan.frozen[0].kept == ("203.0.113.7",)


class TestASetThatIsNotOurs:
    @pytest.mark.parametrize("content", [FOREIGN, "203.0.113.7", f"203.0.113.7\n{FOREIGN}"])
    def test_is_a_conflict_even_where_it_is_as_wished(self, content: str) -> None:
        """The provider would take an identical one over without a word, and delete it one day."""
        plan = make_plan(described("www"), observed([a_set("www", content)]))
        assert plan.record_sets == ()
        assert "no owner's mark" in plan.conflicts[0].held_by

    def test_is_taken_over_whole_where_the_settings_say_so(self) -> None:
        observation = observed([a_set("www", "203.0.113.8\n203.0.113.9")])
        (only,) = make_plan(described(TWO, adopt="same-content"), observation).record_sets
        assert import_ids(only) == {"www.example.net/A": "example.net/www/A"}

    def test_with_one_value_too_many_is_not_the_same(self) -> None:
        observation = observed([a_set("www", f"203.0.113.8\n203.0.113.9\n{FOREIGN}")])
        assert make_plan(described(TWO, adopt="same-content"), observation).record_sets == ()

    def test_is_taken_over_by_our_mark_where_state_was_lost(self) -> None:
        live, _ = settled(described(TWO))
        assert found(described(TWO), observed(live)) == {
            "www.example.net/A": Action.ADOPT,
            "www.example.net/A/mark": Action.ADOPT,
        }

    def test_a_cname_at_the_name_is_a_conflict(self) -> None:
        plan = make_plan(described("www"), observed([a_set("www", "host.example.org", "CNAME")]))
        assert (plan.record_sets, len(plan.conflicts)) == ((), 1)


class TestWhatGandiHasNot:
    def test_automatic_ttls_are_five_minutes(self) -> None:
        (only,) = make_plan(described("www"), observed()).record_sets
        assert {record.ttl for record in declared_records(only).values()} == {300}

    def test_a_ttl_is_taken_as_it_is(self) -> None:
        (only,) = make_plan(described({"name": "www", "ttl": 2_592_000}), observed()).record_sets
        assert only.ttl == 2_592_000

    def test_comments_are_left_out(self) -> None:
        (only,) = make_plan(described({"name": "www", "comment": "x"}, comment="y"), observed()).record_sets
        assert only.comment == ""

    @pytest.mark.parametrize("proxied", [{"name": "www", "proxied": True}, "www"])
    def test_a_proxied_name_is_refused(self, proxied: object) -> None:
        with pytest.raises(UserError, match="Gandi has no proxy"):
            described(proxied, proxied=True)

    def test_the_apex_is_no_alias(self) -> None:
        plan = make_plan(described("@", "www", targets="cname"), observed())
        assert {(one.name, one.type) for one in plan.record_sets} == {
            (ZONE, "A"),
            ("www.example.net", "CNAME"),
            ("truenorth.example.net", "A"),
        }


class TestBesideAZoneAtCloudflare:
    SETTINGS = parse(
        {
            "zone": "example.com",
            "names": ["www"],
            "zones": [{"zone": ZONE, "provider": "gandi", "names": ["www"]}],
        },
        {},
        stack="home",
        where="test",
    )

    def world(self, *zones: ZoneSnapshot | UnreadZone, owned: Iterable[RegisteredRecord] = ()) -> Observation:
        return replace(make_observation(owned=owned), zones=zones)

    def test_each_gets_its_own(self) -> None:
        world = self.world(ZoneSnapshot("example.com", "z1", ()), ZoneSnapshot(ZONE, ZONE, ()))
        plan = make_plan(self.SETTINGS, world)
        assert {(one.name, one.provider, one.ttl) for one in plan.record_sets} == {
            ("www.example.com", "cloudflare", 1),
            ("www.example.net", "gandi", 300),
        }

    def test_one_that_cannot_be_listed_keeps_what_it_has_and_the_other_goes_on(self) -> None:
        live, owned = settled(described({"name": "www", "targets": ["203.0.113.1"]}, "dropped"))
        world = self.world(ZoneSnapshot("example.com", "z1", ()), UnreadZone(ZONE, "Gandi answered 503"), owned=owned)
        assert found(self.SETTINGS, world) == {
            "www.example.com/A": Action.CREATE,
            "www.example.com/A/mark": Action.CREATE,
        }
        plan = make_plan(self.SETTINGS, world)
        assert {one.name for one in plan.frozen} == {"www.example.net", "dropped.example.net"}
        kept = {name for one in plan.record_sets if one.untouched for name in declared_records(one)}
        assert kept == {one.logical_name for one in owned}
        assert len(live) == len(owned)


ADDRESSES = st.sets(st.sampled_from([f"203.0.113.{number}" for number in range(1, 6)]), min_size=1)
WISH = st.dictionaries(st.sampled_from(["www", "api", "@", "*"]), ADDRESSES, max_size=4)


@given(before=WISH, after=WISH)
def test_every_wish_is_reached_in_one_run_that_writes_only_what_differs(
    before: dict[str, set[str]], after: dict[str, set[str]]
) -> None:
    first, then = (
        described(*({"name": name, "targets": sorted(targets)} for name, targets in wish.items()))
        for wish in (before, after)
    )
    live, owned = settled(first)
    assert found(first, observed(live, owned)) == {}
    expected: dict[str, Action] = {}
    for name in before.keys() | after.keys():
        full = zone_file_names.fqdn(name, ZONE)
        if name not in before or name not in after:
            action = Action.CREATE if name in after else Action.DELETE
            expected |= {f"{full}/A": action, f"{full}/A/mark": action}
        elif before[name] != after[name]:
            expected[f"{full}/A"] = Action.UPDATE
    assert found(then, observed(live, owned)) == expected
