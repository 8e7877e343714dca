"""Plans of an adoption, which takes over and makes nothing new: what else is wished waits for `truenorth up`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import ZoneSnapshot
from stacks.plan.changes import Action, Change
from stacks.plan.records.record_sets import Key, as_registered, sets_of


def adopted_sets(changes: Iterable[Change]) -> frozenset[Key]:
    """Return the record sets with a record or mark to take over, or an old mark to delete after a takeover."""
    return frozenset(
        one.resource.record_set for one in changes if one.action is Action.ADOPT or one.resource.is_former_mark
    )


def only_adopted(plan: Plan, observation: Observation, adopted: Collection[Key]) -> Plan:
    """Return the plan in which sets that are not adopted stay as state has them, and new ones are left out.

    Where an adopted set is not wanted and leaves, another of its name may take its place.
    """
    wanted = {(one.name, one.type) for one in plan.record_sets}
    leaving = {name for name, record_type in adopted if (name, record_type) not in wanted}
    zones = {one.zone_id: one.zone for one in observation.zones if isinstance(one, ZoneSnapshot)}
    records, marks = sets_of(observation.registry.records)
    held = {key: marks[key] for key in marks} | {key: several[0] for key, several in records.items()}
    staying = [
        as_registered(key, zones[one.zone_id], records.get(key, []), marks.get(key))
        for key, one in held.items()
        if one.zone_id in zones and key not in adopted and key[0] not in leaving
    ]
    kept = {(one.name, one.type) for one in staying}
    going_on = [
        one
        for one in plan.record_sets
        if (one.name, one.type) not in kept
        and ((one.name, one.type) in adopted or one.name in leaving or one.untouched)
    ]
    return replace(plan, record_sets=(*going_on, *staying))
