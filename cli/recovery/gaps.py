"""Decide which records are taken over by our own marks without being asked for, because state has lost them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.recovery.intent_log import NOTHING
from stacks.plan.records.adoption import Takeover, Traces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.state.gaps import Gaps


def joined(traces: Iterable[Traces]) -> Traces:
    """Return the union of these traces."""
    union = NOTHING
    for one in traces:
        union = Traces(union.wanted or one.wanted, union.records | one.records, union.ids | one.ids)
    return union


def traces_in(gaps: Iterable[Gaps]) -> Traces:
    """Return the findings from the gaps of an estate's stacks: begun creations, or no stack with a record."""
    found = tuple(gaps)
    lacks = not any(one.holds_any for one in found) or any(one.is_pending for one in found)
    return Traces(wanted=lacks, records=frozenset().union(*(one.records for one in found)))


def takeover_by(traces: Traces) -> Takeover | None:
    """Return the takeover for these traces; None where there are none."""
    return None if traces == NOTHING else Takeover("truenorth", traces=traces)
