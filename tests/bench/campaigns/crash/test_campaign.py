"""A part of the campaign `crash` at every run of the tests, and that what it finds wrong is told."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bench.campaigns.crash import campaign
from bench.campaigns.crash.balancing import FIRST, Balanced
from bench.campaigns.crash.campaign import RECOVERY, Outcome, play_in
from bench.campaigns.crash.wish import first_wish, next_wish, writes
from bench.campaigns.wrong import WrongError
from bench.parts import crash
from cli.engine.install.find import Engine

SEEDS = (4, 6)
"""In both a write is carried out and not answered: all is killed, or `truenorth` alone."""
BALANCED_SEED = 2
"""All is killed twice, in a run that makes everything."""
NAMES = 16


@pytest.mark.timeout(900)
def test_whenever_it_is_killed_the_next_run_finds_everything_and_does_the_rest(engine: Engine, tmp_path: Path) -> None:
    assert engine.pulumi.exists()
    outcomes = dict(play_in(tmp_path, SEEDS, NAMES))
    assert {seed: str(found) for seed, found in outcomes.items() if isinstance(found, WrongError)} == {}
    met = sum((found for found in outcomes.values() if isinstance(found, Counter)), Counter[str]())
    assert met["killed: all"]
    assert met["killed: truenorth"]


@pytest.mark.timeout(900)
def test_load_balancing_that_is_cut_off_is_as_wished_after_the_next_run(engine: Engine, tmp_path: Path) -> None:
    assert engine.pulumi.exists()
    ((_, found),) = play_in(tmp_path, [BALANCED_SEED], NAMES, FIRST)
    assert isinstance(found, Counter), found
    assert found["killed: all"]


class TestAWish:
    def test_comes_to_all_writes_where_nothing_was(self) -> None:
        wish = first_wish(3)
        assert writes(None, wish, "txt") == wish.records("txt").total()
        assert writes(None, wish, "comment") == wish.records("comment").total()

    def test_comes_to_none_where_it_stays(self) -> None:
        assert writes(first_wish(5), first_wish(5), "txt") == 0

    def test_creates_updates_and_deletes(self) -> None:
        before = first_wish(40)
        wishes = [next_wish(random.Random(seed), before) for seed in range(20)]  # noqa: S311 - a repeatable draw
        assert all(wish.names.keys() - before.names.keys() for wish in wishes)
        assert any(before.names.keys() - wish.names.keys() for wish in wishes)
        assert any(wish.names[one] != before.names[one] for wish in wishes for one in wish.names.keys() & before.names)
        assert all(len(set(name.targets)) == len(name.targets) for wish in wishes for name in wish.names.values())


class TestTheBench:
    def outcomes(self, monkeypatch: pytest.MonkeyPatch, *found: Counter[str] | WrongError) -> None:
        def play(_: Sequence[int]) -> Iterator[Outcome]:
            return iter(enumerate(found))

        monkeypatch.setattr(crash, "play", play)

    def test_tells_how_many_went_wrong_and_the_longest_recovery(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outcomes(monkeypatch, Counter({RECOVERY: 3}), Counter({RECOVERY: 7}))
        assert [(row.value, row.met) for row in crash.measure()] == [(0, True), (7, None)]

    def test_tells_its_rows_and_what_went_wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outcomes(monkeypatch, Counter({RECOVERY: 3}), WrongError("1 there twice"))
        rows = crash.measure()
        assert [(next(rows).value, next(rows).value)] == [(1, 3)]
        with pytest.raises(WrongError, match="seed 1: 1 there twice"):
            next(rows)


def test_what_went_wrong_keeps_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def play(folder: Path, seeds: Sequence[int], _count: int, _balanced: Balanced | None) -> Iterator[Outcome]:
        folders.append(folder)
        yield seeds[0], outcome

    folders: list[Path] = []
    monkeypatch.setattr(campaign, "play_in", play)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for outcome in (Counter[str](), WrongError("1 there twice")):
        assert list(campaign.play([0])) == [(0, outcome)]
    assert [folder.exists() for folder in folders] == [False, True]
    shutil.rmtree(folders[1])
