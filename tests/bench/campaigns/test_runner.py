from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from bench.campaigns import runner
from bench.campaigns.main import campaign as main_campaign
from bench.campaigns.main.storm import STRUCK
from bench.campaigns.runner import PARTS, Outcome, Part
from bench.campaigns.wrong import WrongError


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds of `main` that were played; nothing is run, and seed 1 goes wrong."""
    seeds: list[int] = []

    def play(seed: int) -> Counter[str]:
        seeds.append(seed)
        if seed == 1:
            raise WrongError("a foreign record changed")
        return Counter({STRUCK: 2})

    monkeypatch.setattr(main_campaign, "play", play)
    return seeds


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds of `wan` that were played; nothing is run."""
    seeds: list[int] = []

    def play(asked: Sequence[int]) -> Iterator[Outcome]:
        seeds.extend(asked)
        yield 0, Counter({"addresses published": 3})

    monkeypatch.setitem(PARTS, "wan", Part(play, 7))
    for name in PARTS.keys() - {"main", "wan"}:
        monkeypatch.setitem(PARTS, name, Part(lambda _: iter(()), 1))
    return seeds


@pytest.mark.parametrize("arguments", [["--only", "tea"], ["--seeds", "0"], ["--seeds", "1,2"], ["--seeds", "²"]])
def test_a_part_or_a_number_that_makes_no_sense_is_refused(played: list[int], arguments: list[str]) -> None:
    assert runner.campaign(arguments) == 2
    assert played == []


def test_without_a_choice_every_part_plays_its_own_number_of_seeds(played: list[int], others: list[int]) -> None:
    runner.campaign(["--only", "", "--seeds", ""])
    assert played == list(range(PARTS["main"].seeds))
    assert others == list(range(7))


def test_a_seed_that_went_wrong_is_told_and_the_others_are_played(
    played: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.campaign(["--only", "main", "--seeds", "3"]) == 1
    said = capsys.readouterr().out
    assert played == [0, 1, 2]
    assert "main seed 1: a foreign record changed" in said
    assert "2 right; in these: requests struck by a fault: 4" in said
    assert "wrong: [1]; to repeat one: python -m bench.campaigns --only main --seed N" in said


def test_seeds_begin_where_they_are_told_to(played: list[int]) -> None:
    assert runner.campaign(["--only", "main", "--first", "17", "--seeds", "3"]) == 0
    assert played == [17, 18, 19]


def test_one_seed_of_one_part_can_be_repeated_alone(
    played: list[int], others: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.campaign(["--only", "wan", "--seed", "4"]) == 0
    assert (played, others) == ([], [4])
    assert "1 seeds in" in capsys.readouterr().out
