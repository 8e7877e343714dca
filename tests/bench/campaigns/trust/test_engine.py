"""A part of the campaign `trust-engine` at every run of the tests, and that it notices what must not be."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.campaigns.trust import engine
from bench.campaigns.trust.engine import RUNS
from bench.campaigns.wrong import WrongError
from components.marks.writer import Writer
from stacks.model.memory import GuardMemory
from stacks.plan.desired.tenure import Tenure

pytestmark = pytest.mark.usefixtures("engine")


def outcomes(*seeds: int) -> list[Counter[str] | WrongError]:
    return [found for _, found in engine.play(seeds)]


def wrong(*seeds: int) -> str:
    return " ".join(str(found) for found in outcomes(*seeds) if isinstance(found, WrongError))


def test_nothing_foreign_is_touched_no_name_is_taken_and_no_zone_is_emptied() -> None:
    found = outcomes(0, 3)
    assert [str(one) for one in found if isinstance(one, WrongError)] == []
    assert sum(one[RUNS] for one in found if isinstance(one, Counter)) > len(found)


def test_it_notices_that_the_marks_of_another_state_are_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Writer, "is_namesake_of", lambda *_: False)
    monkeypatch.setattr(Writer, "has_written", lambda self, mark: mark.owner == self.owner)
    assert " made Record(" in wrong(0)


def test_it_notices_that_the_guard_forgets_former_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardMemory, "within_the_hour", lambda *_: ())
    assert "records within an hour, and had" in wrong(547)


def test_it_notices_that_a_name_goes_to_whoever_comes_first_in_the_alphabet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tenure, "holdings", lambda *_: {})
    assert "which asks for it still" in wrong(166)
