"""The guard: changes that a run may not make before a person has looked at them. Pure.

A wrong setting, a lost file or another tool at work shows as many changes at once. Of a zone with enough records:

| counted as updated                                              | not counted                                       |
|-----------------------------------------------------------------|---------------------------------------------------|
| a record of ours gets other content, ttl, proxied or comment    | it only follows the addresses that were detected, |
|                                                                 | or those at which an object of a cluster serves   |
| one that was changed or deleted behind our back is put back: it | likewise                                          |
| may be a migration under way                                    |                                                   |
|                                                                 | only our mark in its comment comes, goes, changes |
|                                                                 | the zone has it as it is wished, and state does   |
|                                                                 | not know it yet                                   |
| one with our mark is adopted, with other content                | likewise, where the mark bears the id of this     |
|                                                                 | state, or a person has asked for the adoption     |

| counted as deleted                                              | not counted                                       |
|-----------------------------------------------------------------|---------------------------------------------------|
| a record of ours that the zone has                              | one that is gone already; one address less of a   |
|                                                                 | name that keeps others, which it follows likewise |

Marks go with their records and are never counted. What runs of the last hour have done, and nobody has allowed, counts
too, against what was owned at its beginning: a zone is not emptied in many small steps, and what is made or adopted
leaves no more room for an hour. What a run adopts counts as owned for its updates alone. Beside that: `instances`
(whose records they are), `identities` (which zone and cluster it is), `emptied` (nothing is left), `creations` (too
much new).

Two things nobody can allow: a change of the zone's own name servers, and a deletion of what nobody knows to be
unwanted. The planner does neither; the guard holds it anyway.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING

from components.records import canonical_content
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import RegisteredRecord, UnreadZone, ZoneSnapshot
from stacks.plan.changes import Action, Change
from stacks.plan.lists.emptied import of_lists
from stacks.plan.records.record_sets import Key
from stacks.plan.safety.creations import too_many_new
from stacks.plan.safety.emptied import Emptying
from stacks.plan.safety.followed import PUT_RIGHT, Followed
from stacks.plan.safety.identities import exchanged
from stacks.plan.safety.instances import adoptions, changes_content, of_other_states, of_unproven, proven
from stacks.plan.safety.refusal import Refusal

if TYPE_CHECKING:
    from stacks.settings.stack import GuardSettings, Settings

WORD_LENGTH = 8


def refusals(
    settings: Settings, plan: Plan, found: Sequence[Change], observation: Observation, *, asked: bool = False
) -> tuple[Refusal, ...]:
    """Return the changes that the guard refuses; () where the run may go ahead.

    asked: whether a person has asked for the adoptions among them.
    """
    ours = {one.urn: one for one in observation.registry.records if one.resource.is_record}
    refused = [*_name_servers(settings, found), *_unknown_wish(settings, plan, found, ours, observation)]
    if not asked:
        refused += [*of_other_states(settings, observation), *of_unproven(found, observation)]
    refused += exchanged(plan, found, observation)
    emptying = None if settings.guard.emptying else Emptying.of(plan, found, observation)
    sources = _unsaid(emptying.of_sources() if emptying else (), refused)
    refused += sources
    refused += _unsaid(_each_zone(settings, plan, found, observation, ours, asked=asked), sources)
    refused += _unsaid(emptying.of_zones(_zone_names(observation)) if emptying else (), refused)
    refused += () if settings.guard.emptying else of_lists(settings, plan, observation)
    refused += too_many_new(settings.guard, found)
    return tuple(refused)


def _unsaid(more: Iterable[Refusal], refused: Sequence[Refusal]) -> list[Refusal]:
    """Return the refusals with a change that no other refusal has."""
    said = {change.urn for one in refused for change in one.changes}
    return [one for one in more if not said.issuperset(change.urn for change in one.changes)]


def _each_zone(
    settings: Settings,
    plan: Plan,
    found: Sequence[Change],
    observation: Observation,
    ours: Mapping[str, RegisteredRecord],
    *,
    asked: bool,
) -> Iterator[Refusal]:
    """Yield the updates and deletions beyond the limits of each zone."""
    followed, names = Followed.of(plan, observation), _zone_names(observation)
    by_marks = proven(found, observation)
    memory = observation.registry.memory
    by_zone: dict[tuple[str, str], list[RegisteredRecord]] = defaultdict(list)
    for one in ours.values():
        by_zone[one.provider, one.zone_id].append(one)
    adopted = _adopted(settings, found, observation)
    for provider, zone_id in sorted(by_zone.keys() | adopted.keys()):
        urns = {one.urn for one in by_zone[provider, zone_id]}
        here = [change for change in found if change.urn in urns]
        taken = adopted.get((provider, zone_id), [])
        updated = [one for one in here if one.action in PUT_RIGHT and not followed.updates(one, ours[one.urn])]
        updated += [one for one in taken if changes_content(one) and not _follows(one, followed, by_marks, asked=asked)]
        deleted = [one for one in here if one.action is Action.DELETE and not followed.shrinks(one)]
        before, base = memory.in_zone(zone_id, observation.now)
        together = len(urns) + len(taken)
        if max(together, *(one.owned for one in before), 0) >= settings.guard.from_records:
            zone = names.get(zone_id, zone_id)
            for counted, done, now in ((updated, "updated", together), (deleted, "deleted", len(urns))):
                owned = now if base is None else base
                former = sum(one.updated if done == "updated" else one.deleted for one in before)
                if counted and len(counted) + former > _limit(settings.guard, owned, done)[0]:
                    what = _too_many(settings.guard, zone, (owned, now), len(counted), former, done)
                    yield Refusal(zone, what, tuple(sorted(counted, key=lambda one: one.logical_name)))


def _limit(guard: GuardSettings, owned: int, done: str) -> tuple[int, int | None]:
    """Return how many of the owned records may be updated or deleted, and the number that the settings name."""
    share, number = int(Fraction(str(guard.share)) * owned), guard.updates if done == "updated" else guard.deletions
    return share if number is None else min(share, number), number


def _adopted(
    settings: Settings, found: Sequence[Change], observation: Observation
) -> dict[tuple[str, str], list[Change]]:
    """Return the adopted records of each zone, by its provider and id."""
    ids = {zone.zone: zone.zone_id for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    by_zone: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for one in adoptions(found):
        by_zone[settings.of_zone(one.zone).provider, ids[one.zone]].append(one)
    return by_zone


def _follows(change: Change, followed: Followed, by_marks: Collection[Key], *, asked: bool) -> bool:
    """Whether a record that is surely ours is adopted at the target that it follows."""
    return followed.points(change) and (asked or change.resource.record_set in by_marks)


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
    before, after = (record.said() if record else None for record in (change.before, change.after))
    told = {name: value for name, value in asdict(change).items() if name != "why"}
    return told | {"action": change.action.value, "before": before, "after": after}


def _too_many(guard: GuardSettings, zone: str, there: tuple[int, int], counted: int, former: int, done: str) -> str:
    """Return the words for more changes than the limit. there: the records of ours an hour ago, and before this run."""
    owned, now = there
    limit, number = _limit(guard, owned, done)
    beside = f", and {former} were within the last hour" if former else ""
    settings = f"guard.share {guard.share:g}"
    if number is not None:
        settings += f", guard.{'updates' if done == 'updated' else 'deletions'} {number}"
    has_grown = now > owned
    percent = round(100 * (counted + former) / owned) if owned else 100
    note = f"an hour ago {owned}" if has_grown else f"{percent} %"
    return (
        f"{counted} of the {max(there)} records of ours in {zone} ({note}) would be {done}{beside}; "
        f"{'an hour' if former or has_grown else 'a run'} may do so with {limit} ({settings})"
    )


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
