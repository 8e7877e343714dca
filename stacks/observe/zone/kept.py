"""Ttls that a provider keeps in place of the wished ones, as state has learnt them: no difference at each look."""

from __future__ import annotations

from dataclasses import replace

from stacks.model.observation import Registry
from stacks.model.values import LiveRecord, UnreadZone, ZoneSnapshot


def as_kept(zone: ZoneSnapshot | UnreadZone, registry: Registry) -> ZoneSnapshot | UnreadZone:
    """Return a zone with the wished ttl of state at each record of ours whose provider keeps another one."""
    kept = {one.id: one for one in registry.records if one.kept_ttl is not None and one.zone_id == zone.zone}
    if not kept or isinstance(zone, UnreadZone):
        return zone

    def seen(live: LiveRecord) -> LiveRecord:
        ours = kept.get(live.id)
        if ours is None or live.record.ttl != ours.kept_ttl:
            return live
        return replace(live, record=replace(live.record, ttl=ours.record.ttl))

    return replace(zone, records=tuple(map(seen, zone.records)))
