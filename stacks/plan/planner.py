"""The plan: what must be, from what is wished, what is there, and what is ours. Pure.

| at the wanted name and type the zone has          | then                                              |
|---------------------------------------------------|---------------------------------------------------|
| nothing                                           | declare: the engine creates record and mark       |
| records that state says are ours                  | declare: the engine updates what differs          |
| ours, and a foreign one beside them               | declare ours, report the foreign one              |
| one that bears our mark, unknown to state: the    | import it: its creation landed and the answer was |
| wished content, or made by a run that was cut off | lost, or the run was cut off                      |
| foreign records only (also: a CNAME beside an A)  | conflict: declare nothing, leave them alone       |
| anything, while the wished targets are unknown    | frozen: declare what state holds, unchanged; of   |
|                                                   | several links those that are known are followed   |
| a mark of ours, unknown to state, and no record:  | import it; the next run, which knows it, deletes  |
| a creation was cut off, then its name dropped     | what is not wanted                                |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components import canonical, ownership
from stacks.plan.endpoints import FAMILY, endpoints
from stacks.plan.links import partly_known, published
from stacks.values import (
    Conflict,
    Endpoint,
    Frozen,
    Known,
    LiveRecord,
    Observation,
    Plan,
    Record,
    RecordSet,
    RegisteredRecord,
    Slot,
    Unknown,
)

if TYPE_CHECKING:
    from stacks.settings import Settings

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _World:
    """The observation, indexed for the questions the plan asks of each endpoint."""

    zone_id: str
    owned: Mapping[Key, list[RegisteredRecord]]
    foreign: Mapping[str, list[LiveRecord]]
    live_ids: frozenset[str]
    texts: Mapping[str, list[str]]
    marked: frozenset[Key]
    """The record sets whose mark state knows."""
    held: frozenset[str]
    """The logical names that state knows and the zone has: never to be imported, the engine would replace them."""


def make_plan(settings: Settings, observation: Observation) -> Plan:
    """The plan for these settings in this world. The same inputs give the same plan."""
    world = _index(observation)
    record_sets: list[RecordSet] = []
    conflicts: list[Conflict] = []
    frozen: list[Frozen] = []
    for endpoint in endpoints(settings, observation.addresses):
        ours = world.owned.get((endpoint.name, endpoint.type), [])
        others = [live for live in world.foreign.get(endpoint.name, ()) if clashes(endpoint.type, live.record.type)]
        alive = any(registered.id in world.live_ids for registered in ours)
        targets = endpoint.targets
        if isinstance(targets, Unknown):
            held = tuple(sorted(registered.record.content for registered in ours))
            reason, partly = targets.reason, partly_known(endpoint, ours, observation)
            targets = partly if isinstance(partly, Known) else Known(held)
            kept = tuple(content for content in held if content in targets.value)
            frozen.append(Frozen(endpoint.name, endpoint.type, kept, reason))
        wanted = _record_set(endpoint, targets.value, ours, settings, world)
        wanted, adopted = _adopt(wanted, ours, others, world)
        left = [live for live in others if live.id not in adopted]
        conflicts.extend(_conflict(wanted, live, world, ours_beside=alive or bool(adopted)) for live in left)
        waiting = isinstance(endpoint.targets, Unknown) and (endpoint.name, endpoint.type) in world.marked
        if (wanted.slots or waiting) and (alive or adopted or not others):
            record_sets.append(wanted)
    record_sets.extend(_leftovers(settings, {one.mark_name for one in record_sets}, world))
    return Plan(tuple(record_sets), tuple(conflicts), tuple(frozen), published(observation))


def clashes(wanted: str, present: str) -> bool:
    """Whether a record of one type keeps the other from the same name (RFC 1034, 3.6.2: CNAME stands alone)."""
    return wanted == present or "CNAME" in {wanted, present}


def declared_records(record_set: RecordSet) -> dict[str, Record]:
    """The records of a set by logical name, its mark included: exactly what the component declares."""
    name, record_type = record_set.name, record_set.type
    records = {
        ownership.record_name(name, record_type, slot.number): Record(
            name, record_type, slot.target, record_set.ttl, record_set.proxied, record_set.comment
        )
        for slot in record_set.slots
    }
    mark = Record(
        record_set.mark_name, "TXT", record_set.mark_content, canonical.AUTOMATIC_TTL, proxied=False, comment=""
    )
    return records | {ownership.mark_record_name(name, record_type): mark}


def import_ids(record_set: RecordSet) -> dict[str, str]:
    """The ids of the records of a set that are to be imported, by logical name."""
    name, record_type = record_set.name, record_set.type
    ids = {ownership.record_name(name, record_type, slot.number): slot.import_id for slot in record_set.slots}
    ids[ownership.mark_record_name(name, record_type)] = record_set.mark_import_id
    return {logical_name: identity for logical_name, identity in ids.items() if identity}


def _index(observation: Observation) -> _World:
    ids = {registered.id for registered in observation.registry.records}
    owned: dict[Key, list[RegisteredRecord]] = defaultdict(list)
    marked: set[Key] = set()
    for registered in observation.registry.records:
        name, record_type, *rest = registered.logical_name.split("/")
        if rest == ["mark"]:
            marked.add((name, record_type))
        else:
            owned[name, record_type].append(registered)
    foreign: dict[str, list[LiveRecord]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    for live in observation.zone.records:
        if live.id not in ids:
            foreign[live.record.name].append(live)
        if live.record.type == "TXT":
            texts[live.record.name].append(live.record.content)
    live_ids = frozenset(live.id for live in observation.zone.records)
    held = frozenset(one.logical_name for one in observation.registry.records if one.id in live_ids)
    return _World(observation.zone.zone_id, owned, foreign, live_ids, texts, frozenset(marked), held)


def _adopt(
    wanted: RecordSet, ours: list[RegisteredRecord], others: list[LiveRecord], world: _World
) -> tuple[RecordSet, frozenset[str]]:
    """Give what bears our mark to the set: the set with its import ids, and the ids of the records adopted.

    A record is ours if our mark stands beside it and it has the wished content; or if state knows the mark, which is
    made first, and has never known a record of this set: then the run that made the one record there was cut off.
    """
    if ownership.mark_record_name(wanted.name, wanted.type) not in world.held:
        text = ("TXT", wanted.mark_content)
        candidates = world.foreign.get(wanted.mark_name, ())
        found = next((live.id for live in candidates if (live.record.type, live.record.content) == text), "")
        wanted = replace(wanted, mark_import_id=found)
    if wanted.mark_content not in world.texts.get(wanted.mark_name, ()):
        return wanted, frozenset()
    by_content = {live.record.content: live.id for live in others if live.record.type == wanted.type}
    cut_off = not ours and (wanted.name, wanted.type) in world.marked
    if cut_off and len(others) == len(by_content) == len(wanted.slots) == 1:
        by_content = {wanted.slots[0].target: others[0].id}
    slots = tuple(
        slot
        if ownership.record_name(wanted.name, wanted.type, slot.number) in world.held
        else replace(slot, import_id=by_content.get(slot.target, ""))
        for slot in wanted.slots
    )
    return replace(wanted, slots=slots), frozenset(slot.import_id for slot in slots if slot.import_id)


def _leftovers(settings: Settings, planned: set[str], world: _World) -> Iterator[RecordSet]:
    """Sets without records, for the marks of ours that state does not know and that mark nothing."""
    for name in sorted(world.foreign.keys() - planned):
        for live in world.foreign[name]:
            mark = ownership.parse(live.record.content) if live.record.type == "TXT" else None
            if mark is None or (mark.heritage, mark.owner) != (ownership.HERITAGE, settings.owner):
                continue
            for record_type in FAMILY:
                host = ownership.marked_name(name, record_type, settings.mark_prefix)
                occupied = any(other.record.type == record_type for other in world.foreign.get(host, ()))
                if host and not occupied and (host, record_type) not in world.marked | world.owned.keys():
                    yield RecordSet(
                        zone_id=world.zone_id,
                        name=host,
                        type=record_type,
                        slots=(),
                        ttl=canonical.AUTOMATIC_TTL,
                        proxied=False,
                        comment="",
                        mark_name=name,
                        mark_content=live.record.content,
                        mark_import_id=live.id,
                    )


def _conflict(wanted: RecordSet, live: LiveRecord, world: _World, *, ours_beside: bool) -> Conflict:
    marks = [mark for text in world.texts.get(wanted.mark_name, ()) if (mark := ownership.parse(text))]
    owner = f"{marks[0].heritage} owner {marks[0].owner}" if marks and not ours_beside else "no owner's mark"
    held_by = f"{live.record.type} {live.record.content} ({owner})"
    reason = "a foreign record beside ours, left alone" if ours_beside else "not ours, left alone; nothing was declared"
    return Conflict(wanted.name, wanted.type, held_by, reason)


def _record_set(
    endpoint: Endpoint, targets: tuple[str, ...], ours: list[RegisteredRecord], settings: Settings, world: _World
) -> RecordSet:
    return RecordSet(
        zone_id=world.zone_id,
        name=endpoint.name,
        type=endpoint.type,
        slots=_slots(targets, {_number(registered): registered.record.content for registered in ours}),
        ttl=endpoint.ttl,
        proxied=endpoint.proxied,
        comment=endpoint.comment,
        mark_name=ownership.mark_name(endpoint.name, endpoint.type, settings.mark_prefix),
        mark_content=ownership.encode(ownership.Mark(ownership.HERITAGE, settings.owner, endpoint.source)),
    )


def _slots(targets: tuple[str, ...], held: Mapping[int, str]) -> tuple[Slot, ...]:
    """A slot for each target: the one that has it already, else one whose target left, else a new one.

    So an address that stays is never written, one that changes is an update, and none is absent in between.
    """
    keeping = {target: number for number, target in sorted(held.items(), reverse=True) if target in targets}
    free = sorted(set(range(len(targets) + len(held))) - set(keeping.values()), key=lambda n: (n not in held, n))
    moving = zip((target for target in targets if target not in keeping), free, strict=False)
    placed = [Slot(number, target) for target, number in keeping.items()]
    placed += [Slot(number, target) for target, number in moving]
    return tuple(sorted(placed, key=lambda slot: slot.number))


def _number(registered: RegisteredRecord) -> int:
    rest = registered.logical_name.split("/")[2:]
    return int(rest[0]) if rest else 0
