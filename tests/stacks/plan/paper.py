"""Zones and a state on paper: what the engine and the APIs make of a plan, other people's records included.

It knows nothing of how a plan is made. What the engine or an API would refuse, or lose, fails an assertion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from components.records.logical_name import LogicalName
from components.records.record import Record
from stacks.model.claims import SourceSighting
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import (
    LinkAddresses,
    LiveRecord,
    NameQueue,
    RegisteredRecord,
    SharedSet,
    Sighting,
    UnreadZone,
    ZoneSnapshot,
)
from stacks.plan.changes import Change, changes
from stacks.plan.records.record_sets import declared_records, import_ids

PROVIDER = {"example.com": "cloudflare", "example.org": "cloudflare", "example.net": "gandi"}


class CutOffError(Exception):
    """The run ended half way."""


def is_mark(logical_name: str) -> bool:
    """Whether a record is the mark of its set, which is made before the others and deleted after them."""
    return LogicalName.parse(logical_name).is_mark


@dataclass
class Paper:
    """zones: the records of each by id. state: what it holds, by provider and logical name."""

    zones: dict[str, dict[str, Record]] = field(default_factory=lambda: {zone: {} for zone in PROVIDER})
    state: dict[tuple[str, str], RegisteredRecord] = field(default_factory=dict)
    links: tuple[LinkAddresses, ...] = ()
    shared: tuple[SharedSet, ...] = ()
    queues: tuple[NameQueue, ...] = ()
    managed: dict[str, str] = field(default_factory=dict)
    """The provider's own services, by the id of the record that they keep and nobody can write."""
    made: int = 0
    writes: int = 0
    """How many writes the APIs have had."""
    left: int = 1 << 30
    """How many more writes succeed before the run is cut off; the last of them is not written to state."""

    def observation(
        self,
        addresses: tuple[Sighting, ...],
        zones: tuple[str, ...],
        unread: frozenset[str] = frozenset(),
        sources: tuple[SourceSighting, ...] = (),
    ) -> Observation:
        seen = [
            UnreadZone(zone, "down")
            if zone in unread
            else ZoneSnapshot(
                zone,
                f"z-{zone}",
                tuple(LiveRecord(one, self.zones[zone][one], self.managed.get(one, "")) for one in self.zones[zone]),
            )
            for zone in zones
        ]
        ids = tuple((zone, f"z-{zone}") for zone in PROVIDER)
        registry = Registry(tuple(self.state.values()), ids, links=self.links, shared=self.shared, queues=self.queues)
        return Observation(addresses, tuple(seen), registry, sources)

    def can_stand(self, zone: str, record: Record, besides: str = "") -> bool:
        """Whether the API takes a record, after RFC 1034 at Gandi, where an alias of the apex is an ALIAS."""
        for identity, other in self.zones[zone].items():
            if identity == besides or other.name != record.name:
                continue
            if PROVIDER[zone] == "gandi" and other.type == record.type:
                return False
            if (other.type, other.content) == (record.type, record.content):
                return False
            if "CNAME" in {other.type, record.type} and (
                PROVIDER[zone] == "gandi" or {other.type, record.type} <= {"A", "AAAA", "CNAME"}
            ):
                return False
        return not (PROVIDER[zone] == "gandi" and record.type == "CNAME" and record.name == zone)

    def is_cut_off(self, zone: str, record: Record) -> bool:
        """Whether a record is at or below a name that is delegated to other servers, and no delegation itself."""
        cuts = {one.name for one in self.zones[zone].values() if one.type == "NS" and one.name != zone}
        above = record.name.split(".")
        names = {".".join(above[number:]) for number in range(len(above))}
        return record.type != "NS" and bool(cuts & names)

    def add(self, zone: str, record: Record) -> str:
        """A new record, of whoever; its id."""
        assert self.can_stand(zone, record), f"{record} beside {self.zones[zone]}"
        assert not self.is_cut_off(zone, record), f"{record} below {self.zones[zone]}"
        self.made += 1
        gandi = PROVIDER[zone] == "gandi"
        identity = f"{zone}/{record.name}/{record.type}" if gandi else f"id{self.made}"
        self.zones[zone][identity] = record
        return identity

    def run(self, plan: Plan, observation: Observation) -> tuple[Change, ...]:
        """Carry a plan out as the engine does: refresh what has drifted, make, import and update, then delete."""
        found = changes(plan, observation)
        before = self.writes, dict(self.state)
        self._refresh(found)
        declared: set[tuple[str, str]] = set()
        for record_set in plan.record_sets:
            imported = import_ids(record_set)
            marks_last = record_set.covered and record_set.provider == "gandi"
            for logical_name, record in sorted(
                declared_records(record_set).items(), key=lambda one: is_mark(one[0]) == marks_last
            ):
                key = (record_set.provider, logical_name)
                assert key not in declared, f"{key} is declared twice"
                declared.add(key)
                self._declare(
                    key, record, record_set.zone, imported.get(logical_name, ""), untouched=record_set.untouched
                )
        for key in sorted((key for key in self.state if key not in declared), key=lambda key: is_mark(key[1])):
            registered = self.state[key]
            zone = registered.zone_id.removeprefix("z-")
            assert registered.id in self.zones[zone], f"{key} is gone, and deleting it fails"
            assert registered.id not in self.managed, f"{key} cannot be deleted"
            del self.zones[zone][registered.id]
            self._written()
            del self.state[key]
        self.links, self.shared, self.queues = plan.links, plan.shared, plan.queues
        assert bool(found) == (before != (self.writes, self.state)), f"the changes are {found}"
        return found

    def _refresh(self, found: tuple[Change, ...]) -> None:
        drifted = {change.urn for change in found if change.needs_refresh}
        for key, registered in [entry for entry in self.state.items() if entry[1].urn in drifted]:
            present = self.zones[registered.zone_id.removeprefix("z-")].get(registered.id)
            if present is None:
                del self.state[key]
            else:
                self.state[key] = replace(registered, record=present)

    def _declare(self, key: tuple[str, str], record: Record, zone: str, import_id: str, *, untouched: bool) -> None:
        registered = self.state.get(key)
        if registered:
            assert not import_id, f"importing {key}, which state has, deletes it"
            if registered.record == record:
                assert untouched or registered.record.spelled == record.spelled, f"{record} is rewritten"
            elif not untouched:
                assert registered.id in self.zones[zone], f"{key} is gone, and changing it fails"
                identity = self._change(zone, registered.id, record)
                self._written()
                self.state[key] = replace(registered, record=record, id=identity)
            return
        if import_id:
            assert import_id in self.zones[zone], f"{import_id} cannot be imported: it is not there"
            assert import_id not in {one.id for one in self.state.values() if one.zone_id == f"z-{zone}"}, (
                "imported twice"
            )
            assert import_id not in self.managed, f"{import_id} cannot be taken over"
            if self.zones[zone][import_id] != record:
                self._change(zone, import_id, record)
                self._written()
            else:
                assert self.zones[zone][import_id].spelled == record.spelled, f"{record} is rewritten for its spelling"
        else:
            import_id = self.add(zone, record)
            self._written()
        self.state[key] = RegisteredRecord(f"urn::{key}", key[1], import_id, f"z-{zone}", record, key[0])

    def _change(self, zone: str, identity: str, record: Record) -> str:
        assert identity not in self.managed, f"{record} cannot be changed"
        assert not self.is_cut_off(zone, record), f"{record} below {self.zones[zone]}"
        assert self.can_stand(zone, record, besides=identity), f"{record} beside {self.zones[zone]}"
        assert self.zones[zone][identity].type == record.type, "a record's type never changes"
        if PROVIDER[zone] == "gandi" and self.zones[zone][identity].name != record.name:
            del self.zones[zone][identity]
            return self.add(zone, record)
        self.zones[zone][identity] = record
        return identity

    def _written(self) -> None:
        self.writes += 1
        self.left -= 1
        if self.left <= 0:
            raise CutOffError

    def everything(self) -> Iterator[tuple[str, str, Record]]:
        """Every record, with its zone and id."""
        for zone, records in self.zones.items():
            for identity, record in records.items():
                yield zone, identity, record
