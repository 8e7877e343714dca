from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records.record import Record
from stacks.model.claims import ObjectKey
from stacks.model.observation import Registry
from stacks.model.plan import Plan
from stacks.model.shards import ONE_STACK, Layout, root_of
from stacks.model.values import RecordSet, RegisteredRecord, SharedSet, Slot
from stacks.plan.sharding import LEAST, MOST, SMALL, USUAL, belonging, bucket, homes, layout, moves, split


def record_set(name: str, zone: str = "example.com") -> RecordSet:
    return RecordSet(
        zone, "z", name, "A", (Slot(0, "203.0.113.7"),), 300, proxied=False, comment="", mark_name="", mark_content=""
    )


def plan(*names: str, spread: Layout = ONE_STACK) -> Plan:
    return Plan(tuple(record_set(name) for name in names), (), (), layout=spread)


def registered(name: str, stack: str) -> RegisteredRecord:
    urn = f"urn:pulumi:{stack}::truenorth::cloudflare:index/dnsRecord:DnsRecord::{name}/A"
    return RegisteredRecord(
        urn, f"{name}/A", name, "z", Record(name, "A", "203.0.113.7", 300, proxied=False, comment="")
    )


def names(count: int) -> list[str]:
    return [f"n{number}.example.com" for number in range(count)]


class TestTheNumber:
    @pytest.mark.parametrize(("count", "stacks"), [(0, 1), (SMALL, 1), (SMALL + 1, 3), (400, 10), (5_000, 125)])
    def test_by_size_is_one_for_few_names_and_some_forty_names_each_for_many(self, count: int, stacks: int) -> None:
        assert layout("auto", plan(*names(count)).record_sets, ONE_STACK) == Layout("names", stacks)

    def test_by_size_stays_where_it_is_as_long_as_it_fits(self) -> None:
        former = Layout("names", 10)
        assert layout("auto", plan(*names(10 * MOST)).record_sets, former) == former
        assert layout("auto", plan(*names(10 * LEAST)).record_sets, former) == former
        assert layout("auto", plan(*names(10 * MOST + 1)).record_sets, former).count > 10
        assert layout("auto", plan(*names(10 * LEAST - 1)).record_sets, former).count < 10

    @pytest.mark.parametrize("count", [SMALL + 1, 500, 5_000])
    def test_by_size_is_not_changed_again_at_once(self, count: int) -> None:
        sets = plan(*names(count)).record_sets
        chosen = layout("auto", sets, ONE_STACK)
        assert layout("auto", sets, chosen) == chosen
        assert USUAL / 1.3 <= count / chosen.count <= USUAL

    def test_may_be_said(self) -> None:
        assert layout(7, (), ONE_STACK) == Layout("names", 7)
        assert layout("namespace", (), Layout("names", 7)) == Layout("namespace")


class TestWhereANameBelongs:
    def test_is_the_same_at_every_run(self) -> None:
        assert [bucket(name, 10) for name in ("www.example.com", "api.example.com", "example.com")] == [6, 3, 2]

    @given(st.text(min_size=1), st.integers(1, 500))
    def test_is_one_of_the_shards_and_stays_or_goes_to_the_new_one(self, name: str, count: int) -> None:
        before, after = bucket(name, count), bucket(name, count + 1)
        assert 0 <= before < count
        assert after in {before, count}

    def test_is_even(self) -> None:
        sizes = Counter(bucket(name, 125) for name in names(5_000))
        assert len(sizes) == 125
        assert max(sizes.values()) <= 2 * USUAL

    def test_of_all_types_of_a_name_is_one(self) -> None:
        both = replace(plan("www.example.com", spread=Layout("names", 9)))
        both = replace(both, record_sets=(*both.record_sets, replace(both.record_sets[0], type="AAAA")))
        assert len(set(belonging(both, "home").values())) == 1

    def test_may_be_by_zone(self) -> None:
        sets = (record_set("www.example.com"), record_set("www.example.net", "example.net"))
        found = belonging(Plan(sets, (), (), layout=Layout("zone")), "home")
        assert list(found.values()) == ["home-shard-example.com", "home-shard-example.net"]

    @pytest.mark.parametrize(("by", "label"), [("namespace", "shop"), ("cluster", "west")])
    def test_may_be_by_what_asks_for_it(self, by: str, label: str) -> None:
        objects = (ObjectKey("west", "Service", "shop", "web"), ObjectKey("west", "Service", "tests", "web"))
        asked = replace(
            plan("www.example.com", "own.example.com"),
            layout=Layout(by),  # type: ignore[arg-type] # a parameter of the test
            asked_by=((("www.example.com", "A"), objects),),
        )
        found = belonging(asked, "home")
        assert found == {("www.example.com", "A"): f"home-shard-{label}", ("own.example.com", "A"): "home"}


class TestASplit:
    def test_leaves_what_state_has_where_it_is(self) -> None:
        there = Registry(records=(registered("n1.example.com", "home"),))
        spread = plan("n1.example.com", "n2.example.com", spread=Layout("names", 5))
        found = homes(spread, there, "home")
        assert found["n1.example.com", "A"] == "home"
        assert found["n2.example.com", "A"].startswith("home-shard-")

    def test_has_every_set_once(self) -> None:
        spread = plan(*names(200), spread=Layout("names", 5))
        found = split(spread, Registry(), "home")
        assert set(found) == {"home", *(f"home-shard-{number}" for number in range(1, 6))}
        assert sorted(one.name for part in found.values() for one in part.record_sets) == sorted(names(200))
        assert found["home"].record_sets == ()

    def test_has_the_stacks_of_which_nothing_is_wanted_any_more(self) -> None:
        there = Registry(
            records=(registered("n1.example.com", "home-shard-4"),), interrupted=(root_of("home-shard-9", "truenorth"),)
        )
        found = split(plan(), there, "home")
        assert {stack: part.record_sets for stack, part in found.items()} == dict.fromkeys(
            ("home", "home-shard-4", "home-shard-9"), ()
        )

    def test_gives_what_several_objects_share_to_the_stack_of_the_set(self) -> None:
        shared = SharedSet("n1.example.com", "A", ())
        spread = replace(plan("n1.example.com", spread=Layout("names", 5)), shared=(shared,))
        found = split(spread, Registry(), "home")
        assert [stack for stack, part in found.items() if part.shared] == [
            stack for stack, part in found.items() if part.record_sets
        ]


class TestMoves:
    def test_are_of_what_lies_elsewhere_than_it_belongs(self) -> None:
        there = Registry(records=(registered("n1.example.com", "home"), registered("gone.example.com", "home")))
        spread = plan("n1.example.com", spread=Layout("names", 5))
        to = belonging(spread, "home")["n1.example.com", "A"]
        assert moves(spread, there, "home") == {("home", to): (there.records[0].urn,)}

    def test_are_none_of_what_no_object_asks_for_just_now(self) -> None:
        there = Registry(records=(registered("n1.example.com", "home-shard-shop"),))
        assert moves(plan("n1.example.com", spread=Layout("namespace")), there, "home") == {}

    def test_are_none_where_all_is_in_its_place(self) -> None:
        assert moves(plan("n1.example.com"), Registry(records=(registered("n1.example.com", "home"),)), "home") == {}


VIEWS = st.sampled_from(["", "@inside", "@lan"])
SPREADS = st.sampled_from(
    [Layout("zone"), Layout("cluster"), Layout("namespace"), *(Layout("names", n) for n in (1, 2, 7))]
)


@given(st.sets(st.tuples(st.sampled_from(["www", "api", "a.b", "*"]), VIEWS), min_size=1), SPREADS)
def test_the_views_of_a_name_are_each_in_one_part_and_never_in_one_of_another_view_by_zone(
    sides: set[tuple[str, str]], spread: Layout
) -> None:
    sets = tuple(record_set(f"{name}.example.com{view}", f"example.com{view}") for name, view in sorted(sides))
    parts = split(Plan(sets, (), (), layout=spread), Registry(), "home")
    assert Counter(one.name for part in parts.values() for one in part.record_sets) == Counter(one.name for one in sets)
    if spread.by == "zone":
        assert all(len({one.zone for one in part.record_sets}) <= 1 for part in parts.values())


@given(st.sets(st.tuples(st.sampled_from(["www", "api", "a.b"]), VIEWS), min_size=1), st.integers(1, 9))
def test_a_side_in_state_stays_in_its_stack_whatever_the_other_side_does(
    sides: set[tuple[str, str]], count: int
) -> None:
    there = [f"{name}.example.com{view}" for name, view in sorted(sides)]
    stacks = {name: f"home-shard-{1 + number % count}" for number, name in enumerate(there)}
    known = Registry(tuple(registered(name, stack) for name, stack in stacks.items()))
    wanted = plan(*there, spread=Layout("names", count))
    assert homes(wanted, known, "home") == {(name, "A"): stack for name, stack in stacks.items()}
