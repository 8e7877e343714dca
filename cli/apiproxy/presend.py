"""The writes of a zone that the plan comes to: carried out together once the first is asked for, then claimed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from http import HTTPStatus

from cli.apiproxy.intent import Write
from cli.apiproxy.operation import Operation, foreseen, is_plain
from components.records.record import Record
from stacks.plan.changes import same


class Foreseen:
    """Of one zone."""

    def __init__(self, writes: Iterable[Write]) -> None:
        self._waiting: dict[Hashable, Write] = {_place(one.method, one.record_id, one.record): one for one in writes}
        self._begun: dict[Hashable, Operation] = {}

    def __len__(self) -> int:
        """How many have not begun."""
        return len(self._waiting)

    def holds(self, operation: Operation) -> bool:
        """Whether the operation is one of those that have not begun."""
        return _is(operation, self._waiting.get(_place_of(operation)))

    def begin(self, signature: Mapping[str, str], is_allowed: Callable[[str], bool]) -> list[Operation]:
        """The operations of all that have not begun, in their order; changes and deletions of allowed ids only."""
        operations = []
        for place, write in self._waiting.items():
            if write.method == "POST" or is_allowed(write.record_id):
                self._begun[place] = operation = foreseen(write, signature)
                operations.append(operation)
        self._waiting.clear()
        return operations

    def claim(self, operation: Operation) -> Operation | None:
        """The foreseen operation that the request asks for, which is thereby its own; None where it is another."""
        place = _place_of(operation)
        begun = self._begun.get(place)
        if begun is None or not is_plain(operation) or not _equal(operation.record, begun.record):
            return None
        del self._begun[place]
        return begun

    def forget(self, operation: Operation) -> None:
        """The engine asks for something else in its place."""
        self._waiting.pop(_place_of(operation), None)

    def learn(self, record_id: str) -> None:
        """The record is read: an engine that learns so what a change has made of it need not ask for that change."""
        place = _place("PUT", record_id, None)
        begun = self._begun.get(place)
        if begun is not None and _has_landed(begun):
            del self._begun[place]

    def unclaimed(self) -> Iterator[Write]:
        """Those that landed and that nobody asked for, a creation with its record's id."""
        for operation in self._begun.values():
            if _has_landed(operation) and operation.landed:
                yield operation.landed


def _has_landed(operation: Operation) -> bool:
    return operation.answer.done() and operation.answer.result().status == HTTPStatus.OK


def _is(operation: Operation, write: Write | None) -> bool:
    return write is not None and is_plain(operation) and _equal(operation.record, write.record)


def _equal(one: Record | None, other: Record | None) -> bool:
    return one is other if one is None or other is None else same(one, other)


def _place_of(operation: Operation) -> Hashable:
    return _place(operation.method, operation.record_id, operation.record)


def _place(method: str, record_id: str, record: Record | None) -> Hashable:
    if method != "POST" or record is None:
        return (method, record_id)
    return (method, record.name.lower(), record.type, record.content)
