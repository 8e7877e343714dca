"""Zones from memory: the records of others from the last listing, and ours from state, in place of a further listing.

Only where each record is written by its own id: a set that is written whole would take along what others have added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from stacks.model.values import LiveRecord, ZoneSnapshot

if TYPE_CHECKING:
    from stacks.model.observation import Observation, Registry
    from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class RememberedZone:
    """The id of a zone, and the records that were not ours when it was listed."""

    zone_id: str
    others: tuple[LiveRecord, ...]


Remembered = Mapping[str, RememberedZone]
"""The zones that need not be listed, by name."""
NOTHING: Remembered = MappingProxyType({})


def remember(settings: Settings, observation: Observation) -> Remembered:
    """Return the zones of an observation whose plan was carried out."""
    ours = {(one.zone_id, one.id) for one in observation.registry.records}
    return {
        zone.zone: RememberedZone(
            zone.zone_id, tuple(one for one in zone.records if (zone.zone_id, one.id) not in ours)
        )
        for zone in observation.zones
        if isinstance(zone, ZoneSnapshot)
        and not settings.of_zone(zone.zone).traits.whole_sets
        and not any(_is_special(one) for one in zone.records if (zone.zone_id, one.id) in ours)
    }


def from_memory(zone: str, memory: RememberedZone, registry: Registry) -> ZoneSnapshot:
    """Return a zone as it is if nobody else has changed it since it was listed."""
    ours = {one.id: LiveRecord(one.id, one.record) for one in registry.records if one.zone_id == memory.zone_id}
    others = (one for one in memory.others if one.id not in ours)
    return ZoneSnapshot(zone, memory.zone_id, (*others, *ours.values()))


def _is_special(live: LiveRecord) -> bool:
    """Whether the provider says more of a record than state keeps."""
    return bool(live.managed_by) or not live.proxiable
