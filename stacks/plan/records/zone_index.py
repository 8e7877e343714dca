"""Index of one zone: its records and marks, and the records that state holds of it, by name, id and set. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.marks import heritage
from components.marks.heritage import HeritageMark, Readers
from components.marks.writer import Writer
from components.records import canonical_content
from components.records.aliases import Neighbour, clash
from components.records.logical_name import MARK, LogicalName
from components.records.record import Record
from components.records.types import MARKED_TYPES
from stacks.model.observation import Observation
from stacks.model.values import LiveRecord, RecordSet, RegisteredRecord, ZoneSnapshot
from stacks.plan.desired.keeping import Keeping
from stacks.plan.records.cases import Wanted, holder_of
from stacks.plan.records.cuts import Cut, Cuts, cut_of, cuts_of
from stacks.plan.records.record_sets import Key, sets_of, settings_of
from stacks.plan.records.wildcards import wildcards

if TYPE_CHECKING:
    from stacks.settings.stack import Settings
    from stacks.settings.zone import ZoneSettings


@dataclass(frozen=True, slots=True)
class ZoneIndex:
    """A zone's settings and records, and what state holds of its provider. writer: of this stack's marks."""

    settings: ZoneSettings
    zone_id: str
    writer: Writer
    registered: Mapping[Key, list[RegisteredRecord]]
    """The records, without marks, that state holds."""
    registered_marks: Mapping[Key, RegisteredRecord]
    """The marks that state holds, by the set that they mark."""
    registered_ids: frozenset[str]
    """The ids of all records and marks that state holds."""
    present: frozenset[str]
    """The logical names that state knows and the zone has: never to be imported, the engine would replace them."""
    own_types: Mapping[str, frozenset[Neighbour]]
    """Our records, without marks, that the zone has, by name."""
    former_marks: frozenset[str]
    """The names at which a mark stands that was taken over to be deleted."""
    live: Mapping[str, LiveRecord]
    """All records of the zone, by id."""
    by_name: Mapping[str, list[LiveRecord]]
    """All records of the zone, by name."""
    foreign: Mapping[str, list[LiveRecord]]
    """The records of the zone that state does not know, by name."""
    marks_at: Mapping[str, list[tuple[HeritageMark, LiveRecord]]]
    """The marks in the zone with their records, by the names that they speak of."""
    keeping: Keeping
    """What the zone keeps of the settings of records."""
    mark_ids: frozenset[str]
    """The ids of all TXT records that are marks, those of no name among them."""
    cuts: Cuts
    """The delegated names of the zone."""
    wildcards: frozenset[str]
    """The wildcards of the zone."""
    managed_keys: frozenset[Key]
    """Our sets with a record that the provider manages itself."""

    def holders(self, name: str, record_type: str) -> tuple[HeritageMark, ...]:
        """Return the marks that may speak of this set, the surest first."""
        return heritage.holders(name, record_type, (mark for mark, _ in self.marks_at.get(name, ())))

    def is_ours(self, mark: HeritageMark) -> bool:
        """Whether this stack has written a mark."""
        return self.writer.has_written(mark)

    def is_commented_ours(self, live: LiveRecord) -> bool:
        """Whether a record bears a mark of this stack in its own comment."""
        mark = heritage.commented(live.record.comment)
        return mark is not None and self.is_ours(mark)

    def namesake_in_comment(self, live: LiveRecord) -> str:
        """Return the id of another state of our owner in a record's own comment; "" for none."""
        mark = heritage.commented(live.record.comment)
        return mark.instance if mark is not None and self.writer.is_namesake_of(mark) else ""

    def is_marked_ours(self, live: LiveRecord) -> bool:
        """Whether the surest mark of a record is one that this stack has written. One that nobody can write is not."""
        if live.managed_by:
            return False
        holder = self.holder_of(live, self.holders(live.record.name, live.record.type))
        return holder is not None and self.is_ours(holder)

    @property
    def believes_comments(self) -> bool:
        """Whether a comment may say that a record is ours: where our marks stand in comments."""
        return self.settings.marks == "comment"

    def holder_of(self, live: LiveRecord, holders: Sequence[HeritageMark]) -> HeritageMark | None:
        """Return the mark of a record; None for none. holders: the marks that may speak of it, the surest first."""
        return holder_of(live, holders, self.writer, believes_comments=self.believes_comments)

    def wanted(self, record_set: RecordSet) -> Wanted:
        """Return a wanted set as `cases` judges it."""
        key = (record_set.name, record_set.type)
        others = [live for live in self.foreign.get(record_set.name, ()) if live.record.type == record_set.type]
        alone = len(others) == len(record_set.slots) == 1
        return Wanted(
            type=record_set.type,
            contents=frozenset(slot.target for slot in record_set.slots),
            writer=self.writer,
            registered=bool(self.registered.get(key)),
            alive=self.alive(key),
            cut_off=alone and key in self.registered_marks and not self.registered.get(key),
            believes_comments=self.believes_comments,
            settings=settings_of(record_set),
            keep=record_set.keep,
        )

    def is_foreign(self, live: LiveRecord) -> bool:
        """Whether state does not know a record of the zone."""
        return live.id not in self.registered_ids

    def is_whole(self, live: LiveRecord) -> bool:
        """Whether a mark stands alone in its record: where records are whole sets, others' texts may be in it too."""
        return not self.settings.traits.whole_sets or len(canonical_content.split(live.record.content)) == 1

    def is_removable(self, live: LiveRecord) -> bool:
        """Whether the record of a mark can be imported to be deleted: state does not know it, and it holds no more."""
        return self.is_foreign(live) and self.is_whole(live) and not live.managed_by

    def of_this_zone(self, registered: RegisteredRecord) -> bool:
        """Whether state says that a record is in this zone."""
        return registered.zone_id == self.zone_id

    def own_in_the_way(self, key: Key, *, proxied: bool) -> tuple[str, ...]:
        """Return the other types of our records at the name with which the zone cannot have this set."""
        name, record_type = key
        wanted, former = Neighbour(record_type, proxied), Neighbour("TXT")
        others = {
            one.type
            for one in self.own_types.get(name, ())
            if one.type != record_type and self.clash_at(name, wanted, one)
        }
        is_twin = record_type == former.type and not self.settings.traits.whole_sets
        if name in self.former_marks and not is_twin and self.clash_at(name, wanted, former):
            others.add(former.type)
        return tuple(sorted(others))

    def clash_at(self, name: str, one: Neighbour, other: Neighbour) -> bool:
        """Whether the zone cannot have both at a name."""
        return clash(self.settings.traits, one, other, at_apex=name == self.settings.zone)

    def cut_of(self, name: str) -> Cut | None:
        """Return the zone cut at or above a name; None for none."""
        return cut_of(name, self.settings.zone, self.cuts)

    def has_records(self, key: Key) -> bool:
        """Whether the zone has a record of this name and type, of whoever."""
        return any(live.record.type == key[1] for live in self.by_name.get(key[0], ()))

    def has_mark(self, key: Key) -> bool:
        """Whether the zone has the mark of a set that state says is ours."""
        return str(LogicalName(*key, MARK)) in self.present

    def alive(self, key: Key) -> bool:
        """Whether the zone has a record of the set that state says is ours."""
        return any(registered.id in self.live for registered in self.registered.get(key, ()))


def index(
    settings: Settings,
    zone: ZoneSettings,
    snapshot: ZoneSnapshot,
    observation: Observation,
    *,
    takes_any: bool = False,
) -> ZoneIndex:
    """Return the index of one zone, for its settings.

    takes_any: whether our owner's marks are ours whatever state has made them, as a person has said.
    """
    registered = [one for one in observation.registry.records if one.provider == zone.provider]
    ids = frozenset(one.id for one in registered)
    live = {one.id: one for one in snapshot.records}
    present = [one for one in registered if one.id in live]
    records, marks = sets_of(registered)
    types: dict[str, frozenset[Neighbour]] = defaultdict(frozenset)
    managed: set[Key] = set()
    for one in present:
        resource = one.resource
        if resource.is_record:
            types[resource.name] |= {neighbour(one.record)}
            managed |= {resource.record_set} if live[one.id].managed_by else set()
    marks_at, mark_ids = _marks(snapshot.records, _readers(settings, zone))
    return ZoneIndex(
        settings=zone,
        zone_id=snapshot.zone_id,
        writer=Writer(settings.owner, observation.instance, takes_any),
        registered=records,
        registered_marks=marks,
        registered_ids=ids,
        present=frozenset(one.logical_name for one in present),
        own_types=types,
        former_marks=frozenset(one.record.name for one in present if one.resource.is_former_mark),
        live=live,
        by_name=_by_name(snapshot.records),
        foreign=_by_name(one for one in snapshot.records if one.id not in ids),
        marks_at=marks_at,
        mark_ids=mark_ids,
        keeping=Keeping(zone, snapshot.limits, settings.owner),
        cuts=cuts_of(zone.zone, snapshot.records, zone.delegations),
        wildcards=wildcards(live.record.name for live in snapshot.records),
        managed_keys=frozenset(managed),
    )


def _readers(settings: Settings, zone: ZoneSettings) -> Readers:
    return Readers(
        truenorth_prefix=zone.mark_prefix,
        truenorth_types=MARKED_TYPES,
        external_dns=tuple(instance.affix() for instance in settings.external_dns),
        key=settings.external_dns_key(),
    )


def _by_name(records: Iterable[LiveRecord]) -> Mapping[str, list[LiveRecord]]:
    named: dict[str, list[LiveRecord]] = defaultdict(list)
    for live in records:
        named[live.record.name].append(live)
    return named


def _marks(
    records: Iterable[LiveRecord], readers: Readers
) -> tuple[Mapping[str, list[tuple[HeritageMark, LiveRecord]]], frozenset[str]]:
    """Return the marks among the records, by the names that they speak of, and the ids of their records."""
    marks: dict[str, list[tuple[HeritageMark, LiveRecord]]] = defaultdict(list)
    ids: set[str] = set()
    for live in records:
        for text in canonical_content.split(live.record.content) if live.record.type == "TXT" else ():
            if mark := heritage.read(live.record.name, text, readers):
                ids.add(live.id)
                for name in {key.name for key in mark.marks}:
                    marks[name].append((mark, live))
    return marks, frozenset(ids)


def neighbour(record: Record) -> Neighbour:
    """Return a record as its neighbours see it."""
    return Neighbour(record.type, record.proxied)
