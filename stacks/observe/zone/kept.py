"""Ttls that a provider keeps in place of the wished ones, as state has learnt them: no difference at each look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from stacks.model.observation import Registry
from stacks.model.values import LiveRecord, UnreadZone, ZoneSnapshot


def as_kept(zones: Iterable[ZoneSnapshot | UnreadZone], registry: Registry) -> tuple[ZoneSnapshot | UnreadZone, ...]:
    """Return zones with the wished ttl of state at each record of ours whose provider keeps another one."""
    kept = {(one.zone_id, one.id): one for one in registry.records if one.kept_ttl is not None}
    with_kept = {zone_id for zone_id, _ in kept}

    def seen(zone_id: str, live: LiveRecord) -> LiveRecord:
        ours = kept.get((zone_id, live.id))
        if ours is None or live.record.ttl != ours.kept_ttl:
            return live
        return replace(live, record=replace(live.record, ttl=ours.record.ttl))

    return tuple(
        zone
        if isinstance(zone, UnreadZone) or zone.zone_id not in with_kept
        else replace(zone, records=tuple(seen(zone.zone_id, one) for one in zone.records))
        for zone in zones
    )
