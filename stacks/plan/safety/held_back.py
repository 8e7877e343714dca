"""Plans without refused changes, so that a loop can follow the address until a person has decided. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from components.records.aliases import Neighbour
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import RecordSet, RegisteredRecord, ZoneSnapshot
from stacks.plan.records.alone import takes_the_place
from stacks.plan.records.record_sets import Key, as_registered, sets_of
from stacks.plan.safety.followed import Followed
from stacks.plan.safety.refusal import Refusal


def held_back(plan: Plan, refused: Sequence[Refusal], observation: Observation) -> Plan:
    """Return the plan in which the record sets of the refused changes stay as state has them.

    A set that points at detected addresses goes on doing so, with its present ttl and other settings. Sets that state
    does not have are left out. Only sets in zones of the plan can be held back; for the others the guard refuses the
    plan again.
    """
    urns = {change.urn for refusal in refused for change in refusal.changes}
    records, marks = sets_of(observation.registry.records)  # those too that are gone: they are not to be forgotten
    held = {key for key, owned in records.items() if any(one.urn in urns for one in owned)}
    new = {change.resource.record_set for refusal in refused for change in refusal.changes if not change.urn}
    held |= new & records.keys()
    held |= _aliased(held, records, plan)
    names = _names(observation)
    followed = Followed.of(plan, observation)
    kept: dict[Key, RecordSet] = {}
    for key in sorted(held):
        if records[key][0].zone_id in names:
            kept[key] = as_registered(key, names[records[key][0].zone_id], records[key], marks.get(key))
    staying: dict[str, set[Neighbour]] = defaultdict(set)
    for one in kept.values():
        staying[one.name].add(Neighbour(one.type, one.proxied))
    sets = [  # a set that was to take the place of one that stays waits for it
        _moved(one, kept.pop((one.name, one.type)), followed) if (one.name, one.type) in kept else one
        for one in plan.record_sets
        if ((one.name, one.type) in held or (one.name, one.type) not in new)
        and not any(takes_the_place(one, other) for other in staying.get(one.name, ()))
    ]
    deferred = tuple(one for one in plan.deferred if not any((one.name, other) in held for other in one.until))
    return replace(plan, record_sets=(*sets, *kept.values()), deferred=deferred)


def _names(observation: Observation) -> dict[str, str]:
    """Return the names of the listed zones, by their present id and by the one that state remembers."""
    listed = {zone.zone: zone.zone_id for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    former = {zone_id: name for name, zone_id in observation.registry.zone_ids if name in listed}
    return former | {zone_id: name for name, zone_id in listed.items()}


def _aliased(held: set[Key], records: Mapping[Key, list[RegisteredRecord]], plan: Plan) -> set[Key]:
    """Return our unwanted sets at the targets of held aliases: without them an alias would point nowhere."""
    targets = {one.record.content for key in held if key[1] == "CNAME" for one in records[key]}
    return {key for key in records if key[0] in targets} - {(one.name, one.type) for one in plan.record_sets}


def _moved(wished: RecordSet, kept: RecordSet, followed: Followed) -> RecordSet:
    """Return the set as it is, or with its present settings at new addresses where it follows them."""
    stays = {one.target for one in wished.slots} == {one.target for one in kept.slots}
    if stays or wished.untouched or wished.zone_id != kept.zone_id or not followed.has(wished.name, wished.type):
        return kept
    return replace(wished, ttl=kept.ttl, proxied=kept.proxied, comment=kept.comment)
