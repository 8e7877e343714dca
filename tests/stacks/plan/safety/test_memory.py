"""What the guard remembers from one run to the next."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import dropwhile
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.campaigns.trust.stack import Stack
from stacks.model.memory import HOUR, NO_MEMORY, GuardMemory, Spent, remembered
from stacks.model.values import LiveRecord
from tests.profiles import examples

SHARE = 0.3
SMALL = 10
"""Records below which a zone has no share to keep."""
OBJECTS = 100


def stack(number: int = OBJECTS) -> Stack:
    made = Stack("attic", "home", "aaaaaaaa", "203.0.113.7")
    made.objects = {("shop", f"web{one}"): (f"n{one}.example.com",) for one in range(number)}
    return made


def vanish(one: Stack, share: float) -> None:
    for key in sorted(one.objects)[: round(len(one.objects) * share)]:
        del one.objects[key]


def restarted(one: Stack) -> None:
    """Its memory goes through what state keeps."""
    output = json.loads(json.dumps(one.registry.memory.as_output()))
    one.registry = replace(one.registry, memory=remembered(output, one.name))


class TestObjectsThatVanishLittleByLittle:
    @pytest.mark.parametrize("pause", [1.0, 60.0, 600.0])
    def test_are_refused_by_their_second_step_over_restarts_too(self, pause: float) -> None:
        one, records, now = stack(), tuple[LiveRecord, ...](), 0.0
        records, _ = one.turn("z1", records, now)
        left = []
        for _ in range(5):
            vanish(one, SHARE)
            now += pause
            records, seen = one.turn("z1", records, now)
            restarted(one)
            left.append(sum(record.record.type == "A" for record in records))
        assert left == [71] * 5
        assert seen.refusals[0].what.startswith("53 of the 101 records of ours in example.com")
        assert "30 were within the last hour" in seen.refusals[0].what

    def test_are_let_go_where_hours_lie_between(self) -> None:
        one, records = stack(), tuple[LiveRecord, ...]()
        records, _ = one.turn("z1", records, 0.0)
        for hour in (2, 4, 6):
            vanish(one, SHARE)
            records, seen = one.turn("z1", records, hour * 3600.0)
            assert seen.refusals == ()

    @settings(max_examples=examples(200), deadline=None)
    @given(st.lists(st.tuples(st.sampled_from([0.05, 0.3, 0.9, 1.0]), st.integers(1, 1500)), min_size=1, max_size=12))
    def test_never_take_more_than_the_share_within_an_hour(self, steps: list[tuple[float, int]]) -> None:
        one, records, now = stack(40), tuple[LiveRecord, ...](), 0.0
        records, _ = one.turn("z1", records, now)
        had = [(now, 41)]
        for share, pause in steps:
            vanish(one, share)
            now += pause
            records, _ = one.turn("z1", records, now)
            had.append((now, sum(record.record.type == "A" for record in records)))
            most = max(count for at, count in had if now - at < 3600)
            assert had[-1][1] >= most - int(SHARE * 41)
            assert had[-1][1] > 0


class TestAStackThatBecomesLarger:
    """What is made or adopted leaves no more room for the deletions of the same hour."""

    def grown(self, first: int, more: int) -> tuple[Stack, tuple[LiveRecord, ...], str]:
        """Make some names, then more, then take half of the first away; return what was refused."""
        one, records = stack(first), tuple[LiveRecord, ...]()
        records, _ = one.turn("z1", records, 0.0)
        one.objects |= {("shop", f"more{number}"): (f"more{number}.example.com",) for number in range(more)}
        records, _ = one.turn("z1", records, 3700.0)
        restarted(one)
        for number in range(first // 2):
            del one.objects["shop", f"web{number}"]
        records, seen = one.turn("z1", records, 3701.0)
        return one, records, " ".join(refusal.what for refusal in seen.refusals)

    def test_may_delete_no_more_than_before(self) -> None:
        one, records, refused = self.grown(first=19, more=60)
        assert refused == (
            "9 of the 80 records of ours in example.com (an hour ago 20) would be deleted; "
            "an hour may do so with 6 (guard.share 0.3)"
        )
        _, seen = one.turn("z1", records, 3700.0 + 3601)
        assert seen.refusals == ()

    def test_is_not_held_to_what_a_small_zone_had(self) -> None:
        assert self.grown(first=8, more=60)[2] == ""

    def test_counts_from_when_it_was_large_enough(self) -> None:
        """Within one minute it was small, became large, and small again: what it had when it was large counts."""
        one, records = stack(1), tuple[LiveRecord, ...]()
        records, _ = one.turn("z1", records, 0.0)
        one.objects |= {("shop", f"more{number}"): (f"more{number}.example.com",) for number in range(10)}
        records, _ = one.turn("z1", records, 3720.0)
        for moment, number in ((3721.0, 3), (3781.0, 1)):
            for key in sorted(one.objects)[:number]:
                del one.objects[key]
            records, seen = one.turn("z1", records, moment)
        (refusal,) = seen.refusals
        assert refusal.what == (
            "1 of the 12 records of ours in example.com (33 %) would be deleted, and 3 were within the last hour; "
            "an hour may do so with 3 (guard.share 0.3)"
        )

    @settings(max_examples=examples(300), deadline=None)
    @example([("go", 4, 1), ("state is lost", 1, 1), *[("come", 1, 1)] * 2, ("come", 11, 1), ("go", 4, 1)])
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["come", "come", "go", "state is lost"]), st.integers(1, 25), st.integers(1, 1200)
            ),
            min_size=2,
            max_size=14,
        )
    )
    def test_never_deletes_more_than_the_share_of_what_it_had_an_hour_before(
        self, steps: list[tuple[str, int, int]]
    ) -> None:
        one, records, now = stack(12), tuple[LiveRecord, ...](), 0.0
        had, coming = list[tuple[float, int, int]](), 0
        for what, number, pause in [("come", 0, 0), *steps]:
            names = range(coming, coming + number) if what == "come" else range(0)
            one.objects |= {("shop", f"web{each % 50}"): (f"n{each % 50}.example.com",) for each in names}
            coming += len(names)  # of names that are kept back as the guard wills some come again, to be adopted
            for key in sorted(one.objects)[: number if what == "go" else 0]:
                del one.objects[key]
            if what == "state is lost":
                one.lose_state()
                had = []
            now += pause
            before = {each.id for each in records} & {each.id for each in one.registry.records}
            own = {each.id for each in one.registry.records if each.resource.is_record} & before
            records, _ = one.turn("z1", records, now)
            had.append((now, len(own), len(own - {each.id for each in records})))
            hour = [(count, deleted) for at, count, deleted in had if now - at < HOUR]
            counted = list(dropwhile(lambda each: each[0] < SMALL, hour))
            if counted:
                assert sum(deleted for _, deleted in counted) <= int(SHARE * counted[0][0])


class TestTheMemory:
    def test_counts_a_minute_as_one_entry_and_forgets_an_hour_after_its_last_change(self) -> None:
        first = NO_MEMORY.adding("home", iter([Spent("home", "z", 0, 10, 1, 2), Spent("home", "z", 59, 9, 0, 1)]), 59)
        assert first.spent == (Spent("home", "z", 59, 10, 1, 3),)
        assert first.within_the_hour(3658.0) == first.spent
        later = first.adding("home", iter([Spent("home", "z", 3500, 8, 1)]), 3500)
        assert [one.at for one in later.spent] == [59, 3500]
        assert [one.at for one in later.adding("home", iter(()), 3700).spent] == [3500]

    def test_of_another_stack_is_not_kept_twice(self) -> None:
        both = GuardMemory((Spent("home", "z", 0, 10, 0, 1), Spent("home-shard-1", "z", 0, 10, 0, 2)))
        assert both.adding("home", iter(()), 1.0).spent == (Spent("home", "z", 0, 10, 0, 1),)

    def test_has_of_several_stacks_the_least_that_was_owned_in_the_first_minute(self) -> None:
        both = GuardMemory((Spent("home", "z", 59, 10, 0, 1), Spent("home-shard-1", "z", 30, 14, 0, 2)))
        assert both.in_zone("z", 60.0)[1] == 10
        assert both.in_zone("another", 60.0) == ((), None)

    def test_survives_a_clock_that_was_set_back(self) -> None:
        ahead = GuardMemory((Spent("home", "z", 1000, 10, 0, 1), Spent("home", "z", 9000, 10, 0, 1)))
        assert [one.at for one in ahead.within_the_hour(500.0)] == [1000]

    @pytest.mark.parametrize(
        "output", [None, [], {}, {"spent": 1}, {"spent": [[1], ["z", "x", 1, 1, 1], None], "clusters": []}]
    )
    def test_is_empty_where_state_has_none_that_can_be_read(self, output: Any) -> None:  # noqa: ANN401 - anything
        assert remembered(output, "home") == NO_MEMORY

    def test_is_what_was_written(self) -> None:
        memory = GuardMemory((Spent("home", "z", 5, 10, 1, 2),), clusters=(("", "uid"),))
        assert remembered(json.loads(json.dumps(memory.as_output())), "home") == memory
