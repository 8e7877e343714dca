from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cli.daemon import reconciler
from cli.daemon.reconciler import Reconciler
from cli.events import Trigger, Turn
from cli.reconcile.look import ConvergenceOptions
from cli.reconcile.result import Convergence
from stacks.model.claims import Claim, SourceSighting
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import Known, ZoneSnapshot
from stacks.observe.remembered import Remembered
from stacks.observe.world import Sights
from stacks.settings.stack import parse
from tests.stacks.plan.shared_world import asks, source

OBJECTS = SourceSighting("home", "ingress", "Ingress", Known(()))


def a_reconciler(monkeypatch: pytest.MonkeyPatch, *outcomes: Convergence) -> tuple[Reconciler, list[Remembered]]:
    """Return a reconciler whose turns have these outcomes, and what each turn need not list."""
    left, asked = list(outcomes), list[Remembered]()

    def converge(_session: object, _listener: object, options: ConvergenceOptions, **_: object) -> Convergence:
        asked.append(options.remembered)
        return left.pop(0)

    monkeypatch.setattr(reconciler, "recover", lambda *_, **__: None)
    monkeypatch.setattr(reconciler, "converge", converge)
    monkeypatch.setattr(reconciler, "end", lambda *_: True)
    settings = parse({"zone": "example.com", "names": ["www"]}, {}, stack="home", where="here")
    to_nobody: Any = SimpleNamespace(begin=lambda *_: None, tell=lambda *_: None, planned=lambda *_: None)
    return Reconciler(cast("Any", SimpleNamespace(settings=settings)), to_nobody, to_nobody), asked


def outcome(*, is_from_memory: bool = False) -> Convergence:
    zone = ZoneSnapshot("example.com", "z1", ())
    observation = Observation((), (zone,), Registry())
    return Convergence(observation, Plan((), (), ()), (), (), 0.0, is_from_memory=is_from_memory)


def take(taking: Reconciler, trigger: Trigger, sights: Sights = Sights(())) -> None:  # noqa: B008 - it is frozen
    taking.take_turn(sights, Turn("1", (trigger,), 0.0), lambda _: None, lambda _: None)


def still_held(monkeypatch: pytest.MonkeyPatch, sights: Sights) -> bool:
    """Return whether a reconciler holds its convergence after the turn."""
    done = Convergence(Observation((), (), Registry()), Plan((), (), ()), (), (), 0.0)
    taking, _ = a_reconciler(monkeypatch, done)
    before = sys.getrefcount(done)
    take(taking, Trigger.START, sights)
    return sys.getrefcount(done) >= before  # the list of outcomes has let go of it


class TestBetweenTurns:
    def test_nothing_is_kept_of_a_convergence_where_no_object_is_followed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert not still_held(monkeypatch, Sights(()))

    def test_changes_of_objects_are_planned_on_the_last_convergence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert still_held(monkeypatch, Sights((), (OBJECTS,)))


class TestListing:
    def test_a_turn_about_news_need_not_list_the_zone_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        taking, asked = a_reconciler(monkeypatch, *[outcome()] * 3)
        for trigger in (Trigger.START, Trigger.ADDRESS, Trigger.OBJECTS):
            take(taking, trigger)
        assert [list(one) for one in asked] == [[], ["example.com"], ["example.com"]]

    @pytest.mark.parametrize("trigger", sorted(set(Trigger) - {Trigger.ADDRESS, Trigger.OBJECTS}, key=str))
    def test_any_other_turn_lists_it(self, monkeypatch: pytest.MonkeyPatch, trigger: Trigger) -> None:
        taking, asked = a_reconciler(monkeypatch, outcome(), outcome())
        take(taking, Trigger.START)
        take(taking, trigger)
        assert not asked[-1]

    @pytest.mark.parametrize(("claims", "is_listed"), [((), True), ((asks("192.0.2.2"),), False)])
    def test_names_that_come_or_go_have_it_listed_at_once(
        self, monkeypatch: pytest.MonkeyPatch, claims: tuple[Claim, ...], *, is_listed: bool
    ) -> None:
        taking, asked = a_reconciler(monkeypatch, *[outcome()] * 2)
        take(taking, Trigger.START, Sights((), (source("home", asks("192.0.2.1")),)))
        take(taking, Trigger.OBJECTS, Sights((), (source("home", *claims),)))
        assert (not asked[-1]) is is_listed

    def test_another_leader_may_have_changed_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        taking, asked = a_reconciler(monkeypatch, outcome(), outcome())
        take(taking, Trigger.START)
        taking.begin_leading(())
        take(taking, Trigger.ADDRESS)
        assert not asked[-1]

    def test_drift_is_looked_for_as_soon_as_if_nothing_had_been_new(self, monkeypatch: pytest.MonkeyPatch) -> None:
        taking, _ = a_reconciler(monkeypatch, outcome(), outcome(is_from_memory=True), outcome())
        take(taking, Trigger.START)
        first = taking.due
        take(taking, Trigger.ADDRESS)
        assert taking.due == first
        take(taking, Trigger.DRIFT)
        assert taking.due.at > first.at
