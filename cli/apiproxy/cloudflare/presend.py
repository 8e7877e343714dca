"""The writes of a zone that the plan foresees: carried out together, then claimed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from http import HTTPStatus

from cli.apiproxy.client import ApiClient
from cli.apiproxy.cloudflare.lost_answers import record_of
from cli.apiproxy.cloudflare.operation import Operation, foreseen, is_plain
from cli.apiproxy.intent import Write
from components.records.record import Record
from stacks.plan.changes import same


class ForeseenWrites:
    """The foreseen writes of one zone: waiting at first, then begun, then claimed by the engine's own requests."""

    def __init__(self, writes: Iterable[Write]) -> None:
        self._waiting: dict[Hashable, Write] = {_place(one.method, one.record_id, one.record): one for one in writes}
        self._begun: dict[Hashable, Operation] = {}
        self._seen: set[Hashable] = set()
        """The begun changes and deletions of which the engine has read the outcome."""

    def __len__(self) -> int:
        """Return how many have not begun."""
        return len(self._waiting)

    def holds(self, operation: Operation) -> bool:
        """Return whether the operation is a foreseen write that has not begun."""
        return _is(operation, self._waiting.get(_place_of(operation)))

    def begin(self, client: ApiClient, is_allowed: Callable[[str], bool]) -> list[Operation]:
        """Return the operations of all waiting writes, in order; changes and deletions of allowed ids only."""
        operations = []
        for place, write in self._waiting.items():
            if write.method == "POST" or is_allowed(write.record_id):
                self._begun[place] = operation = foreseen(write, client)
                operations.append(operation)
        self._waiting.clear()
        return operations

    def claim(self, operation: Operation) -> Operation | None:
        """Return the foreseen operation equal to the requested one, once, however that is signed; None for none."""
        place = _place_of(operation)
        begun = self._begun.get(place)
        if begun is None or not is_plain(operation) or not _equal(operation.record, begun.record):
            return None
        del self._begun[place]
        return begun

    def forget(self, operation: Operation) -> None:
        """Drop the foreseen write in whose place the engine requests another."""
        self._waiting.pop(_place_of(operation), None)

    def learn(self, record_id: str, found: bytes | None) -> None:
        """Note a read of a record by the engine. found: what it is told; None where there is no such record.

        A change or deletion that has landed by then need not be requested. The engine may be told of that before the
        answer of the write has been noted and given, or before it is sent: a killed run may have sent it, too.
        """
        for place in (_place(method, record_id, None) for method in ("PUT", "DELETE")):
            begun, waiting = self._begun.get(place), self._waiting.get(place)
            if waiting and _is_as_wished(waiting.record, found):
                del self._waiting[place]
            if begun and (begun.landed or _is_as_wished(begun.record, found)):
                self._seen.add(place)

    def unclaimed(self) -> Iterator[Write]:
        """Yield the writes that landed, were not claimed, and cannot be known; a creation with its record's id."""
        for place, operation in self._begun.items():
            if place not in self._seen and _has_landed(operation) and operation.landed:
                yield operation.landed


def _has_landed(operation: Operation) -> bool:
    return operation.answer.done() and operation.answer.result().status == HTTPStatus.OK


def _is(operation: Operation, write: Write | None) -> bool:
    return write is not None and is_plain(operation) and _equal(operation.record, write.record)


def _is_as_wished(wish: Record | None, found: bytes | None) -> bool:
    if wish is None or found is None:
        return wish is None and found is None
    return _equal(wish, record_of(found))


def _equal(one: Record | None, other: Record | None) -> bool:
    return one is other if one is None or other is None else same(one, other)


def _place_of(operation: Operation) -> Hashable:
    return _place(operation.method, operation.record_id, operation.record)


def _place(method: str, record_id: str, record: Record | None) -> Hashable:
    if method != "POST" or record is None:
        return (method, record_id)
    return (method, record.name.lower(), record.type, record.content)
