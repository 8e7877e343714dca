from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest

from cli.doctor.finding import DoctorFinding, Level, ok
from cli.doctor.runner import DoctorCheck, examine
from stacks.model.errors import ObservationError, Problem, UserError


def raising(error: Exception) -> DoctorCheck:
    def look() -> Iterable[DoctorFinding]:
        raise error

    return DoctorCheck("it", look)


def test_findings_come_in_the_order_of_the_checks() -> None:
    second_is_done = threading.Event()

    def first() -> Iterable[DoctorFinding]:
        assert second_is_done.wait(60)
        return [ok("first", "here")]

    def second() -> Iterable[DoctorFinding]:
        second_is_done.set()
        return [ok("second", "here"), ok("second", "again")]

    found = examine([DoctorCheck("first", first), DoctorCheck("second", second)], seconds=120)
    assert [one.about for one in found] == ["first", "second", "second"]


def test_a_check_that_finds_nothing_to_say_says_nothing() -> None:
    assert examine([DoctorCheck("it", list)]) == ()


def test_what_hangs_is_told_and_not_waited_for() -> None:
    released = threading.Event()

    def hang() -> Iterable[DoctorFinding]:
        released.wait()
        return []

    moments = iter((0.0, 0.0, 60.0))  # at the start, before the first finding, after it
    checks = [DoctorCheck("slow", hang), DoctorCheck("it", lambda: [ok("it", "here")])]
    try:
        late, well = examine(checks, seconds=60, clock=lambda: next(moments))
    finally:
        released.set()
    assert (late.about, late.level, well.level) == ("slow", Level.FAILED, Level.OK)
    assert late.what == "this could not be found out within 60 s"


def test_every_problem_of_an_error_is_a_finding() -> None:
    found = examine([raising(UserError("one", "here", "mend it", Problem("two", "there", "mend it, too")))])
    assert [(one.what, one.where, one.do) for one in found] == [
        ("one", "here", "mend it"),
        ("two", "there", "mend it, too"),
    ]


def test_what_cannot_be_seen_has_failed() -> None:
    (found,) = examine([raising(ObservationError("the API is away"))])
    assert (found.level, found.what) == (Level.FAILED, "the API is away")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_a_check_does_not_end_the_others() -> None:
    found = examine([raising(ZeroDivisionError()), DoctorCheck("it", lambda: [ok("it", "here")])])
    assert [(one.level, one.what) for one in found] == [
        (Level.FAILED, "the check itself failed, see above"),
        (Level.OK, "here"),
    ]
