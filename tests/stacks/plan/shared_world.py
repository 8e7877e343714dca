"""A zone whose names objects of several clusters ask for, run by run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any

from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting, Targets
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import WAN, Family, Known, Sighting, Unknown, ZoneSnapshot
from stacks.plan.changes import Action, Change, changes
from stacks.plan.planner import make_plan
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import ZONE, ZONE_ID, make_settings

WWW = "www.example.com"
DOWN = Unknown("connection refused")


def asks(
    *addresses: str,
    cluster: str = "home",
    name: str = "web",
    targets: Targets | None = None,
    host: str = WWW,
    record_type: str | None = "A",
    **more: Any,  # noqa: ANN401 - a wish's fields
) -> Claim:
    """The wish of one object; those of the cluster home are the older."""
    created = more.pop("created", f"2026-01-0{1 if cluster == 'home' else 2}T00:00:00Z")
    key = ObjectKey(cluster, "HTTPRoute", "shop", name)
    return Claim(host, record_type, targets or Known(tuple(sorted(addresses))), key, created, **more)


def source(cluster: str, *found: Claim | Complaint) -> SourceSighting:
    return SourceSighting(cluster, "gateway-httproute", "HTTPRoute", Known(found))


def unread(cluster: str, kind: str = "HTTPRoute") -> SourceSighting:
    return SourceSighting(cluster, "gateway-httproute", kind, DOWN)


@dataclass
class World:
    """A history: the zone and the state as they became."""

    settings: Settings = field(default_factory=make_settings)
    address: str = "203.0.113.7"
    zone: ZoneSnapshot = ZoneSnapshot(ZONE, ZONE_ID, ())  # noqa: RUF009 - it is frozen
    registry: Registry = Registry(zone_ids=((ZONE, ZONE_ID),))  # noqa: RUF009 - likewise

    def observation(self, sources: Iterable[SourceSighting]) -> Observation:
        sighting = Sighting(WAN, Family.IPV4, Known((ip_address(self.address),)))
        return Observation((sighting,), (self.zone,), self.registry, tuple(sources))

    def plan(self, *sources: SourceSighting) -> Plan:
        return make_plan(self.settings, self.observation(sources))

    def run(self, *sources: SourceSighting) -> tuple[Change, ...]:
        """What a run changed, marks left out."""
        observation = self.observation(sources)
        plan = make_plan(self.settings, observation)
        found = changes(plan, observation)
        after = carried_out(plan, observation)
        (zone,) = after.zones
        assert isinstance(zone, ZoneSnapshot)
        records = tuple(replace(one, urn=f"urn::{one.logical_name}") for one in after.registry.records)
        self.zone, self.registry = zone, replace(after.registry, records=records)
        return tuple(one for one in found if not one.resource.is_mark)

    def settle(self, *sources: SourceSighting) -> None:
        """As many runs as it takes until nothing is left to do."""
        for _ in range(3):
            self.run(*sources)
        assert self.run(*sources) == ()
        assert set(self.plan(*sources).shared) == set(self.registry.shared)

    def forget(self) -> None:
        """State does not say any more who gave what."""
        self.registry = replace(self.registry, shared=())

    def has(self, name: str = WWW) -> dict[str, list[str]]:
        """What the zone has at a name, marks left out, by type."""
        found: dict[str, list[str]] = {}
        for one in self.zone.records:
            if one.record.name == name:
                found.setdefault(one.record.type, []).append(one.record.content)
        return {record_type: sorted(contents) for record_type, contents in found.items()}


def deleted(found: Sequence[Change]) -> list[str]:
    return sorted(one.record.content for one in found if one.action is Action.DELETE)
