from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from components.records.plan_limits import PlanLimits, limits_of
from components.records.record import Record
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord, ZoneSnapshot
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import declared_records
from tests.stacks.plan.shared_world import World, asks, source
from tests.stacks.plan.worlds import make_settings

FREE = limits_of("free", "2025-01-01")


def world(*names: str, others: int = 0, limits: PlanLimits = FREE, **changes: object) -> World:
    """A zone with so many records of somebody else."""
    record = Record("old.example.com", "A", "192.0.2.1", 300, proxied=False, comment="")
    live = tuple(LiveRecord(f"old{n}", replace(record, name=f"old{n}.example.com")) for n in range(others))
    made = World(make_settings(*names, **changes))
    made.zone = replace(made.zone, records=live, limits=limits)
    return made


def names(plan: Plan) -> list[str]:
    return [one.name.removesuffix(".example.com") for one in plan.record_sets]


def test_what_fits_is_made_and_the_rest_is_told_with_what_helps() -> None:
    plan = world("n1", "n2", "n3", "n4", others=195).plan()
    assert names(plan) == ["n1", "n2"]
    (full,) = plan.full
    assert full.left_out == (("n3.example.com", "A"), ("n4.example.com", "A"))
    assert full.what == (
        "is full: its plan (free) allows 200 records and it has 195, so that it takes 5 more, and this run needs 8"
    )
    assert (
        full.do == "set marks: comment, which halves what is written, delete what nobody needs, or take a larger plan"
    )


def test_nothing_is_told_where_all_fits_or_nobody_knows_the_plan() -> None:
    for chosen in (world("n1", "n2", others=196), world("n1", others=500, limits=limits_of("")), world("n1")):
        plan = chosen.plan()
        assert plan.full == ()
        assert "n1" in names(plan)


def test_marks_in_comments_take_no_room() -> None:
    plan = world("n1", "n2", "n3", "n4", others=196, marks="comment").plan()
    assert (len(names(plan)), plan.full) == (4, ())


def test_the_settings_come_before_objects_and_the_owners_of_what_is_left_out_are_told() -> None:
    wishes = [asks("192.0.2.1", host=f"a{number}.example.com") for number in range(5)]
    plan = world("z1", others=196).plan(source("home", *wishes))
    assert names(plan) == ["z1", "a0"]
    (told,) = plan.complaints
    assert (
        "not made: a1.example.com A, a2.example.com A, a3.example.com A and 1 more: the zone example.com" in told.text
    )


def test_what_is_there_stays_and_is_followed_in_a_full_zone() -> None:
    history = world("www", others=198)
    history.run()
    assert len(history.zone.records) == 200
    history.settings = make_settings("www", "more")
    history.address = "203.0.113.8"
    history.run()
    assert history.has("www.example.com") == {"A": ["203.0.113.8"]}
    assert history.has("more.example.com") == {}


def test_a_name_gets_as_many_of_its_new_addresses_as_fit() -> None:
    history = world(others=198)
    history.run(source("home", asks("192.0.2.1")))
    wish = source("home", asks("192.0.2.2", "192.0.2.1"))
    assert history.run(wish) == ()
    assert history.plan(wish).full[0].left_out == (("www.example.com", "A"),)


def test_records_that_go_make_room_for_the_next_pass() -> None:
    history = world("old", others=198)
    history.run()
    history.settings = make_settings("new")
    plan = history.plan()
    assert ([(one.name, one.until) for one in plan.deferred], plan.full) == ([("new.example.com", ("A", "TXT"))], ())
    history.settle()
    assert history.has("new.example.com") == {"A": ["203.0.113.7"]}


def test_what_a_name_has_taken_in_part_is_no_room_for_the_next() -> None:
    history = world(others=198)
    history.zone = replace(history.zone, limits=PlanLimits("tiny", records=202))
    history.run(source("home", asks("192.0.2.1"), asks("192.0.2.9", host="zzz.example.com")))
    wish = source(
        "home", asks("192.0.2.1", "192.0.2.2", "192.0.2.3"), asks("192.0.2.9", "192.0.2.8", host="zzz.example.com")
    )
    history.zone = replace(history.zone, limits=PlanLimits("tiny", records=203))
    history.run(wish)
    assert len(history.zone.records) == 203
    assert [key for key, _ in history.plan(wish).full[0].left_out] == ["www.example.com", "zzz.example.com"]


def test_room_that_is_made_is_given_once() -> None:
    history = world("old", others=198)
    history.run()
    history.settings = make_settings("new1", "new2")
    plan = history.plan()
    assert [one.name for one in plan.deferred] == ["new1.example.com"]
    assert plan.full[0].left_out == (("new2.example.com", "A"),)


def test_what_is_there_comes_before_new_names_whatever_the_alphabet_says() -> None:
    history = world(others=198)
    history.zone = replace(history.zone, limits=PlanLimits("tiny", records=202))
    history.run(source("home", asks("192.0.2.1")))
    wish = source("home", asks("192.0.2.1", "192.0.2.2"), asks("192.0.2.9", host="aaa.example.com"))
    plan = history.plan(wish)
    assert [(one.name, len(one.slots)) for one in plan.record_sets] == [("www.example.com", 2)]
    assert plan.full[0].left_out == (("aaa.example.com", "A"),)


@settings(deadline=None)
@given(
    others=st.integers(0, 30),
    limit=st.integers(1, 40),
    wanted=st.lists(st.sets(st.sampled_from("abcdefghij")), min_size=1, max_size=4),
)
def test_no_run_makes_more_than_the_zone_takes_and_none_repeats_itself(
    others: int, limit: int, wanted: list[set[str]]
) -> None:
    history = world(others=others, limits=PlanLimits("tiny", records=limit))
    for chosen in wanted:
        history.settings = make_settings(*sorted(chosen))
        history.settle()
        assert len(history.zone.records) <= max(limit, others)
        plan = make_plan(history.settings, history.observation(()))
        assert sum(len(declared_records(one)) for one in plan.record_sets) + others == len(history.zone.records)
        assert isinstance(history.zone, ZoneSnapshot)
        left = {name for full in plan.full for name, _ in full.left_out}
        assert {f"{one}.example.com" for one in chosen} == left | {one.name for one in plan.record_sets}
