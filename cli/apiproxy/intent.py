"""What one convergence means to write through the bridge: whose records these are, and which writes will come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from components.records.record import Record

Method = Literal["POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a record: made (POST), overwritten (PUT), or deleted.

    record_id: "" where it is made. record: what it is to be; None where it is deleted.
    """

    method: Method
    zone_id: str
    record_id: str
    record: Record | None


@dataclass(frozen=True, slots=True)
class Intent:
    """Of one convergence, all its engines together.

    run: its id, which the journal carries. owned: the ids of records that it may change or delete, by zone id: what
    state holds, and what this convergence imports. foreseen: the writes that the plan comes to. Once the first of them
    is asked for, the others of its zone are carried out with it; the engine's own requests for them are answered from
    what has landed.
    """

    run: str
    owned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    foreseen: tuple[Write, ...] = ()
