"""The check after the storm of the campaign `main`: it must be able to fail."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.campaigns.main import campaign
from bench.campaigns.main.storm import Storm
from bench.campaigns.wrong import WrongError
from cli.reconcile.result import Convergence
from components.marks import ownership
from lab import remote
from stacks.model.observation import Observation
from stacks.model.values import LiveRecord
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import a_record, make_observation, make_settings, registered

OURS: dict[str, Any] = {"id": "1", "name": "www.example.com", "type": "A", "content": "203.0.113.7", "ttl": 1}
MARK: dict[str, Any] = {
    "id": "2",
    "name": ownership.mark_name("www.example.com", "A"),
    "type": "TXT",
    "content": ownership.encode(ownership.Mark("truenorth", "home", "settings/names/www")),
    "ttl": 1,
}
FOREIGN: dict[str, Any] = {"id": "3", "name": "shop.example.com", "type": "A", "content": "198.51.100.80", "ttl": 300}


@dataclass(frozen=True)
class Place:
    """A stage without a lab."""

    places: None = None
    settings: Settings = field(default_factory=lambda: make_settings("www", "shop"))

    def session(self) -> Place:
        return self


class TestTheCheckAfterTheStorm:
    """The zone has www of ours with its mark, and shop, which somebody else has taken."""

    def check(self, monkeypatch: pytest.MonkeyPatch, *zone: dict[str, Any]) -> None:
        place = Place()
        live = [LiveRecord(one["id"], a_record(one["name"].split(".")[0], one["content"])) for one in (OURS, FOREIGN)]
        www = registered("www.example.com/A", live[0].record, "1")
        world: Observation = make_observation(live=live, owned=[www])
        plan = make_plan(place.settings, world)
        calm = Convergence(world, plan, (), (), 0.1)
        assert changes(plan, world)  # the mark; that there are none is the engine's business, and not checked here
        monkeypatch.setattr(Storm, "run", lambda _: calm)
        monkeypatch.setattr(remote, "records", lambda _: list(zone))
        storm = Storm(place, random.Random(0), foreign={"3": FOREIGN})  # type: ignore[arg-type] # noqa: S311 - no lab, nothing is drawn
        campaign.as_wished(storm)

    def test_passes_what_is_as_wished(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.check(monkeypatch, OURS, MARK, FOREIGN)

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
