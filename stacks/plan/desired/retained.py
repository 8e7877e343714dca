"""Retained record sets: ours, declared as state has them, so that they stay. Pure.

It is not known whether they are wanted, or the policy keeps them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.records.aliases import ALIASES
from components.views import bare
from stacks.model.observation import Observation
from stacks.model.values import Frozen, RecordSet, RegisteredRecord, SharedSet, UnreadZone
from stacks.plan.desired import shares
from stacks.plan.desired.admission import Closed
from stacks.plan.desired.cluster_endpoints import ANY, StayingName
from stacks.plan.desired.shares import Sight
from stacks.plan.records.former_marks import registered_former_marks
from stacks.plan.records.record_sets import Key, as_registered, contents, sets_of
from stacks.plan.records.zone_index import ZoneIndex

if TYPE_CHECKING:
    from stacks.settings.zone import ZoneSettings


@dataclass(frozen=True, slots=True)
class KeptSet:
    """A set that stays. frozen: the reason, where it is reported; shared: the givers, where they are remembered."""

    record_set: RecordSet
    frozen: Frozen | None
    shared: SharedSet | None


def in_doubt(
    staying: Sequence[StayingName], zone: ZoneIndex, sight: Sight, closed: Closed, planned: set[Key]
) -> Iterator[KeptSet]:
    """Yield our sets that a hidden object may claim. staying: names with the reason why they stay.

    closed: the names that no object can have, seen or not.
    """
    if sight.is_clear and not staying:
        return
    reasons = {(one.name, one.type): one.reason for one in staying}
    for key in sorted((zone.registered.keys() | zone.registered_marks.keys()) - planned):
        ours = [one for one in zone.registered.get(key, []) if zone.of_this_zone(one)]
        mark = zone.registered_marks.get(key)
        reason = reasons.get(key) or reasons.get((key[0], ANY)) or why_wanted(key, zone, sight)
        marked = mark and zone.of_this_zone(mark) and zone.has_records(key)
        if reason and not closed.reason(key[0]) and (ours or marked):
            kept = as_registered(key, zone.settings.zone, ours, mark)
            yield KeptSet(kept, Frozen(*key, contents(ours), reason), sight.remembered(key))


def why_wanted(key: Key, zone: ZoneIndex, sight: Sight) -> str:
    """Return the reason why an object may claim a set of ours, unseen; "" where none can."""
    given = shares.gave(key, zone, contents(zone.registered.get(key, [])), sight)
    return next(filter(None, map(sight.hidden, given)), "")


def standing(name: str, types: tuple[str, ...], zone: ZoneIndex, sight: Sight) -> Iterator[KeptSet]:
    """Yield our sets of these types at a name, with our sets to which an alias there leads."""
    for record_type in types:
        ours = contents(zone.registered[name, record_type])
        led_to = sorted(key for key in zone.registered if record_type in ALIASES and bare(key[0]) in ours)
        for key in ((name, record_type), *led_to):
            kept = as_registered(key, zone.settings.zone, zone.registered[key], zone.registered_marks.get(key))
            yield KeptSet(kept, None, sight.remembered(key))


def by_policy(zone: ZoneIndex, planned: set[Key]) -> Iterator[RecordSet]:
    """Yield our unwanted sets that the policy keeps."""
    if zone.settings.policy == "sync":
        return
    for key in sorted((zone.registered.keys() | zone.registered_marks.keys()) - planned):
        alive = [one for one in zone.registered.get(key, []) if one.id in zone.live]
        mark = zone.registered_marks.get(key)
        if alive and zone.of_this_zone(alive[0]):
            yield as_registered(key, zone.settings.zone, alive, mark if mark and mark.id in zone.live else None)


def in_unread_zone(zone: UnreadZone, settings: ZoneSettings, observation: Observation) -> Iterator[KeptSet]:
    """Yield all our sets in a zone that could not be listed."""
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
    shared = {(one.name, one.type): one for one in observation.registry.shared}
    for key in sorted(records.keys() | marks.keys()):
        kept = as_registered(key, zone.zone, records.get(key, []), marks.get(key))
        yield KeptSet(
            replace(kept, former_marks=registered_former_marks(key, here)),
            Frozen(*key, contents(records.get(key, [])), zone.reason),
            shared.get(key),
        )


def _named_in(registered: RegisteredRecord, zone: str) -> bool:
    return f".{registered.resource.name}".endswith(f".{zone}")
