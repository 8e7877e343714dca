"""The check after the storm of the campaign `main`: it must be able to fail."""

from __future__ import annotations

import random
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from bench import main_campaign
from bench.main_campaign import Storm
from bench.stage import Stage
from bench.wrong import WrongError
from cli.converge import Convergence
from components import ownership
from lab import remote
from lab.world import Places
from stacks.values import WAN, Family, Known, Observation, Plan, Registry, Sighting, ZoneSnapshot


class TestTheCheckAfterTheStorm:
    """The zone has www of ours with its mark, and shop, which somebody else has taken."""

    OURS: dict[str, Any] = {"id": "1", "name": "www.example.com", "type": "A", "content": "203.0.113.7"}  # noqa: RUF012 - read only
    MARK: dict[str, Any] = {"id": "2", "name": ownership.mark_name("www.example.com", "A"), "type": "TXT"}  # noqa: RUF012 - read only
    FOREIGN: dict[str, Any] = {"id": "3", "name": "shop.example.com", "type": "A", "content": "198.51.100.80"}  # noqa: RUF012 - read only

    def check(self, monkeypatch: pytest.MonkeyPatch, *zone: dict[str, Any]) -> None:
        addresses = (Sighting(WAN, Family.IPV4, Known((IPv4Address("203.0.113.7"),))),)
        observation = Observation(addresses, (ZoneSnapshot("example.com", "z", ()),), Registry())
        calm = Convergence(observation, Plan((), (), ()), (), (), 0.1)
        monkeypatch.setattr(Storm, "run", lambda _: calm)
        monkeypatch.setattr(remote, "records", lambda _: list(zone))
        places = Places("", "", "", "", "", "example.com", "")
        place = Stage(places, {}, Path("unused"))
        storm = Storm(place, random.Random(0), ["www", "shop"], {"3": self.FOREIGN})  # noqa: S311 - nothing is drawn
        main_campaign._as_wished(storm)  # noqa: SLF001 - what the whole campaign rests on

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
