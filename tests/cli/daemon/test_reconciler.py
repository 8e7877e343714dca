from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cli.daemon import reconciler
from cli.daemon.reconciler import Reconciler
from cli.events import Trigger, Turn
from cli.reconcile.result import Convergence
from stacks.model.claims import SourceSighting
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import Known
from stacks.observe.world import Sights
from stacks.settings.stack import parse

OBJECTS = SourceSighting("home", "ingress", "Ingress", Known(()))


def still_held(monkeypatch: pytest.MonkeyPatch, sights: Sights) -> bool:
    """Return whether a reconciler holds its convergence after the turn."""
    done = Convergence(Observation((), (), Registry()), Plan((), (), ()), (), (), 0.0)
    monkeypatch.setattr(reconciler, "recover", lambda *_, **__: None)
    monkeypatch.setattr(reconciler, "converge", lambda *_, **__: done)
    monkeypatch.setattr(reconciler, "end", lambda *_: True)
    settings = parse({"zone": "example.com", "names": ["www"]}, {}, stack="home", where="here")
    to_nobody: Any = SimpleNamespace(begin=lambda *_: None, tell=lambda *_: None, planned=lambda *_: None)
    taking = Reconciler(cast("Any", SimpleNamespace(settings=settings)), to_nobody, to_nobody)
    before = sys.getrefcount(done)
    taking.take_turn(sights, Turn("1", (Trigger.START,), 0.0), lambda _: None, lambda _: None)
    return sys.getrefcount(done) > before


class TestBetweenTurns:
    def test_nothing_is_kept_of_a_convergence_where_no_object_is_followed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert not still_held(monkeypatch, Sights(()))

    def test_changes_of_objects_are_planned_on_the_last_convergence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert still_held(monkeypatch, Sights((), (OBJECTS,)))
