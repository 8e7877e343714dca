"""The guard: changes that a run may not make before a person has looked at them. Pure.

A wrong setting, a lost file or another tool at work shows as many changes at once. Of a zone with enough records:

| counted as updated                                              | not counted                                       |
|-----------------------------------------------------------------|---------------------------------------------------|
| a record of ours gets other content, ttl, proxied or comment    | it only follows the addresses that were detected, |
|                                                                 | or those at which an object of a cluster serves   |
| one that was changed or deleted behind our back is put back: it | likewise                                          |
| may be a migration under way                                    |                                                   |

| counted as deleted                                              | not counted                                       |
|-----------------------------------------------------------------|---------------------------------------------------|
| a record of ours that the zone has                              | one that is gone already; one address less of a   |
|                                                                 | name that keeps others, which it follows likewise |

Marks go with their records and are never counted. Two things nobody can allow: a change of the zone's own name servers,
and a deletion of what nobody knows to be unwanted. The planner does neither; the guard holds it anyway.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from components.records import canonical_content
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known, RegisteredRecord, UnreadZone, ZoneSnapshot
from stacks.plan.changes import Action, Change, same

if TYPE_CHECKING:
    from stacks.settings.stack import GuardSettings, Settings

ADDRESS_TYPES = frozenset({"A", "AAAA"})
PUT_RIGHT = frozenset({Action.UPDATE, Action.CORRECT, Action.RESTORE})
NAMED = 5
"""How many records a refusal names."""
WORD_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Refusal:
    """Changes that a run may not make. allowable: whether a person can allow them."""

    zone: str
    what: str
    changes: tuple[Change, ...]
    allowable: bool = True

    @property
    def where(self) -> str:
        """The zone and the records."""
        named = [f"{one.record.name} {one.record.type}" for one in self.changes[:NAMED]]
        more = [f"{len(self.changes) - NAMED} more"] if len(self.changes) > NAMED else []
        return f"zone {self.zone}: {', '.join(named + more)}"


def refusals(settings: Settings, plan: Plan, found: Sequence[Change], observation: Observation) -> tuple[Refusal, ...]:
    """Return the changes that the guard refuses; () where the run may go ahead."""
    ours = {one.urn: one for one in observation.registry.records if one.resource.is_record}
    followed = Followed.of(plan, observation)
    refused = [*_name_servers(settings, found), *_unknown_wish(settings, plan, found, ours, observation)]
    by_zone: dict[tuple[str, str], list[RegisteredRecord]] = defaultdict(list)
    for one in ours.values():
        by_zone[one.provider, one.zone_id].append(one)
    names = _zone_names(observation)
    for (_, zone_id), owned in sorted(by_zone.items(), key=lambda entry: entry[0]):
        if len(owned) >= settings.guard.from_records:
            urns = {one.urn for one in owned}
            touched = [change for change in found if change.urn in urns]
            refused += _too_many(settings.guard, names.get(zone_id, zone_id), len(owned), touched, followed, ours)
    return tuple(refused)


def word(refused: Sequence[Refusal]) -> str:
    """Return the word that allows exactly these changes: hexadecimal digits, "" where nothing could be allowed.

    It begins with a letter, so that no reader of YAML takes it for a number.
    """
    allowable = [change for refusal in refused if refusal.allowable for change in refusal.changes]
    if not allowable:
        return ""
    described = sorted(json.dumps(_described(change), sort_keys=True) for change in allowable)
    return hashlib.sha256("\n".join(described).encode()).hexdigest().lstrip("0123456789")[:WORD_LENGTH]


def _described(change: Change) -> dict[str, object]:
    return asdict(change) | {"action": change.action.value}


def _too_many(
    guard: GuardSettings,
    zone: str,
    owned: int,
    touched: Sequence[Change],
    followed: Followed,
    ours: Mapping[str, RegisteredRecord],
) -> Iterator[Refusal]:
    updated = [one for one in touched if one.action in PUT_RIGHT and not followed.updates(one, ours[one.urn])]
    deleted = [one for one in touched if one.action is Action.DELETE and not followed.shrinks(one)]
    for counted, done, number in ((updated, "updated", guard.updates), (deleted, "deleted", guard.deletions)):
        share = int(Fraction(str(guard.share)) * owned)
        limit = share if number is None else min(share, number)
        if len(counted) > limit:
            percent = round(100 * len(counted) / owned)
            what = (
                f"{len(counted)} of the {owned} records of ours in {zone} ({percent} %) would be {done}; "
                f"a run may do so with {limit} (guard.share {guard.share:g}"
                + (
                    f", guard.{'updates' if done == 'updated' else 'deletions'} {number})"
                    if number is not None
                    else ")"
                )
            )
            yield Refusal(zone, what, tuple(sorted(counted, key=lambda one: one.logical_name)))


def _name_servers(settings: Settings, found: Sequence[Change]) -> Iterator[Refusal]:
    zones = {zone.zone for zone in settings.each_zone()}
    for change in found:
        record = change.record
        if record.type == "NS" and record.name in zones | {change.zone}:
            yield Refusal(record.name, "the zone's own name servers are never touched", (change,), allowable=False)


def _unknown_wish(
    settings: Settings,
    plan: Plan,
    found: Sequence[Change],
    ours: Mapping[str, RegisteredRecord],
    observation: Observation,
) -> Iterator[Refusal]:
    """Yield deletions in unread zones, of frozen records, and of records that make room for frozen ones."""
    kept = {(one.name, one.type): frozenset(one.kept) for one in plan.frozen}
    declared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in plan.record_sets:
        declared[one.name, one.type] |= {value for s in one.slots for value in canonical_content.split(s.target)}
    making_room = {
        (one.name, record_type) for one in plan.deferred if (one.name, one.type) in kept for record_type in one.until
    }
    unread = _unread(settings, observation)
    names = _zone_names(observation)
    for change in found:
        registered = ours.get(change.urn)
        if change.action is not Action.DELETE or registered is None:
            continue
        key = change.resource.record_set
        lost = kept.get(key, frozenset()).intersection(canonical_content.split(registered.record.content))
        if lost - declared[key] or key in making_room or unread(registered):
            zone = names.get(registered.zone_id, registered.zone_id)
            what = "a record would be deleted, and it is not known whether it is wanted"
            yield Refusal(zone, what, (change,), allowable=False)


def _unread(settings: Settings, observation: Observation) -> Callable[[RegisteredRecord], bool]:
    """Return a test whether a record is in an unread zone. A zone with an unknown id may be any."""
    listed = {zone.zone_id for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    ids = dict(observation.registry.zone_ids)
    of_unread: set[tuple[str, str]] = set()
    without_id: set[str] = set()
    for zone in observation.zones:
        if isinstance(zone, UnreadZone):
            chosen = settings.of_zone(zone.zone)
            zone_id = ids.get(zone.zone) or chosen.zone_id
            of_unread |= {(chosen.provider, zone_id), (chosen.provider, zone.zone)}
            without_id |= set() if zone_id else {chosen.provider}

    def judged(one: RegisteredRecord) -> bool:
        return (one.provider, one.zone_id) in of_unread or (one.provider in without_id and one.zone_id not in listed)

    return judged


def _zone_names(observation: Observation) -> dict[str, str]:
    """Return the names of the zones by id."""
    remembered = {zone_id: name for name, zone_id in observation.registry.zone_ids}
    listed = {zone.zone_id: zone.zone for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    return remembered | listed


@dataclass(frozen=True, slots=True)
class Followed:
    """The addresses that names follow: detected ones, and of unknown links the last published."""

    addresses: Collection[str]
    pointing: frozenset[tuple[str, str]]
    """The record sets with such addresses only."""
    asked: frozenset[tuple[str, str]]
    """The record sets of cluster objects: they follow the addresses of these."""

    @classmethod
    def of(cls, plan: Plan, observation: Observation) -> Followed:
        seen = {
            str(a) for one in observation.addresses if isinstance(one.addresses, Known) for a in one.addresses.value
        }
        unseen = {(one.link, one.family) for one in observation.addresses if not isinstance(one.addresses, Known)}
        remembered = {
            address
            for one in observation.registry.links
            if (one.link, one.family) in unseen
            for address in one.addresses
        }
        addresses = frozenset(seen | remembered)
        pointing = frozenset(
            (one.name, one.type)
            for one in plan.record_sets
            if one.slots and all(addresses.issuperset(canonical_content.split(slot.target)) for slot in one.slots)
        )
        return cls(addresses, pointing, frozenset(key for key, _ in plan.asked_by))

    def has(self, name: str, record_type: str) -> bool:
        """Whether a record set has only targets that it follows."""
        key = (name, record_type)
        return key in self.asked or (record_type in ADDRESS_TYPES and key in self.pointing)

    def updates(self, change: Change, ours: RegisteredRecord) -> bool:
        """Whether a change gives a record a target that it follows, and nothing else."""
        after, before = change.after, change.before
        if after is None:
            return False
        points = (after.name, after.type) in self.asked or (
            after.type in ADDRESS_TYPES
            and all(address in self.addresses for address in canonical_content.split(after.content))
        )
        moves = before is None or before.content != after.content
        return points and moves and same(replace(ours.record, content=after.content), after)

    def shrinks(self, change: Change) -> bool:
        """Whether a deletion takes one address of a name that keeps others."""
        return self.has(*change.resource.record_set)
