"""Find the gaps in state: records to take over by our own marks, because state has lost them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.recovery.intent_log import NOTHING
from components.records.providers import BY_TYPE_TOKEN
from stacks.observe.zone.providers import READERS
from stacks.plan.records.adoption import Takeover, Traces

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of a stack's state. records: the name, type and content of creations that were begun."""

    holds_any: bool = False
    is_pending: bool = False
    records: frozenset[tuple[str, str, str]] = frozenset()


def joined(traces: Iterable[Traces]) -> Traces:
    """Return all traces as one."""
    found = NOTHING
    for one in traces:
        found = Traces(found.wanted or one.wanted, found.records | one.records, found.ids | one.ids)
    return found


def gaps_in(deployment: Mapping[str, Any]) -> Gaps:
    """Return the gaps in one stack's state."""
    resources = deployment.get("resources") or []
    pending = [one["resource"] for one in deployment.get("pending_operations") or []]
    holds_any = any(one.get("type") in BY_TYPE_TOKEN for one in resources)
    return Gaps(holds_any, bool(pending), frozenset(_records(pending)))


def traces_in(gaps: Iterable[Gaps]) -> Traces:
    """Return the traces in the gaps of an estate: creations that were begun, or no record in any stack."""
    found = tuple(gaps)
    lacks = not any(one.holds_any for one in found) or any(one.is_pending for one in found)
    return Traces(wanted=lacks, records=frozenset().union(*(one.records for one in found)))


def takeover_by(traces: Traces) -> Takeover | None:
    """Return the takeover for traces; None for no traces."""
    return None if traces == NOTHING else Takeover("truenorth", traces=traces)


def _records(pending: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for resource in pending:
        if provider := BY_TYPE_TOKEN.get(resource.get("type", "")):
            with suppress(KeyError):  # what is being created may lack what its zone is still to tell
                record = READERS[provider.name].registered({"id": "", **resource}).record
                yield record.name, record.type, record.content
