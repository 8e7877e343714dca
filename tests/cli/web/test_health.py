from __future__ import annotations

import pytest

from cli.events import Failure, Fatal, Leadership, Role, Stopping
from cli.reconcile.events import Event
from cli.web.health import CONVERGED, Health, HealthCheck
from stacks.model.errors import Problem, Refused
from tests.cli.web.sample import convergence, dispatch


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health("sources", clock=clock)


def wrong(checks: tuple[HealthCheck, ...]) -> dict[str, str]:
    return {one.name: one.problem for one in checks if one.problem}


class TestLife:
    def test_is_there_from_the_start(self, health: Health) -> None:
        assert health.life() == (HealthCheck("process"),)

    def test_lasts_while_all_parts_beat(self, health: Health, clock: Clock) -> None:
        health.beat("loop", 10)
        clock.now += 10
        assert wrong(health.life()) == {}

    def test_ends_where_one_does_not_and_comes_back_with_it(self, health: Health, clock: Clock) -> None:
        health.beat("loop", 10)
        health.beat("lease", 60)
        clock.now += 11
        assert wrong(health.life()) == {"loop": "no sign of life for 11 s, where one was due within 10 s"}
        health.beat("loop", 10)
        assert wrong(health.life()) == {}

    def test_ends_with_a_part_that_has_died(self, health: Health) -> None:
        health.beat("cluster home", 10)
        health.died("cluster home", "its thread has ended")
        assert wrong(health.life()) == {"cluster home": "its thread has ended"}
        health.forget("cluster home")
        assert wrong(health.life()) == {}

    def test_asks_nothing_more_of_a_part_that_has_ended(self, health: Health, clock: Clock) -> None:
        health.beat("loop", 10)
        health.forget("loop")
        clock.now += 1000
        assert wrong(health.life()) == {}

    @pytest.mark.parametrize(
        "event", [Failure("503", 2.0), Refused((Problem("much", "there", "look"),)), Stopping("SIGTERM")]
    )
    def test_goes_on_whatever_fails_outside(self, health: Health, event: Event) -> None:
        health.on_event(dispatch(event))
        assert wrong(health.life()) == {}

    def test_ends_with_what_no_further_try_would_mend(self, health: Health) -> None:
        health.on_event(dispatch(Fatal("the token is refused", 2)))
        assert wrong(health.life()) == {"process": "the token is refused"}


class TestReadiness:
    def test_comes_with_all_that_is_expected(self, health: Health) -> None:
        assert wrong(health.readiness()) == {"sources": "not yet", CONVERGED: "not yet"}
        health.ready("sources")
        health.on_event(dispatch(Failure("503", 2.0)))
        assert list(wrong(health.readiness())) == [CONVERGED]
        health.on_event(dispatch(convergence()))
        assert wrong(health.readiness()) == {}

    @pytest.mark.parametrize("event", [Leadership(Role.STANDBY, "pod-a"), Refused((Problem("much", "there", "look"),))])
    def test_is_a_standby_s_too_and_of_one_that_waits_for_a_person(self, health: Health, event: Event) -> None:
        health.ready("sources")
        health.on_event(dispatch(event))
        assert wrong(health.readiness()) == {}

    def test_is_not_a_leader_s_before_it_has_converged(self, health: Health) -> None:
        health.ready("sources")
        health.on_event(dispatch(Leadership(Role.LEADER, "pod-a", "pod-a")))
        assert list(wrong(health.readiness())) == [CONVERGED]

    def test_stays_while_convergences_fail(self, health: Health) -> None:
        health.ready("sources")
        for event in (convergence(), Failure("503", 2.0)):
            health.on_event(dispatch(event))
        assert wrong(health.readiness()) == {}

    def test_can_be_taken_back(self, health: Health) -> None:
        health.ready("sources")
        health.unready("sources", "they are read anew")
        assert wrong(health.readiness())["sources"] == "they are read anew"

    def test_ends_before_the_process_does(self, health: Health) -> None:
        health.ready("sources")
        for event in (convergence(), Stopping("SIGTERM")):
            health.on_event(dispatch(event))
        assert wrong(health.readiness()) == {"process": "it is ending: SIGTERM"}

    def test_ends_with_life(self, health: Health, clock: Clock) -> None:
        health.ready("sources")
        health.on_event(dispatch(convergence()))
        health.beat("loop", 1)
        clock.now += 5
        assert list(wrong(health.readiness())) == ["loop"]
