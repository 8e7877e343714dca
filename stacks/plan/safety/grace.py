"""The delete grace: what leaves the wish stays as it is until it has been unwanted for a while. Pure.

It is for a loop that sees the wish come and go (a source that restarts, a rollout that removes and adds). Whole record
sets are kept, with their marks; an address that a name loses is not: it may point nowhere. Nothing is kept that stands
in the way of what is wanted, or in a zone that the settings do not name any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from stacks.model.values import Observation, Plan, RecordSet, ZoneSnapshot
from stacks.plan.records.record_sets import Key, as_registered, sets_of
from stacks.plan.records.zone_index import clashes


def withhold(
    plan: Plan, observation: Observation, unwanted_since: Mapping[Key, float], now: float, grace: float
) -> tuple[Plan, Mapping[Key, float]]:
    """The plan with what has been unwanted for less than grace, and since when each set has been, on now's clock.

    Pass the second to the next call: what is wanted again is not in it, so that its time would start anew.
    """
    leaving = {(one.name, one.type): one for one in _not_planned(plan, observation)}
    since = {key: unwanted_since.get(key, now) for key in leaving}
    kept = tuple(leaving[key] for key in sorted(leaving) if now < since[key] + grace)
    return replace(plan, record_sets=(*plan.record_sets, *kept)), since


def _not_planned(plan: Plan, observation: Observation) -> Iterator[RecordSet]:
    """The sets of ours that the zones have and the plan has not, as state has them."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for name, record_type in (
        *((one.name, one.type) for one in plan.record_sets),
        *((one.name, one.type) for one in plan.deferred),
    ):
        wanted[name].add(record_type)
    for zone in observation.zones:
        if isinstance(zone, ZoneSnapshot):
            live = {one.id for one in zone.records}
            here = (one for one in observation.registry.records if one.zone_id == zone.zone_id and one.id in live)
            records, marks = sets_of(here)
            for key, owned in records.items():
                if not any(clashes(other, key[1]) for other in wanted[key[0]]):
                    yield as_registered(key, zone.zone, owned, marks.get(key))
