"""An estate on the lab: stacks that declare names, without what plans them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest
import requests

from cli.engine.events import EngineEvent
from cli.session import stack as stack_of_engine
from cli.session.open import open_session
from cli.session.session import Session
from cli.state.deployments import deployment_of
from components.records.logical_name import MARK, LogicalName
from components.records.record import Record
from components.records.record_set import RecordSetArgs, declare
from lab.world import Places
from stacks.model.shards import stack_of
from tests.cli.conftest import STACK, Inside

RECORD_TYPE = "cloudflare:index/dnsRecord:DnsRecord"
ADDRESS = "192.0.2.7"


@dataclass
class Estate:
    """Stacks, and what was told of moves between them."""

    inside: Inside
    place: Session
    zone_id: str
    told: list[str] = field(default_factory=list)

    def shard(self, label: str) -> str:
        """The stack of a shard."""
        return stack_of(STACK, label)

    def up(self, stack: str, names: Iterable[str]) -> dict[str, int]:
        """Run a stack that declares these names, each with its mark; how many resources were changed, and how."""
        run = stack_of_engine.up(self.place.at(stack), program(self.zone_id, tuple(names)), _heard)
        assert run.summary is not None
        return {kind: count for kind, count in run.summary.changes.items() if kind != "same"}

    def names(self, stack: str) -> set[str]:
        """The hosts of which a stack holds an address."""
        found = deployment_of(self.place.at(stack)) or {}
        of_records = [one for one in found.get("resources", []) if one["type"] == RECORD_TYPE]
        return {one["inputs"]["name"].partition(".")[0] for one in of_records if one["inputs"]["type"] == "A"}

    def urns(self, stack: str, names: Iterable[str]) -> list[str]:
        """The URNs of the addresses of these hosts."""
        component = "truenorth:dns:OwnedRecord"
        return [f"urn:pulumi:{stack}::truenorth::{component}${RECORD_TYPE}::{one}.example.com/A" for one in names]


def _heard(_event: EngineEvent) -> None:
    """Nobody listens."""


def program(zone_id: str, names: tuple[str, ...]) -> Callable[[], None]:
    """What declares these names, each with its mark."""

    def declared() -> None:
        for name in names:
            host = f"{name}.example.com"
            records = {
                str(LogicalName(host, "A")): Record(host, "A", ADDRESS, 300, proxied=False, comment=""),
                str(LogicalName(host, "A", MARK)): Record(
                    f"a-{host}", "TXT", f'"of {name}"', 300, proxied=False, comment=""
                ),
            }
            declare(RecordSetArgs("cloudflare", zone_id, host, "A", records))

    return declared


def _zone_id(places: Places) -> str:
    """The id of the lab's zone."""
    variables = places.environment()
    signed = {"Authorization": f"Bearer {variables['CLOUDFLARE_API_TOKEN']}"}
    found = requests.get(f"{variables['CLOUDFLARE_BASE_URL']}/zones", headers=signed, timeout=60).json()["result"]
    return next(str(one["id"]) for one in found if one["name"] == places.zone)


@pytest.fixture
def estate(inside: Inside) -> Estate:
    """An estate without state."""
    inside.settings("www")
    place = open_session(STACK, inside.settings_file, inside.environment)
    return Estate(inside, place, _zone_id(inside.places))
