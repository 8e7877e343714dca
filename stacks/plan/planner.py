"""The plan: what must be, from what is wished, what is there, and what is ours. Pure.

`cases` says whose a record is that stands at a wanted name. Beside that:

| when                                             | then                                                             |
|--------------------------------------------------|------------------------------------------------------------------|
| the targets are unknown                          | frozen: what state holds is declared unchanged; of several links |
|                                                  | those that are known are followed                                |
| the zone could not be listed                     | all that is ours in it is declared unchanged                     |
| policy `upsert-only`, and a set is not wanted    | it is declared unchanged, as long as the zone has it             |
| policy `create-only`, and the zone has a set     | likewise, wanted or not                                          |
| records of ours of a type that cannot stand      | they are deleted, and the next run makes it; other policies than |
| beside it, e.g. A where a CNAME is wanted now    | `sync` keep them: a conflict                                     |
| an object's targets are unknown, or its           | likewise; of several objects those that are known are followed   |
| annotations are wrong                            |                                                                  |
| a source of a cluster could not be read          | all that may have been made for its objects is declared          |
|                                                  | unchanged                                                        |
| a mark of ours, unknown to state, and no record: | it is imported; the next run, which knows it, deletes what is    |
| a creation was cut off, then its name dropped    | not wanted                                                       |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from components import canonical_content
from stacks.plan import shares
from stacks.plan.adoption import Takeover, adopt, leftovers, without_what_stands
from stacks.plan.cases import explained, judge
from stacks.plan.cluster_endpoints import ANY, Asked, asked, settled
from stacks.plan.endpoints import Seen, endpoints, seen_on_links
from stacks.plan.former_marks import registered_former_marks, with_former_marks
from stacks.plan.links import partly_known, published
from stacks.plan.mark_places import placed
from stacks.plan.record_sets import as_registered, contents, sets_of, wished
from stacks.plan.shares import Sight
from stacks.plan.zone_index import Key, ZoneIndex, clashes, index, is_our_mark
from stacks.values import (
    Conflict,
    Deferred,
    Endpoint,
    Frozen,
    Known,
    LiveRecord,
    Observation,
    Plan,
    RecordSet,
    RegisteredRecord,
    SharedSet,
    Unknown,
    UnreadZone,
)

if TYPE_CHECKING:
    from stacks.settings import Settings
    from stacks.wishes import Complaint, ObjectKey, Wish
    from stacks.zone_settings import ZoneSettings


@dataclass(frozen=True, slots=True)
class _World:
    """What is wished and seen, for all zones."""

    settings: Settings
    observation: Observation
    takeover: Takeover | None
    seen: Seen
    sight: Sight
    wishes: Mapping[str, Sequence[Wish]]


@dataclass(slots=True)
class _Draft:
    """A plan while it is made."""

    record_sets: list[RecordSet] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    frozen: list[Frozen] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    kept: list[RecordSet] = field(default_factory=list)
    """Sets that stay, of the zone at hand, because what is to take their place is not known."""
    shared: list[SharedSet] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    asked_by: dict[Key, tuple[ObjectKey, ...]] = field(default_factory=dict)


def make_plan(settings: Settings, observation: Observation, takeover: Takeover | None = None) -> Plan:
    """The plan for these settings in this world. The same inputs give the same plan.

    takeover: what `truenorth adopt` takes over beyond the setting `adopt`.
    """
    draft = _Draft()
    wishes, complaints = settled(settings, observation.sources)
    draft.complaints += complaints
    seen = seen_on_links(observation.addresses)
    world = _World(settings, observation, takeover, seen, Sight.of(observation), wishes)
    for snapshot in observation.zones:
        zone = settings.of_zone(snapshot.zone)
        if isinstance(snapshot, UnreadZone):
            _keep_unread(draft, snapshot, zone, observation)
        else:
            _plan_zone(draft, index(settings, zone, snapshot, observation), world)
    return Plan(
        record_sets=tuple(draft.record_sets),
        conflicts=tuple(draft.conflicts),
        frozen=tuple(draft.frozen),
        deferred=tuple(draft.deferred),
        links=published(observation),
        shared=tuple(draft.shared),
        complaints=tuple(draft.complaints),
        asked_by=tuple(draft.asked_by.items()),
    )


def _plan_zone(draft: _Draft, zone: ZoneIndex, world: _World) -> None:
    owner = world.settings.owner
    planned: list[RecordSet] = []
    own = endpoints(zone.zone, world.seen)
    wishes = world.wishes.get(zone.zone.zone, ())
    more = asked(zone.zone, wishes, own, world.seen, world.settings.wan.links, owner)
    draft.complaints += more.complaints
    draft.asked_by |= more.objects
    wanted: set[Key] = set()
    for endpoint in (*own, *more.endpoints):
        wanted.add((endpoint.name, endpoint.type))
        planned += _of_endpoint(draft, endpoint, zone, world)
    planned += _once(draft.kept, wanted | {(one.name, one.type) for one in planned})
    draft.kept.clear()
    planned += _staying(draft, more, zone, world, wanted | {(one.name, one.type) for one in planned})
    planned = with_former_marks(planned, zone, owner, world.takeover)
    planned += leftovers({(one.name, one.type) for one in planned}, zone, owner, world.takeover)
    planned += _not_wanted(zone, wanted | {(one.name, one.type) for one in planned})
    draft.record_sets += planned


def _of_endpoint(draft: _Draft, endpoint: Endpoint, zone: ZoneIndex, world: _World) -> Iterator[RecordSet]:
    """The set of an endpoint, if it is to be declared; conflicts and what is frozen are noted."""
    key = (endpoint.name, endpoint.type)
    owner = world.settings.owner
    ours = zone.owned.get(key, [])
    alive = zone.alive(key)
    endpoint, values = _values(draft, endpoint, contents(ours), zone, world)
    if alive and zone.zone.policy == "create-only":
        yield as_registered(key, zone.zone.zone, ours, zone.marks.get(key))
        return
    if in_the_way := zone.own_in_the_way(key):
        if reason := _may_be_wanted(endpoint.name, in_the_way, zone, world.sight):
            draft.frozen.append(Frozen(*key, (), reason))
        if reason or isinstance(endpoint.targets, Unknown):
            draft.kept += _in_place(endpoint.name, in_the_way, zone)
        else:
            _wait_for_own(draft, key, in_the_way, zone)
        return
    record_set = wished(endpoint, values, zone, owner)
    others = [live for live in zone.foreign.get(endpoint.name, ()) if _in_the_way(live, endpoint.type, zone)]
    record_set, adopted = adopt(record_set, others, zone, owner, world.takeover)
    left = [live for live in others if live.id not in adopted]
    draft.conflicts += [_conflict(record_set, live, zone, owner, beside=alive or bool(adopted)) for live in left]
    possible = without_what_stands(record_set, left, zone)
    if possible != record_set and isinstance(endpoint.targets, Unknown):
        yield as_registered(key, zone.zone.zone, ours, zone.marks.get(key))
        return
    record_set, in_place = placed(possible, zone)
    if in_place and not record_set.mark_name:
        _note_place(draft, record_set, in_place, zone)
        if not (alive or adopted):
            return
    waiting = isinstance(endpoint.targets, Unknown) and key in zone.marks
    if (record_set.slots or waiting) and (alive or adopted or not others):
        yield record_set


def _values(
    draft: _Draft, endpoint: Endpoint, held: tuple[str, ...], zone: ZoneIndex, world: _World
) -> tuple[Endpoint, tuple[str, ...]]:
    """The endpoint, unknown where one is that cannot be seen, and what its set is to have: what it has, if need be."""
    partly: Known[tuple[str, ...]] | Unknown = endpoint.targets
    if endpoint.parts:
        given = shares.gave((endpoint.name, endpoint.type), zone, held, world.sight)
        endpoint = shares.with_hidden_parts(endpoint, given, world.sight)
        draft.shared += shares.remembered(endpoint, given)
        partly = shares.partly_known(endpoint, given, held)
    elif isinstance(endpoint.targets, Unknown):
        partly = partly_known(endpoint, held, world.observation)
    values = partly.value if isinstance(partly, Known) else held
    if isinstance(endpoint.targets, Unknown):
        kept = tuple(content for content in held if content in values)
        draft.frozen.append(Frozen(endpoint.name, endpoint.type, kept, endpoint.targets.reason))
    return endpoint, values


def _may_be_wanted(name: str, types: tuple[str, ...], zone: ZoneIndex, sight: Sight) -> str:
    """Why it is not known whether an object wishes for one of these sets of ours; "" where none can."""
    for key in ((name, one) for one in types):
        for resource in shares.gave(key, zone, contents(zone.owned.get(key, [])), sight):
            if reason := sight.hidden(resource):
                return reason
    return ""


def _staying(draft: _Draft, more: Asked, zone: ZoneIndex, world: _World, planned: set[Key]) -> Iterator[RecordSet]:
    """The sets of ours, as state has them, of which it is not known whether an object of a cluster wishes for them."""
    if not (more.staying or world.sight.unread):
        return
    reasons = {(one.name, one.type): one.reason for one in more.staying}
    for key in sorted((zone.owned.keys() | zone.marks.keys()) - planned):
        ours = [one for one in zone.owned.get(key, []) if zone.of_this_zone(one)]
        mark = zone.marks.get(key)
        given = shares.gave(key, zone, contents(ours), world.sight)
        hidden = (world.sight.hidden(resource) for resource in given)
        reason = reasons.get(key) or reasons.get((key[0], ANY)) or next(filter(None, hidden), "")
        if reason and (ours or (mark and zone.of_this_zone(mark))):
            draft.frozen.append(Frozen(*key, contents(ours), reason))
            draft.shared += [SharedSet(*key, tuple(given.items()))] if len(given) > 1 else []
            yield as_registered(key, zone.zone.zone, ours, mark)


def _in_place(name: str, types: tuple[str, ...], zone: ZoneIndex) -> Iterator[RecordSet]:
    """The sets of ours at a name, as state has them, with those of ours to which an alias there leads."""
    for record_type in types:
        ours = zone.owned[name, record_type]
        yield as_registered((name, record_type), zone.zone.zone, ours, zone.marks.get((name, record_type)))
        for key in sorted(key for key in zone.owned if record_type == "CNAME" and key[0] in contents(ours)):
            yield as_registered(key, zone.zone.zone, zone.owned[key], zone.marks.get(key))


def _once(kept: list[RecordSet], planned: set[Key]) -> list[RecordSet]:
    """Each of the sets once, and none that is planned anyway."""
    return [one for key, one in {(one.name, one.type): one for one in kept}.items() if key not in planned]


def _wait_for_own(draft: _Draft, key: Key, types: tuple[str, ...], zone: ZoneIndex) -> None:
    """A CNAME cannot be made beside other records of ours, nor they beside it: those go first, or nothing is done."""
    if zone.zone.policy == "sync":
        draft.deferred.append(Deferred(*key, types))
        return
    reason = f"policy {zone.zone.policy} keeps it; nothing was declared"
    draft.conflicts.append(Conflict(*key, f"{', '.join(types)} of ours", reason))


def _note_place(draft: _Draft, record_set: RecordSet, there: LiveRecord, zone: ZoneIndex) -> None:
    """The place of a mark is taken: by what goes with this run, or by what is not ours."""
    if not zone.is_foreign(there):
        draft.deferred.append(Deferred(record_set.name, record_set.type, (there.record.type,)))
        return
    held_by = f"{there.record.type} {there.record.name}"
    draft.conflicts.append(Conflict(record_set.name, record_set.type, held_by, "it stands where the mark would stand"))


def _in_the_way(live: LiveRecord, record_type: str, zone: ZoneIndex) -> bool:
    """Whether a record that state does not know keeps a set of this type from its name. A mark is no other text."""
    beside = live.id in zone.texts and live.record.type == record_type and not zone.zone.traits.whole_sets
    return clashes(record_type, live.record.type) and not beside


def _conflict(record_set: RecordSet, live: LiveRecord, zone: ZoneIndex, owner: str, *, beside: bool) -> Conflict:
    holders = zone.holders(live.record.name, live.record.type)
    case = judge(live, zone.wanted(record_set, owner), holders)
    if (record_set.name, record_set.type) in zone.marks:  # our mark speaks of what state has, not of this one
        holders = tuple(mark for mark in holders if not is_our_mark(mark, owner))
    said = explained(case, live, holders)
    held_by = f"{live.record.type} {', '.join(canonical_content.split(live.record.content))} ({said})"
    reason = "a foreign record beside ours, left alone" if beside else "not ours, left alone; nothing was declared"
    return Conflict(record_set.name, record_set.type, held_by, reason)


def _not_wanted(zone: ZoneIndex, planned: set[Key]) -> Iterator[RecordSet]:
    """What the policy keeps of that which is ours and not wanted any more."""
    if zone.zone.policy == "sync":
        return
    for key in sorted((zone.owned.keys() | zone.marks.keys()) - planned):
        alive = [one for one in zone.owned.get(key, []) if one.id in zone.live]
        mark = zone.marks.get(key)
        if alive and zone.of_this_zone(alive[0]):
            yield as_registered(key, zone.zone.zone, alive, mark if mark and mark.id in zone.live else None)


def _keep_unread(draft: _Draft, zone: UnreadZone, settings: ZoneSettings, observation: Observation) -> None:
    """All that is ours in a zone that could not be listed, as state has it."""
    known = dict(observation.registry.zone_ids)
    zone_id = settings.zone_id or known.get(zone.zone, "")
    # A first run that was cut off has left no id: then the names tell, those of zones with other ids left out.
    others = set(known.values()) - {zone_id}
    here = [
        one
        for one in observation.registry.records
        if one.provider == settings.provider
        and (one.zone_id == zone_id if zone_id else one.zone_id not in others and _named_in(one, zone.zone))
    ]
    records, marks = sets_of(here)
    for key in sorted(records.keys() | marks.keys()):
        kept = as_registered(key, zone.zone, records.get(key, []), marks.get(key))
        kept = replace(kept, former_marks=registered_former_marks(key, here))
        draft.record_sets.append(kept)
        draft.frozen.append(Frozen(*key, contents(records.get(key, [])), zone.reason))


def _named_in(registered: RegisteredRecord, zone: str) -> bool:
    return f".{registered.logical_name.partition('/')[0]}".endswith(f".{zone}")
