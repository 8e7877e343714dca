from __future__ import annotations

import random
from collections import Counter
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from bench import campaign
from bench.campaign import FAILED_RUNS, STRUCK, Storm, WrongError
from bench.stage import Stage
from cli.converge import Convergence
from components import ownership
from lab import remote
from lab.world import Places
from stacks.values import Family, Known, Observation, Plan, Registry, ZoneSnapshot


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


class TestTheCheckAfterTheStorm:
    """The zone has www of ours with its mark, and shop, which somebody else has taken."""

    OURS: dict[str, Any] = {"id": "1", "name": "www.example.com", "type": "A", "content": "203.0.113.7"}  # noqa: RUF012 - read only
    MARK: dict[str, Any] = {"id": "2", "name": ownership.mark_name("www.example.com", "A"), "type": "TXT"}  # noqa: RUF012 - read only
    FOREIGN: dict[str, Any] = {"id": "3", "name": "shop.example.com", "type": "A", "content": "198.51.100.80"}  # noqa: RUF012 - read only

    def check(self, monkeypatch: pytest.MonkeyPatch, *zone: dict[str, Any]) -> None:
        addresses = ((Family.IPV4, Known((IPv4Address("203.0.113.7"),))),)
        observation = Observation(addresses, ZoneSnapshot("example.com", "z", ()), Registry())
        calm = Convergence(observation, Plan((), (), ()), (), (), 0.1)
        monkeypatch.setattr(Storm, "run", lambda _: calm)
        monkeypatch.setattr(remote, "records", lambda _: list(zone))
        places = Places("", "", "", "", "example.com", "")
        place = Stage(places, {}, Path("unused"))
        storm = Storm(place, random.Random(0), ["www", "shop"], {"3": self.FOREIGN})  # noqa: S311 - nothing is drawn
        campaign._as_wished(storm)  # noqa: SLF001 - what the whole campaign rests on

    def test_passes_what_is_as_wished(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.check(monkeypatch, self.OURS, self.MARK, self.FOREIGN)

    @pytest.mark.parametrize(
        "zone",
        [
            pytest.param((OURS, MARK), id="the foreign record is gone"),
            pytest.param((OURS, MARK, FOREIGN | {"content": "203.0.113.7"}), id="the foreign record was edited"),
            pytest.param((OURS, OURS | {"id": "4"}, MARK, FOREIGN), id="ours is there twice"),
            pytest.param((OURS | {"content": "203.0.113.8"}, MARK, FOREIGN), id="ours has another address"),
            pytest.param((MARK, FOREIGN), id="ours is missing"),
            pytest.param((OURS, FOREIGN), id="the mark is missing"),
            pytest.param((OURS, MARK, MARK | {"id": "4"}, FOREIGN), id="the mark is there twice"),
            pytest.param((OURS, MARK, FOREIGN, OURS | {"id": "4", "name": "api.example.com"}), id="ours is unwished"),
        ],
    )
    def test_finds_what_is_wrong(self, monkeypatch: pytest.MonkeyPatch, zone: tuple[dict[str, Any], ...]) -> None:
        with pytest.raises(WrongError):
            self.check(monkeypatch, *zone)
