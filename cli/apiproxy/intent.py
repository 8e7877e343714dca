"""The writes that a convergence allows the plugins: the records it owns, and the writes of its plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from components.records.record import Record

Method = Literal["POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class Write:
    """A write of a record: created (POST), overwritten (PUT), or deleted.

    record_id: "" for a creation. record: as it is to be; None for a deletion. record_set: the name and type of the set
    that it is of, also as its mark; of no matter to whether two writes are equal.
    """

    method: Method
    zone_id: str
    record_id: str
    record: Record | None
    record_set: tuple[str, str] | None = field(default=None, compare=False)

    @property
    def is_mark(self) -> bool:
        """Whether it writes the mark of its set, which stands at another name than the set."""
        return self.record is not None and self.record_set is not None and self.record.name != self.record_set[0]


@dataclass(frozen=True, slots=True)
class ListWrites:
    """The writes of address lists that are allowed.

    declared: the lists that may be made, by account id and name. added: the networks that may be put into a list of an
    account. lists, items: the ids of what is ours and may be changed or deleted.
    """

    declared: frozenset[tuple[str, str]] = frozenset()
    added: frozenset[tuple[str, str]] = frozenset()
    lists: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()


NO_LISTS = ListWrites()


@dataclass(frozen=True, slots=True)
class Intent:
    """The intent of one convergence, all its engines together.

    run: the convergence's id, which the journal carries. owned: the ids of records that it may change or delete, by
    zone id: those in state, and those it imports. foreseen: the writes of the plan. Once they are to be sent, or the
    first of a zone is requested, all of the zone are carried out together; the engine's own requests for them are
    answered from the results. may_create: returns whether a record belongs to the plan, by zone id and record, None
    for what is no whole record. balances: whether load balancing may be written, too.
    lists: the writes of address lists. landed: called once all foreseen writes have landed, from the proxy's thread.
    """

    run: str
    owned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    foreseen: tuple[Write, ...] = ()
    may_create: Callable[[str, Record | None], bool] = lambda _zone_id, _record: False
    balances: bool = False
    lists: ListWrites = NO_LISTS
    landed: Callable[[], None] | None = None
