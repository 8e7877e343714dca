from __future__ import annotations

from collections import Counter

import pytest

from bench import campaign
from bench.campaign import FAILED_RUNS, STRUCK, WrongError


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds that were played; nothing is run, and seed 1 goes wrong."""
    seeds: list[int] = []

    def play(seed: int) -> Counter[str]:
        seeds.append(seed)
        if seed == 1:
            raise WrongError("a foreign record changed")
        return Counter({STRUCK: 2, FAILED_RUNS: 1})

    monkeypatch.setattr(campaign, "play", play)
    return seeds


@pytest.mark.parametrize("arguments", [["--only", "wan"], ["--seeds", "0"], ["--seeds", "1,2"], ["--seeds", "²"]])
def test_a_part_or_a_number_that_makes_no_sense_is_refused(played: list[int], arguments: list[str]) -> None:
    assert campaign.campaign(arguments) == 2
    assert played == []


@pytest.mark.parametrize("seeds", ["", str(campaign.DEFAULT_SEEDS)])
def test_an_empty_number_of_seeds_is_the_default(played: list[int], seeds: str) -> None:
    campaign.campaign(["--only", "", "--seeds", seeds])
    assert played == list(range(campaign.DEFAULT_SEEDS))


def test_a_seed_that_went_wrong_is_told_and_the_others_are_played(
    played: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert campaign.campaign(["--seeds", "3"]) == 1
    said = capsys.readouterr().out
    assert played == [0, 1, 2]
    assert "seed 1: a foreign record changed" in said
    assert "2 right; in these: requests struck by a fault: 4, runs that failed: 2" in said
    assert "wrong: [1]; to repeat one: python -m bench.campaign --seed N" in said


def test_one_seed_can_be_repeated_alone(played: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.campaign(["--seed", "4"]) == 0
    assert played == [4]
    assert "1 seeds in" in capsys.readouterr().out
