"""A part of the campaign `trust` at every run of the tests, and that it notices what must not be."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.campaigns.trust import campaign
from bench.campaigns.trust.scenario import ADOPTED, FRESH, LOST, REFUSED, TURNS
from bench.campaigns.wrong import WrongError
from components.marks.writer import Writer
from stacks.model.memory import GuardMemory
from stacks.plan.desired.tenure import Tenure
from stacks.plan.safety.emptied import Emptying

SEEDS = range(40)


def test_nothing_foreign_is_touched_and_no_zone_is_emptied() -> None:
    outcomes = dict(campaign.play(SEEDS))
    assert {seed: str(found) for seed, found in outcomes.items() if isinstance(found, WrongError)} == {}
    met = sum((found for found in outcomes.values() if isinstance(found, Counter)), Counter[str]())
    assert list(outcomes) == list(SEEDS)
    assert min(met[LOST], met[FRESH], met[ADOPTED]) > 0
    assert len(SEEDS) < met[REFUSED] < met[TURNS]


def wrong() -> str:
    return " ".join(str(found) for _, found in campaign.play(SEEDS) if isinstance(found, WrongError))


def test_it_notices_that_the_marks_of_another_state_are_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Writer, "is_namesake_of", lambda *_: False)
    monkeypatch.setattr(Writer, "has_written", lambda self, mark: mark.owner == self.owner)
    assert "attic aaaaaaaa made Record" in wrong()


def test_it_notices_that_the_guard_forgets_former_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardMemory, "within_the_hour", lambda *_: ())
    assert "records within an hour, and had" in wrong()


def test_it_notices_that_all_of_a_source_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Emptying, "of_sources", lambda *_: ())
    assert "records that its objects had asked for" in wrong()


def test_it_notices_that_a_name_goes_to_whoever_comes_first_in_the_alphabet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tenure, "holdings", lambda *_: {})
    outcomes = campaign.play([166, 123, 315])
    assert "which asks for it still" in " ".join(str(found) for _, found in outcomes if isinstance(found, WrongError))
