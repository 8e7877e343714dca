"""Decide on each record set of ours whether it leaves the state, without being deleted, or stays. Pure.

| a record set in state                                        | it                                            |
|--------------------------------------------------------------|-----------------------------------------------|
| an object of the receiver's cluster asks for it, or the      | is given: gets the receiver's mark, loses ours |
| receiver's mark stands there already                         |                                                |
| nobody receives anything, or nobody asks for it but settings | is let go: loses our mark                     |
| the receiver cannot mark it: its type, the zone's own name   | is let go                                     |
| it has drifted, its zone could not be read, others' records  | stays as it is, with our mark                 |
| stand in its way, another cluster's objects ask for it       |                                               |

A set that is given loses our mark in a run only where the zone, as it was read before that run, has the receiver's. So
at each moment one of the two stands there, and a run that was cut off is gone on with by the next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from components.marks import in_comments, ownership
from components.records.aliases import Neighbour
from stacks.model.plan import Plan
from stacks.model.values import FormerMark, LiveRecord, RecordSet, RegisteredRecord, UnreadZone, ZoneSnapshot
from stacks.plan.changes import is_as_known
from stacks.plan.desired.retained import in_unread_zone
from stacks.plan.records.former_marks import registered_former_marks
from stacks.plan.records.holders import held
from stacks.plan.records.record_sets import Key, as_registered, former_mark_name, mark_record, sets_of
from stacks.plan.records.zone_index import ZoneIndex, index, neighbour
from stacks.plan.release.receiver import Receiver
from stacks.plan.safety.holders import holder, holders_of

if TYPE_CHECKING:
    from components.records.record import Record
    from stacks.model.observation import Observation, Registry
    from stacks.settings.stack import Settings

_UP = "`truenorth up` puts it right first"
_ADOPT = "our mark stands there, and state does not know the record: `truenorth adopt` takes it first"


@dataclass(frozen=True, slots=True)
class LeavingSet:
    """A set that leaves, as state has it, and as a run declares it now.

    their_mark: the name of the receiver's mark, "" where it is let go; why: then the reason, for people. is_ready:
    whether the zone has all that it needs to be forgotten but for our mark.
    """

    record_set: RecordSet
    declared: RecordSet
    their_mark: str = ""
    is_ready: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class StayingSet:
    """A set that stays ours. record_set: None where state does not know it. is_meant: whether the options ask so."""

    name: str
    type: str
    why: str
    record_set: RecordSet | None = None
    is_meant: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """The record sets of ours, leaving or staying. outside: records in zones without settings."""

    leaving: tuple[LeavingSet, ...]
    staying: tuple[StayingSet, ...]
    outside: tuple[RegisteredRecord, ...]

    def plan(self, observation: Observation) -> Plan:
        """Return the plan of a run. State keeps what else it remembers."""
        known = observation.registry
        kept = (one.record_set for one in self.staying if one.record_set)
        return Plan(
            record_sets=(*(one.declared for one in self.leaving if one.declared.slots), *kept),
            conflicts=(),
            frozen=(),
            links=known.links,
            shared=known.shared,
            queues=known.queues,
            layout=known.layout,
            memory=known.memory,
        )


def released(settings: Settings, observation: Observation, receiver: Receiver | None) -> Release:
    """Return what becomes of each record set of ours. receiver: None to let all go."""
    found: list[LeavingSet | StayingSet] = []
    for snapshot in observation.zones:
        zone = settings.of_zone(snapshot.zone)
        if isinstance(snapshot, UnreadZone):
            kept = (one.record_set for one in in_unread_zone(snapshot, zone, observation))
            found += [StayingSet(one.name, one.type, snapshot.reason, one) for one in kept]
        else:
            there = index(settings, zone, snapshot, observation)
            found += _each_mark_once(_of_zone(there, observation.registry, receiver))
    staying = [one for one in found if isinstance(one, StayingSet)]
    return Release(
        tuple(one for one in found if isinstance(one, LeavingSet)),
        (*staying, *_unknown(settings, observation)),
        _outside(settings, observation, staying),
    )


def _of_zone(zone: ZoneIndex, registry: Registry, receiver: Receiver | None) -> Iterator[LeavingSet | StayingSet]:
    """Yield what becomes of each set of ours in a zone."""
    here = [one for one in registry.records if one.provider == zone.settings.provider and zone.of_this_zone(one)]
    records, marks = sets_of(here)
    asked = holders_of(registry)
    for key in sorted(records.keys() | marks.keys()):
        there, mark = records.get(key, []), marks.get(key)
        former = registered_former_marks(key, here)
        kept = replace(as_registered(key, zone.settings.zone, there, mark), former_marks=former)
        if why := _drift(key, there, mark, zone):
            yield StayingSet(*key, why, kept)
        elif receiver is None or not there:
            yield LeavingSet(kept, _unmarked(kept, zone))
        else:
            yield _given(kept, zone, receiver, asked.get(key, frozenset()))


def _drift(key: Key, records: Iterable[RegisteredRecord], mark: RegisteredRecord | None, zone: ZoneIndex) -> str:
    """Return why state does not have a set as the zone has it; "" where it does. Marks of ours may be gone."""
    if not records:
        return _ADOPT if zone.has_records(key) else ""
    for one in (*records, *([mark] if mark and mark.id in zone.live else ())):
        live = zone.live.get(one.id)
        if live is None:
            return f"{one.record.content} was deleted behind our back: {_UP}"
        if live.managed_by:
            return f"the provider manages it itself: {live.managed_by}"
        bare = replace(one.record, comment=in_comments.parse(one.record.comment)[0])
        if not any(is_as_known(known, live.record) for known in (one.record, bare)):
            return f"it was changed behind our back: {_UP}"
    return ""


def _given(kept: RecordSet, zone: ZoneIndex, receiver: Receiver, resources: Collection[str]) -> LeavingSet | StayingSet:
    """Return the decision on a set for this receiver. resources: the objects, or the setting, behind it."""
    asking = resources if receiver.reads_objects else ()
    objects = {resource: found for resource in asking if (found := holder(resource))}
    clusters = {found.cluster for found in objects.values()}
    is_named = kept.name in receiver.names
    if not is_named and objects and receiver.cluster is not None and clusters != {receiver.cluster}:
        why = f"objects of other clusters ask for it: {', '.join(sorted(clusters))}"
        return StayingSet(kept.name, kept.type, why, kept, is_meant=True)
    name = _mark_name(kept, zone, receiver)
    # Once it stands there, the receiver owns the set; who had asked for it was said by our mark, which may be gone.
    is_marked = any(_is_theirs(live, zone, receiver) for live in zone.by_name.get(name, ()))
    if not (name and (is_named or objects or is_marked)):
        return LeavingSet(
            kept, _unmarked(kept, zone), why=receiver.unasked if name else f"{receiver.tool} cannot mark it"
        )
    if why := _in_the_way(kept, name, zone, receiver):
        return StayingSet(kept.name, kept.type, why, kept)
    if is_marked:
        return LeavingSet(kept, _unmarked(kept, zone, name), name)
    mark = mark_record(name, receiver.content(objects), zone.settings.traits.automatic_ttl)
    return LeavingSet(kept, _marked(kept, mark, zone), name, is_ready=False)


def _mark_name(kept: RecordSet, zone: ZoneIndex, receiver: Receiver) -> str:
    """Return the name of the receiver's mark of a set; "" where it cannot mark it, or not in this zone."""
    name = receiver.mark_name(kept.name, kept.type)
    return name if f".{name}".endswith(f".{zone.settings.zone}") else ""


def _in_the_way(kept: RecordSet, mark_name: str, zone: ZoneIndex, receiver: Receiver) -> str:
    """Return what keeps a set from being the receiver's alone; "" for nothing."""
    for live in zone.by_name.get(mark_name, ()):
        if live.record.type == "TXT":
            if receiver.is_disturbed_by(live.record.content) and not _is_theirs(live, zone, receiver):
                return f"another text stands at {mark_name}, where {receiver.tool} looks for its mark"
        elif zone.clash_at(mark_name, Neighbour("TXT"), neighbour(live.record)):
            return f"no mark can stand at {mark_name}, beside a record of type {live.record.type}"
    types = receiver.marked_types(kept.type)
    beside = (one for one in zone.foreign.get(kept.name, ()) if one.record.type in types)
    if any(live.id not in zone.mark_ids for live in beside):
        return f"somebody else's record stands beside it, which {receiver.tool} would take for its own and delete"
    return ""


def _is_theirs(live: LiveRecord, zone: ZoneIndex, receiver: Receiver) -> bool:
    """Whether a record is a mark of the receiver's, and nothing else."""
    return live.record.type == "TXT" and zone.is_whole(live) and receiver.has_written(live.record.content)


def _marked(kept: RecordSet, mark: Record, zone: ZoneIndex) -> RecordSet:
    """Return a set as it is, with the receiver's mark that is to be made beside ours."""
    former = tuple(one for one in kept.former_marks if former_mark_name(kept, one.number) in zone.present)
    taken = {one.number for one in kept.former_marks}
    number = next(number for number in count() if number not in taken)
    return replace(kept, former_marks=(*former, FormerMark(number, mark, "")))


def _unmarked(kept: RecordSet, zone: ZoneIndex, their_mark: str = "") -> RecordSet:
    """Return a set without our mark. their_mark: the name of the receiver's mark, which stays."""
    comment, owner = in_comments.parse(kept.comment)
    is_marked = owner is not None and owner == zone.writer.owner
    return replace(
        kept,
        mark_name="",
        mark_content="",
        former_marks=tuple(one for one in kept.former_marks if their_mark and one.record.name == their_mark),
        comment=comment if is_marked else kept.comment,
        untouched=not is_marked,
    )


def _each_mark_once(found: Iterable[LeavingSet | StayingSet]) -> Iterator[LeavingSet | StayingSet]:
    """Yield the sets, of those with one mark the first to make it: a wildcard shares its mark with a name."""
    begun: set[str] = set()
    for one in found:
        if isinstance(one, LeavingSet) and not one.is_ready and one.their_mark in begun:
            yield replace(one, declared=one.record_set)
        else:
            yield one
            if isinstance(one, LeavingSet) and not one.is_ready:
                begun.add(one.their_mark)


def _unknown(settings: Settings, observation: Observation) -> Iterator[StayingSet]:
    """Yield the sets that bear our mark and are unknown to state: a run was cut off, or state was lost."""
    found = (one for one in held(settings, observation) if not one.is_mark)
    keys = {
        (one.live.record.name, one.live.record.type)
        for one in found
        if (one.mark.heritage, one.mark.owner) == (ownership.HERITAGE, settings.owner)
    }
    yield from (StayingSet(*key, _ADOPT) for key in sorted(keys))


def _outside(
    settings: Settings, observation: Observation, staying: Iterable[StayingSet]
) -> tuple[RegisteredRecord, ...]:
    """Return the records in state that are in none of the zones."""
    zones = {
        (settings.of_zone(one.zone).provider, one.zone_id) for one in observation.zones if isinstance(one, ZoneSnapshot)
    }
    unread = {(one.name, one.type) for one in staying}
    return tuple(
        one
        for one in observation.registry.records
        if (one.provider, one.zone_id) not in zones and one.resource.record_set not in unread
    )
