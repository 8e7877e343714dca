"""Row by row the table in track.py, and what holds for any sequence of looks and detections."""

from __future__ import annotations

from ipaddress import ip_address
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.values import Known, Unknown
from stacks.observe.wan.agreement.answer import LookAnswer
from stacks.observe.wan.agreement.track import LONGEST_HOLD, MEMORY, RAREST_LOOK, Addresses, Track

A: Addresses = (ip_address("203.0.113.1"),)
B: Addresses = (ip_address("203.0.113.2"),)
SILENCE = Unknown("silence")
INTERVAL, RECHECK, HOLD = 10.0, 300.0, 30.0


def fresh(hold: float = HOLD) -> Track:
    return Track(INTERVAL, RECHECK, hold, 0.0)


def following(known: Addresses = A, hold: float = HOLD) -> Track:
    """A track that has published the address at moment 0."""
    track = fresh(hold)
    assert track.detected(0.0, Known(known), INTERVAL)
    return track


def change(track: Track, now: float, addresses: Addresses) -> bool:
    """The sources agree on this address."""
    return track.detected(now, Known(addresses), INTERVAL)


class TestAtFirst:
    def test_all_sources_are_asked(self) -> None:
        assert fresh().next() == ("detect", 0.0)

    def test_what_they_agree_on_is_published_at_once(self) -> None:
        track = fresh()
        assert change(track, 0.2, A)
        assert track.known == A
        assert track.next() == ("look", 10.2)

    def test_without_agreement_they_are_asked_again_ever_more_rarely(self) -> None:
        track, moments = fresh(), []
        for _ in range(8):
            _, due = track.next()
            moments.append(due)
            assert not track.detected(due, SILENCE, INTERVAL)
            while track.next()[0] == "look":
                track.looked(track.next()[1], SILENCE, INTERVAL)
        gaps = [after - before for before, after in pairwise(moments)]
        assert gaps[:5] == [10.0, 20.0, 40.0, 80.0, 160.0]
        assert gaps[-1] == RECHECK
        assert track.known is None


class TestALook:
    def test_that_sees_what_is_published_leads_to_the_next_look(self) -> None:
        track = following()
        track.looked(10.0, LookAnswer("s1", A), INTERVAL)
        assert track.next() == ("look", 20.0)

    def test_that_sees_another_address_leads_to_a_detection_now(self) -> None:
        track = following()
        track.looked(10.0, LookAnswer("s1", B), INTERVAL)
        assert track.next() == ("detect", 10.0)
        assert change(track, 10.1, B)

    def test_by_a_source_that_cried_wolf_is_believed_again_after_twice_as_long_each_time(self) -> None:
        track, believed = following(), []
        for second in range(10, 300, 10):
            track.looked(second, LookAnswer("liar", B), INTERVAL)
            if track.next() == ("detect", second):
                believed.append(second)
                assert not change(track, second, A)
        assert believed == [10, 40, 100, 220]

    def test_by_another_source_is_believed_all_the_same(self) -> None:
        track = following()
        track.looked(10.0, LookAnswer("liar", B), INTERVAL)
        change(track, 10.0, A)
        track.looked(20.0, LookAnswer("s2", B), INTERVAL)
        assert track.next() == ("detect", 20.0)

    def test_all_sources_are_asked_again_at_the_long_interval_whatever_looks_say(self) -> None:
        track, second = following(), 0.0
        while track.next()[0] == "look":
            second = track.next()[1]
            track.looked(second, LookAnswer("s1", A), INTERVAL)
        assert track.next() == ("detect", RECHECK)


class TestSilence:
    def test_leads_to_one_detection_and_then_to_rarer_looks(self) -> None:
        track = following()
        track.looked(10.0, SILENCE, INTERVAL)
        assert track.next() == ("detect", 10.0)
        track.detected(15.0, SILENCE, INTERVAL)
        looks: list[float] = []
        detections = 0
        while len(looks) < 8:
            step, due = track.next()
            if step == "detect":
                detections += 1
                track.detected(due, SILENCE, INTERVAL)
            else:
                looks.append(due)
                track.looked(due, SILENCE, INTERVAL)
        gaps = [after - before for before, after in pairwise(looks)]
        assert max(gaps[-3:]) == RAREST_LOOK
        assert detections <= 5
        assert track.known == A

    def test_ends_with_the_first_look_that_is_answered(self) -> None:
        track = following()
        for second in (10.0, 30.0, 70.0):
            track.looked(second, SILENCE, INTERVAL)
        track.detected(70.0, SILENCE, INTERVAL)
        track.looked(130.0, LookAnswer("s1", A), INTERVAL)
        assert (track.silent, track.next()) == (0, ("detect", 80.0))
        change(track, 130.0, A)
        assert track.next() == ("look", 140.0)

    def test_never_takes_back_what_is_published(self) -> None:
        track = following()
        assert not track.detected(20.0, Unknown("they disagree"), INTERVAL)
        assert (track.known, track.reason) == (A, "they disagree")


class TestAnAddressThatComesBack:
    def test_within_ten_minutes_must_hold_first(self) -> None:
        track = following()
        assert change(track, 100.0, B)
        assert not change(track, 110.0, A)
        assert track.known == B
        track.looked(120.0, LookAnswer("s1", A), INTERVAL)
        while track.next()[0] == "look":
            track.looked(track.next()[1], LookAnswer("s1", A), INTERVAL)
        assert track.next() == ("detect", 140.0)
        assert change(track, 140.0, A)

    def test_and_goes_again_is_not_published(self) -> None:
        track = following()
        change(track, 100.0, B)
        change(track, 110.0, A)
        track.looked(120.0, LookAnswer("s1", B), INTERVAL)
        assert not change(track, 140.0, B)
        assert track.known == B

    def test_must_hold_for_twice_as_long_each_time_up_to_a_bound(self) -> None:
        track, now, waits = following(), 100.0, []
        for addresses in (B, A, B, A, B, A, B, A, B, A):
            began = now
            while not change(track, now, addresses):
                now = track.next()[1] if track.next()[0] == "detect" else now + INTERVAL
            waits.append(now - began)
        assert waits[:5] == [0.0, 30.0, 30.0, 60.0, 60.0]
        assert max(waits) == LONGEST_HOLD

    def test_after_ten_minutes_is_an_address_like_any_other(self) -> None:
        track = following()
        change(track, 100.0, B)
        assert change(track, 100.0 + MEMORY, A)

    def test_is_published_at_once_where_the_setting_says_so(self) -> None:
        track = following(hold=0.0)
        assert change(track, 100.0, B)
        assert change(track, 110.0, A)


class TestANudge:
    def test_brings_the_next_look_forward(self) -> None:
        track = following()
        track.nudged(3.0)
        assert track.next() == ("look", 3.0)

    @pytest.mark.parametrize("known", [True, False])
    def test_has_all_sources_asked_where_nothing_is_known(self, known: bool) -> None:  # noqa: FBT001 - a parameter
        track = following() if known else fresh()
        track.detected(5.0, SILENCE, INTERVAL)
        track.nudged(6.0)
        assert track.next() == ("detect", 6.0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["seen", "silent", "nudge"]),
        st.sampled_from(["s1", "s2"]),
        st.sampled_from([A, B, SILENCE]),
        st.floats(0, 5),
    ),
    max_size=80,
)


@given(STEPS)
def test_whatever_comes_only_what_was_agreed_on_is_published_and_there_is_always_a_next_step(
    steps: list[tuple[str, str, Addresses | Unknown, float]],
) -> None:
    track, agreed, now = fresh(), set(), 0.0
    for kind, source, outcome, late in steps:
        step, due = track.next()
        before = track.known
        now = max(now, due) + late
        assert due <= now + RECHECK + RAREST_LOOK
        if kind == "nudge":
            track.nudged(now)
        elif step == "look":
            silent = kind == "silent" or isinstance(outcome, Unknown)
            track.looked(now, SILENCE if silent else LookAnswer(source, outcome), INTERVAL)  # type: ignore[arg-type] # no Unknown
        elif isinstance(outcome, Unknown):
            track.detected(now, outcome, INTERVAL)
            assert track.known == before
        else:
            agreed.add(outcome)
            published = change(track, now, outcome)
            assert published == (track.known != before)
        assert track.known is None or track.known in agreed
        assert track.known is not None or before is None
