"""Holders: the owners of records in the zones by their marks, also of records outside of any plan. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.marks.heritage import HeritageMark
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord, ZoneSnapshot
from stacks.plan.records.former_marks import speaks
from stacks.plan.records.record_sets import import_ids
from stacks.plan.records.zone_index import ZoneIndex, index

if TYPE_CHECKING:
    from stacks.plan.records.adoption import Takeover
    from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record unknown to state, with the mark that speaks of it. is_mark: the record itself is the mark."""

    zone: str
    live: LiveRecord
    mark: HeritageMark
    is_mark: bool


def held(settings: Settings, observation: Observation) -> tuple[HeldRecord, ...]:
    """Return all marked records of the zones unknown to state, and the marks themselves."""
    zones = [zone for zone in observation.zones if isinstance(zone, ZoneSnapshot)]
    indexes = [index(settings, settings.of_zone(zone.zone), zone, observation) for zone in zones]
    return tuple(one for zone in indexes for one in _of_zone(zone))


def left_alone(settings: Settings, observation: Observation, plan: Plan, takeover: Takeover) -> tuple[HeldRecord, ...]:
    """Return the records that a takeover leaves to the other tool: unwanted ones, without conflicts."""
    taken = {identity for record_set in plan.record_sets for identity in import_ids(record_set).values()}
    conflicting = {conflict.name for conflict in plan.conflicts}
    return tuple(
        one
        for one in held(settings, observation)
        if takeover.takes_mark(one.mark)
        and not one.is_mark
        and one.live.id not in taken
        and one.live.record.name not in conflicting
    )


def _of_zone(zone: ZoneIndex) -> Iterator[HeldRecord]:
    domain = zone.settings.zone
    listed: set[str] = set()
    for name in sorted(zone.marks_at.keys() | zone.foreign.keys()):
        for live in zone.foreign.get(name, ()):
            record_type = live.record.type
            speaking = tuple(mark for mark in zone.holders(name, record_type) if speaks(mark, name, record_type))
            holder = zone.holder_of(live, speaking)
            if holder and live.id not in zone.mark_ids and not live.managed_by:
                yield HeldRecord(domain, live, holder, is_mark=False)
        for mark, live in zone.marks_at.get(name, ()):
            if zone.is_foreign(live) and live.id not in listed:
                listed.add(live.id)
                yield HeldRecord(domain, live, mark, is_mark=True)
