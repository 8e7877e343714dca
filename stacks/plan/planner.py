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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from components.records import canonical_content
from stacks.model.values import (
    Conflict,
    Deferred,
    Endpoint,
    Frozen,
    Known,
    LiveRecord,
    Observation,
    Plan,
    RecordSet,
    SharedSet,
    Unknown,
    UnreadZone,
)
from stacks.plan.desired import shares
from stacks.plan.desired.cluster_endpoints import asked, settled
from stacks.plan.desired.endpoints import Seen, endpoints, seen_on_links
from stacks.plan.desired.links import partly_known, published
from stacks.plan.desired.retained import Stays, by_policy, in_doubt, in_unread_zone, standing, why_wanted
from stacks.plan.desired.shares import Sight
from stacks.plan.geo.part import geo_part
from stacks.plan.records.adoption import Takeover, adopt, leftovers, without_what_stands
from stacks.plan.records.cases import explained, judge
from stacks.plan.records.former_marks import with_former_marks
from stacks.plan.records.mark_places import placed
from stacks.plan.records.record_sets import as_registered, contents, wished
from stacks.plan.records.zone_index import Key, ZoneIndex, clashes, index, is_our_mark
from stacks.plan.sharding import layout

if TYPE_CHECKING:
    from stacks.model.claims import Claim, Complaint, ObjectKey
    from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class _World:
    """What is wished and seen, for all zones."""

    settings: Settings
    observation: Observation
    takeover: Takeover | None
    seen: Seen
    sight: Sight
    wishes: Mapping[str, Sequence[Claim]]


@dataclass(slots=True)
class _Draft:
    """A plan while it is made."""

    record_sets: list[RecordSet] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    frozen: list[Frozen] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    kept: list[Stays] = field(default_factory=list)
    """Sets that stay, of the zone at hand, because what is to take their place is not known."""
    shared: list[SharedSet] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    asked_by: dict[Key, tuple[ObjectKey, ...]] = field(default_factory=dict)

    def staying(self, found: Iterable[Stays]) -> Iterator[RecordSet]:
        """The sets that stay; why they do, and whose they are, is noted."""
        for one in found:
            self.frozen += [one.frozen] if one.frozen else []
            self.shared += [one.shared] if one.shared else []
            yield one.record_set


def make_plan(
    settings: Settings, observation: Observation, takeover: Takeover | None = None, *, handed_over: bool = False
) -> Plan:
    """The plan for these settings in this world. The same inputs give the same plan.

    takeover: what `truenorth adopt` takes over beyond the setting `adopt`. handed_over: of `geo_part`.
    """
    draft = _Draft()
    wishes, complaints = settled(settings, observation.sources, _balanced(observation))
    draft.complaints += (*complaints, *(observation.geo.complaints if observation.geo else ()))
    seen = seen_on_links(observation.addresses)
    world = _World(settings, observation, takeover, seen, Sight.of(observation), wishes)
    for snapshot in observation.zones:
        zone = settings.of_zone(snapshot.zone)
        if isinstance(snapshot, UnreadZone):
            draft.record_sets += draft.staying(in_unread_zone(snapshot, zone, observation))
        else:
            _plan_zone(draft, index(settings, zone, snapshot, observation), world)
    record_sets = tuple(draft.record_sets)
    return Plan(
        record_sets=record_sets,
        conflicts=tuple(draft.conflicts),
        frozen=tuple(draft.frozen),
        deferred=tuple(draft.deferred),
        links=published(observation),
        shared=tuple(draft.shared),
        complaints=tuple(draft.complaints),
        asked_by=tuple(draft.asked_by.items()),
        geo=geo_part(settings, observation, handed_over=handed_over),
        layout=layout(settings.shards, record_sets, observation.registry.layout),
    )


def _balanced(observation: Observation) -> frozenset[str]:
    """The names that have load balancers."""
    return frozenset(wish.host_name for wish in observation.geo.wishes) if observation.geo else frozenset()


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
    planned += draft.staying(_once(draft.kept, wanted | _keys(planned)))
    draft.kept.clear()
    planned += draft.staying(in_doubt(more.staying, zone, world.sight, wanted | _keys(planned)))
    planned = with_former_marks(planned, zone, owner, world.takeover)
    planned += leftovers(_keys(planned), zone, owner, world.takeover)
    planned += by_policy(zone, wanted | _keys(planned))
    draft.record_sets += planned


def _keys(planned: Iterable[RecordSet]) -> set[Key]:
    return {(one.name, one.type) for one in planned}


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
        wanted = (why_wanted((endpoint.name, one), zone, world.sight) for one in in_the_way)
        if reason := next(filter(None, wanted), ""):
            draft.frozen.append(Frozen(*key, (), reason))
        if reason or isinstance(endpoint.targets, Unknown):
            draft.kept += standing(endpoint.name, in_the_way, zone, world.sight)
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
    targets: Known[tuple[str, ...]] | Unknown = endpoint.targets
    links = endpoint.links and isinstance(targets, Unknown)
    if endpoint.parts:
        with_unseen = shares.combined(endpoint, zone, held, world.sight)
        links = links and with_unseen.endpoint == endpoint
        endpoint, targets = with_unseen.endpoint, with_unseen.targets
        draft.shared += with_unseen.shared
    if links:
        targets = partly_known(endpoint, held, world.observation)
    values = targets.value if isinstance(targets, Known) else held
    if isinstance(endpoint.targets, Unknown):
        kept = tuple(content for content in held if content in values)
        draft.frozen.append(Frozen(endpoint.name, endpoint.type, kept, endpoint.targets.reason))
    return endpoint, values


def _once(kept: list[Stays], planned: set[Key]) -> list[Stays]:
    """Each of the sets once, and none that is planned anyway."""
    by_key = {(one.record_set.name, one.record_set.type): one for one in kept}
    return [one for key, one in by_key.items() if key not in planned]


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
