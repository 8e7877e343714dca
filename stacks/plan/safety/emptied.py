"""Refusals of runs that leave nothing of a zone, or of what one source has asked for, however little there was. Pure.

A cluster that was built anew, a wrong context or a lost file shows like that. What makes room for a set of another type
at the same name is not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from stacks.model.claims import SourceSighting, origin
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known, RegisteredRecord
from stacks.plan.changes import Action, Change
from stacks.plan.records.record_sets import Key
from stacks.plan.records.zone_index import clashes
from stacks.plan.safety.holders import holders_of
from stacks.plan.safety.refusal import Refusal

DO = "the setting guard.emptying: true lets such runs pass unasked"


def emptied(
    plan: Plan, found: Sequence[Change], observation: Observation, names: Mapping[str, str]
) -> Iterator[Refusal]:
    """Yield the deletions that leave nothing of a zone or of a source. names: of the zones, by id."""
    ours = {one.urn: one for one in observation.registry.records if one.resource.is_record}
    gone = {one.urn: one for one in found if one.urn in ours and one.action in {Action.DELETE, Action.FORGET}}
    deferred = {one.name for one in plan.deferred}
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in plan.record_sets:
        wanted[one.name].add(one.type)
    deleted = [
        one
        for one in gone.values()
        if one.action is Action.DELETE
        and one.record.name not in deferred
        and not any(clashes(other, one.record.type) for other in wanted[one.record.name] - {one.record.type})
    ]
    if not deleted:
        return
    zones = _of_zones(plan, ours, gone, deleted, names)
    yield from zones
    said = {change.urn for refusal in zones for change in refusal.changes}
    for refusal in _of_sources(plan, gone, deleted, observation):
        if not said.issuperset(change.urn for change in refusal.changes):
            yield refusal


def _of_zones(
    plan: Plan,
    ours: Mapping[str, RegisteredRecord],
    gone: Mapping[str, Change],
    deleted: Sequence[Change],
    names: Mapping[str, str],
) -> list[Refusal]:
    owned: dict[str, set[str]] = defaultdict(set)
    for one in ours.values():
        owned[one.zone_id].add(one.urn)
    declared = {one.zone_id for one in plan.record_sets if one.slots}
    found = []
    for zone_id, urns in sorted(owned.items()):
        here = tuple(one for one in deleted if one.urn in urns)
        if here and zone_id not in declared and urns <= gone.keys():
            zone = names.get(zone_id, zone_id)
            what = f"all that is ours in {zone} would be deleted: {_count(here)}"
            found.append(Refusal(zone, what, here, do=DO))
    return found


def _of_sources(
    plan: Plan, gone: Mapping[str, Change], deleted: Sequence[Change], observation: Observation
) -> Iterator[Refusal]:
    declared = {(one.name, one.type) for one in plan.record_sets if one.slots}
    served = {(one.cluster, one.kind.lower()) for key, objects in plan.asked_by if key in declared for one in objects}
    by_key: dict[Key, list[Change]] = defaultdict(list)
    for one in deleted:
        by_key[one.resource.record_set].append(one)
    registered = {one.urn: one.resource.record_set for one in observation.registry.records if one.resource.is_record}
    staying = {key for urn, key in registered.items() if urn not in gone}
    held = holders_of(observation.registry)
    for source in observation.sources:
        if isinstance(source.found, Known) and (source.cluster, source.kind.lower()) not in served:
            keys = {key for key, resources in held.items() if _are_of(source, resources)}
            here = tuple(one for key in sorted(keys) for one in by_key.get(key, ()))
            if here and not keys & staying:
                what = f"all that {_named(source)} have asked for would be deleted: {_count(here)}"
                yield Refusal(here[0].zone, what, here, do=DO)


def _are_of(source: SourceSighting, resources: frozenset[str]) -> bool:
    begin = origin(source.cluster, source.kind)
    return any(resource.startswith(begin) for resource in resources)


def _named(source: SourceSighting) -> str:
    return f"the {source.kind} objects" + (f" of the cluster {source.cluster}" if source.cluster else "")


def _count(changes: Sequence[Change]) -> str:
    return "1 record" if len(changes) == 1 else f"{len(changes)} records"
