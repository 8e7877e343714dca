"""The delete grace: a record set that is not wanted any more stays for a while. Pure.

It is for a loop that sees claims come and go (a source that restarts, a rollout that removes and adds). Whole record
sets are kept, with their marks; an address that a name loses is not: it may point nowhere. Nothing is kept that stands
in the way of a wanted set, or in a zone that the settings do not name any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from components.records.aliases import Neighbour, clash
from components.records.providers import PROVIDERS
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import RecordSet, ZoneSnapshot
from stacks.plan.records.record_sets import Key, as_registered, is_proxied, sets_of


def withhold(
    plan: Plan, observation: Observation, unwanted_since: Mapping[Key, float], now: float, grace: float
) -> tuple[Plan, Mapping[Key, float]]:
    """Return the plan with sets unwanted for less than grace, and the time since which each set has been unwanted.

    now, grace: seconds; times are on the clock of now. Pass the times to the next call: sets that are wanted again are
    not in it, so that their time starts anew.
    """
    leaving = {(one.name, one.type): one for one in _not_planned(plan, observation)}
    since = {key: unwanted_since.get(key, now) for key in leaving}
    kept = tuple(leaving[key] for key in sorted(leaving) if now < since[key] + grace)
    return replace(plan, record_sets=(*plan.record_sets, *kept)), since


def _not_planned(plan: Plan, observation: Observation) -> Iterator[RecordSet]:
    """Yield our sets in the zones that are not in the plan, as state has them."""
    wanted: dict[str, set[Neighbour]] = defaultdict(set)
    for one in plan.record_sets:
        wanted[one.name].add(Neighbour(one.type, is_proxied(one)))
    for later in plan.deferred:
        wanted[later.name].add(Neighbour(later.type))
    for zone in observation.zones:
        if isinstance(zone, ZoneSnapshot):
            live = {one.id for one in zone.records}
            here = (one for one in observation.registry.records if one.zone_id == zone.zone_id and one.id in live)
            records, marks = sets_of(here)
            for key, owned in records.items():
                mine = Neighbour(key[1], owned[0].record.proxied)
                traits, is_apex = PROVIDERS[owned[0].provider], key[0] == zone.zone
                if not any(clash(traits, other, mine, at_apex=is_apex) for other in wanted[key[0]]):
                    yield as_registered(key, zone.zone, owned, marks.get(key))
