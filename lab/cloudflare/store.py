"""The records of one zone, found by id and by name without a search; copied whole to undo a failed batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.cloudflare.model import Record


class RecordStore:
    """Not thread-safe by itself: the account's lock is held around it."""

    def __init__(self) -> None:
        self._by_id: dict[str, Record] = {}
        self._ids_by_name: dict[str, tuple[str, ...]] = {}
        self._ordered: tuple[Record, ...] | None = None

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, record_id: str) -> Record | None:
        """Find the record of this id."""
        return self._by_id.get(record_id)

    def named(self, name: str) -> Iterator[Record]:
        """Find the records of this name (lower-case FQDN), in the order of their creation."""
        return (self._by_id[record_id] for record_id in self._ids_by_name.get(name, ()))

    def ordered(self) -> tuple[Record, ...]:
        """List all records in the API's default order: by type, then name, then content."""
        if self._ordered is None:
            self._ordered = tuple(sorted(self._by_id.values(), key=lambda r: (r.type, r.name, r.content, r.id)))
        return self._ordered

    def put(self, record: Record) -> None:
        """Add the record, or take it in place of the one with its id."""
        previous = self._by_id.get(record.id)
        if previous is None or previous.name != record.name:
            if previous is not None:
                self._forget_name(previous)
            self._ids_by_name[record.name] = (*self._ids_by_name.get(record.name, ()), record.id)
        self._by_id[record.id] = record
        self._ordered = None

    def remove(self, record: Record) -> None:
        """Take the record out; KeyError if it is not there."""
        del self._by_id[record.id]
        self._forget_name(record)
        self._ordered = None

    def copy(self) -> RecordStore:
        """Put the same records into a store of their own; they are immutable, so this is cheap."""
        twin = RecordStore()
        twin._by_id = dict(self._by_id)
        twin._ids_by_name = dict(self._ids_by_name)
        twin._ordered = self._ordered
        return twin

    def _forget_name(self, record: Record) -> None:
        remaining = tuple(one for one in self._ids_by_name[record.name] if one != record.id)
        if remaining:
            self._ids_by_name[record.name] = remaining
        else:
            del self._ids_by_name[record.name]
