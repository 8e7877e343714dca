"""One zone of the observation, indexed for the questions that the plan asks of each endpoint. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.marks import heritage, ownership
from components.marks.heritage import Found, Readers
from components.records import canonical_content
from stacks.model.values import LiveRecord, Observation, RecordSet, RegisteredRecord, ZoneSnapshot
from stacks.plan.records.cases import Wanted

if TYPE_CHECKING:
    from stacks.settings.stack import Settings
    from stacks.settings.zone import ZoneSettings

Key = tuple[str, str]
"""The name and type of a record set."""
MARKED_TYPES = ("A", "AAAA", "CNAME", "TXT", "MX", "SRV", "CAA")


@dataclass(frozen=True, slots=True)
class ZoneIndex:
    """What the zone has and what state says of it."""

    zone: ZoneSettings
    zone_id: str
    owned: Mapping[Key, list[RegisteredRecord]]
    """The records, without marks, that state holds."""
    marks: Mapping[Key, RegisteredRecord]
    """The marks that state holds, by the set that they mark."""
    foreign: Mapping[str, list[LiveRecord]]
    """What the zone has and state does not know, by name."""
    live: Mapping[str, LiveRecord]
    """All that the zone has, by id."""
    held: frozenset[str]
    """The logical names that state knows and the zone has: never to be imported, the engine would replace them."""
    ids: frozenset[str]
    """The ids that state holds."""
    found: Mapping[str, list[tuple[Found, LiveRecord]]]
    """The marks in the zone, by the names that they speak of."""
    texts: frozenset[str]
    """The ids of all TXT records that are marks."""
    by_name: Mapping[str, list[LiveRecord]]
    """All that the zone has, by name."""
    kinds: Mapping[str, frozenset[str]]
    """The types of which the zone has records of ours, marks left out, by name."""
    former: frozenset[str]
    """The names at which a mark stands that was taken over to be deleted."""

    def holders(self, name: str, record_type: str) -> tuple[Found, ...]:
        """The marks that may speak of this set, the surest first."""
        return heritage.holders(name, record_type, (mark for mark, _ in self.found.get(name, ())))

    def wanted(self, record_set: RecordSet, owner: str) -> Wanted:
        """What `cases` has to know of a set that is wanted."""
        key = (record_set.name, record_set.type)
        others = [one for one in self.foreign.get(record_set.name, ()) if one.record.type == record_set.type]
        alone = len(others) == len(record_set.slots) == 1
        return Wanted(
            type=record_set.type,
            contents=frozenset(slot.target for slot in record_set.slots),
            owner=owner,
            registered=bool(self.owned.get(key)),
            alive=self.alive(key),
            cut_off=alone and key in self.marks and not self.owned.get(key),
        )

    def is_foreign(self, live: LiveRecord) -> bool:
        """Whether state does not know a record of the zone."""
        return live.id not in self.ids

    def is_whole(self, live: LiveRecord) -> bool:
        """Whether a mark stands alone in its record: where records are whole sets, others' texts may be in it too."""
        return not self.zone.traits.whole_sets or len(canonical_content.split(live.record.content)) == 1

    def of_this_zone(self, registered: RegisteredRecord) -> bool:
        """Whether state says that a record is in this zone."""
        return registered.zone_id == self.zone_id

    def own_in_the_way(self, key: Key) -> tuple[str, ...]:
        """The other types of which the zone has records of ours at the name, which keep those of this type from it."""
        name, record_type = key
        others = {kind for kind in self.kinds.get(name, ()) if kind != record_type and clashes(record_type, kind)}
        if name in self.former and (record_type == "CNAME" or (record_type == "TXT" and self.zone.traits.whole_sets)):
            others.add("TXT")
        return tuple(sorted(others))

    def alive(self, key: Key) -> bool:
        """Whether the zone has a record of the set that state says is ours."""
        return any(registered.id in self.live for registered in self.owned.get(key, ()))


def index(settings: Settings, zone: ZoneSettings, snapshot: ZoneSnapshot, observation: Observation) -> ZoneIndex:
    """Index one zone, for its settings."""
    registered = [one for one in observation.registry.records if one.provider == zone.provider]
    ids = frozenset(one.id for one in registered)
    owned: dict[Key, list[RegisteredRecord]] = defaultdict(list)
    marks: dict[Key, RegisteredRecord] = {}
    kinds: dict[str, frozenset[str]] = defaultdict(frozenset)
    former: set[str] = set()
    live_by_id = {live.id: live for live in snapshot.records}
    for one in registered:
        resource = one.resource
        if resource.is_mark:
            marks[resource.record_set] = one
        elif resource.is_former_mark:
            former |= {one.record.name} if one.id in live_by_id else set()
        else:
            owned[resource.record_set].append(one)
            kinds[resource.name] |= {resource.type} if one.id in live_by_id else set()
    foreign: dict[str, list[LiveRecord]] = defaultdict(list)
    found: dict[str, list[tuple[Found, LiveRecord]]] = defaultdict(list)
    texts: set[str] = set()
    readers = Readers(
        truenorth_prefix=zone.mark_prefix,
        truenorth_types=MARKED_TYPES,
        external_dns=tuple(one.affix() for one in settings.external_dns),
        key=settings.external_dns_key(),
    )
    by_name: dict[str, list[LiveRecord]] = defaultdict(list)
    for live in snapshot.records:
        by_name[live.record.name].append(live)
        if live.id not in ids:
            foreign[live.record.name].append(live)
        for text in canonical_content.split(live.record.content) if live.record.type == "TXT" else ():
            if mark := heritage.read(live.record.name, text, readers):
                texts.add(live.id)
                for name in {key.name for key in mark.marks}:
                    found[name].append((mark, live))
    return ZoneIndex(
        zone=zone,
        zone_id=snapshot.zone_id,
        owned=owned,
        marks=marks,
        foreign=foreign,
        live=live_by_id,
        held=frozenset(one.logical_name for one in registered if one.id in live_by_id),
        ids=ids,
        found=found,
        texts=frozenset(texts),
        by_name=by_name,
        kinds=kinds,
        former=frozenset(former),
    )


def clashes(wanted: str, present: str) -> bool:
    """Whether a record of one type keeps the other from the same name (RFC 1034, 3.6.2: CNAME stands alone)."""
    return wanted == present or "CNAME" in {wanted, present}


def is_our_mark(mark: Found, owner: str) -> bool:
    """Whether a mark is one that this stack has written."""
    return (mark.heritage, mark.owner) == (ownership.HERITAGE, owner)
