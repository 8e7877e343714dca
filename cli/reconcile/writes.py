"""Compute the intent of a convergence for the API proxy: the records it owns, and the writes of its plan."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from cli.apiproxy.dialects import DIALECTS
from cli.apiproxy.intent import NO_LISTS, Intent, ListWrites, Write
from stacks.model.geo import GeoMemory
from stacks.model.values import ZoneSnapshot
from stacks.plan.changes import Action, same
from stacks.plan.records.record_sets import declared_records, import_ids

if TYPE_CHECKING:
    from cli.reconcile.result import Convergence
    from components.records.record import Record
    from stacks.model.lists.lists import ListMemory, ListsPlan
    from stacks.model.observation import Observation, Registry
    from stacks.model.plan import Plan
    from stacks.model.values import RecordSet, RegisteredRecord
    from stacks.plan.changes import Change

FORESEEN = frozenset(name for name, dialect in DIALECTS.items() if dialect.batches)
"""The providers with APIs that take many writes in one call."""


def intent(seen: Convergence) -> Intent:
    """Return the intent of a convergence with its plan."""
    return Intent(
        _run_id(),
        _owned(seen.plan, seen.observation),
        tuple(_writes(seen)),
        _creations(seen.plan, seen.observation),
        balances=seen.plan.geo is not None,
        lists=_list_writes(seen.plan.lists, seen.observation.registry.lists) if seen.plan.lists else NO_LISTS,
    )


def removal(registry: Registry, live: Collection[str]) -> Intent:
    """Return the intent to delete all registered records. live: the ids of the records in the zones."""
    there = [one for one in registry.records if one.id in live and one.provider in FORESEEN]
    there.sort(key=lambda one: one.resource.is_mark)
    writes = tuple(Write("DELETE", one.zone_id, one.id, None, one.resource.record_set) for one in there)
    owned = _by_zone((one.zone_id, one.id) for one in registry.records)
    return Intent(_run_id(), owned, writes, balances=registry.geo != GeoMemory())


def _list_writes(plan: ListsPlan, memory: ListMemory) -> ListWrites:
    """Return the writes of address lists: those that the plan makes, and those that take away what is ours."""
    items = [(one.account_id, item) for one in plan.lists for item in one.items]
    return ListWrites(
        declared=frozenset((one.account_id, one.name) for one in plan.lists if not one.list_id),
        added=frozenset((account_id, item.network) for account_id, item in items),
        lists=frozenset(one.id for one in memory.lists),
        items=frozenset(one.id for one in memory.items) | {one.import_id.rpartition("/")[2] for _, one in items},
    )


def _creations(plan: Plan, observation: Observation) -> Callable[[str, Record | None], bool]:
    """Return whether the plan declares a record in a zone, by the zone's id and the record."""
    listed = {zone.zone: zone.zone_id for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    declared: dict[tuple[str, str, str], list[Record]] = {}
    for record_set in plan.record_sets:
        for record in declared_records(record_set).values():
            key = (listed.get(record_set.zone, ""), record.name, record.type)
            declared.setdefault(key, []).append(record)

    def may_create(zone_id: str, record: Record | None) -> bool:
        return record is not None and any(
            same(one, record) for one in declared.get((zone_id, record.name, record.type), ())
        )

    return may_create


def _run_id() -> str:
    return uuid.uuid4().hex[:8]


def _owned(plan: Plan, observation: Observation) -> Mapping[str, frozenset[str]]:
    """Return the ids of the records in state and of those to import, by zone."""
    registered = ((one.zone_id, one.id) for one in observation.registry.records)
    imported = ((one.zone_id, record_id) for one in plan.record_sets for record_id in import_ids(one).values())
    return _by_zone(chain(registered, imported))


def _by_zone(ids: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for zone_id, record_id in ids:
        found.setdefault(zone_id, set()).add(record_id)
    return {zone_id: frozenset(here) for zone_id, here in found.items()}


def _writes(seen: Convergence) -> Iterator[Write]:
    """Yield the writes, in an order in which no record of ours ever stands unmarked.

    Deletions come first, each record before its mark; then changes; then creations set by set, each after its mark.
    """
    listed = {zone.zone: zone.zone_id for zone in seen.observation.zones if isinstance(zone, ZoneSnapshot)}
    known = {one.logical_name: (one.zone_id, one.id) for one in _registered(seen.observation)}
    known |= {name: (one.zone_id, record_id) for one in _sets(seen.plan) for name, record_id in import_ids(one).items()}
    elsewhere = {one.zone for one in seen.plan.record_sets} - {one.zone for one in _sets(seen.plan)}
    turns: dict[tuple[str, str], int] = {}
    found: list[tuple[int, int, bool, Write]] = []
    for change in seen.changes:
        if change.zone in listed and change.zone not in elsewhere:
            write = _write(change, listed[change.zone], known.get(change.logical_name))
            turn = turns.setdefault(change.resource.record_set, len(turns))
            is_mark = change.resource.is_mark
            if write and write.method == "DELETE":
                found.append((0, 0, is_mark, write))
            elif write:
                found.append((1 if write.method == "PUT" else 2, turn, not is_mark, write))
    yield from (write for *_, write in sorted(found, key=lambda one: one[:3]))


def _registered(observation: Observation) -> Iterator[RegisteredRecord]:
    return (one for one in observation.registry.records if one.provider in FORESEEN)


def _sets(plan: Plan) -> list[RecordSet]:
    return [one for one in plan.record_sets if one.provider in FORESEEN]


def _write(change: Change, zone_id: str, known: tuple[str, str] | None) -> Write | None:
    """Return the write of a change; None for none. known: zone and id of the record in state, or to import."""
    key = change.resource.record_set
    if change.action in {Action.CREATE, Action.RESTORE}:
        return Write("POST", zone_id, "", change.after, key)
    if known is None or known[0] != zone_id:
        return None
    if change.action is Action.DELETE:
        return Write("DELETE", zone_id, known[1], None, key)
    if change.action in {Action.UPDATE, Action.CORRECT, Action.ADOPT} and change.before and change.after:
        return None if same(change.before, change.after) else Write("PUT", zone_id, known[1], change.after, key)
    return None
