from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from cli.apiproxy.intent import Write
from cli.reconcile.rejections import LONGEST, Rejections, found_in
from cli.reconcile.result import Convergence
from components.records.record import Record
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import WAN, Family, Known, Rejected, Sighting, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.settings.stack import parse

OBSERVATION = Observation(
    (Sighting(WAN, Family.IPV4, Known((IPv4Address("203.0.113.7"),))),),
    (ZoneSnapshot("example.com", "z", ()),),
    Registry(),
)
WORDS = "TTL must be between 60 and 86400 seconds, or 1 for Automatic. (9021)"


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def seen(*names: object) -> Convergence:
    settings = parse({"zone": "example.com", "names": list(names)}, {}, stack="home", where="test")
    plan = make_plan(settings, OBSERVATION)
    return Convergence(OBSERVATION, plan, changes(plan, OBSERVATION), (), 0.0)


def refused(convergence: Convergence) -> tuple[Rejected, ...]:
    """What is found where the API refuses the record of `bad`, and with it its mark."""
    mine = [one.record for one in convergence.changes if "bad.example.com" in one.record.name]
    return found_in(convergence, [(Write("POST", "z", "", record), WORDS) for record in mine])


def names_of(plan: Plan) -> list[str]:
    return [one.name.removesuffix(".example.com") for one in plan.record_sets]


def test_a_refused_record_is_told_once_with_who_asks_for_it_and_the_words_of_the_api() -> None:
    (one,) = refused(seen("www", {"name": "bad", "ttl": 30}))
    assert (one.logical_name, one.words, one.asked_by) == ("bad.example.com/A", WORDS, ("settings/names/bad",))


def test_a_write_that_is_no_change_of_the_run_is_not_found() -> None:
    foreign = Record("else.example.com", "A", "192.0.2.1", 300, proxied=False, comment="")
    assert found_in(seen("www"), [(Write("POST", "z", "", foreign), WORDS)]) == ()


def test_it_is_left_out_with_its_mark_until_its_pause_is_over_which_grows_to_an_hour() -> None:
    clock = Clock()
    memory, now = Rejections(clock), seen("www", {"name": "bad", "ttl": 30})
    pauses = []
    for _ in range(9):
        assert names_of(memory.amend(now.plan, OBSERVATION)) == ["www", "bad"]
        memory.learn(now.changes, refused(now))
        kept = memory.amend(now.plan, OBSERVATION)
        assert names_of(kept) == ["www"]
        assert [one.words for one in kept.rejected] == [WORDS]
        pauses.append(memory.pause)
        clock.now += memory.pause
    assert 60 <= pauses[0] <= 120
    assert LONGEST / 2 <= pauses[-1] <= LONGEST


def test_it_is_tried_at_once_where_it_has_been_mended() -> None:
    memory, now, mended = Rejections(Clock()), seen("www", {"name": "bad", "ttl": 30}), seen("www", "bad")
    memory.learn(now.changes, refused(now))
    assert names_of(memory.amend(mended.plan, OBSERVATION)) == ["www", "bad"]
    assert memory.pause == float("inf")


def test_it_is_forgotten_once_it_is_taken() -> None:
    memory, now = Rejections(Clock()), seen("bad")
    memory.learn(now.changes, refused(now))
    memory.learn(now.changes, ())
    assert memory.pause == float("inf")


def test_other_words_of_the_api_begin_its_pauses_anew() -> None:
    clock = Clock()
    memory, now = Rejections(clock), seen("bad")
    for _ in range(6):
        memory.learn(now.changes, refused(now))
    long = memory.pause
    memory.learn(now.changes, [replace(one, words="Record quota exceeded. (81045)") for one in refused(now)])
    assert memory.pause < long
