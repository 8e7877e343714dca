"""What is taken over by our own marks without anybody's word, because state has lost it. Pure."""

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
    """What a stack's state says of its own gaps. records: the name, type and content of creations that were begun."""

    holds_any: bool = False
    is_pending: bool = False
    records: frozenset[tuple[str, str, str]] = frozenset()


def joined(traces: Iterable[Traces]) -> Traces:
    """All of these."""
    found = NOTHING
    for one in traces:
        found = Traces(found.wanted or one.wanted, found.records | one.records, found.ids | one.ids)
    return found


def gaps_in(deployment: Mapping[str, Any]) -> Gaps:
    """The gaps in one stack's state."""
    resources = deployment.get("resources") or []
    pending = [one["resource"] for one in deployment.get("pending_operations") or []]
    holds_any = any(one.get("type") in BY_TYPE_TOKEN for one in resources)
    return Gaps(holds_any, bool(pending), frozenset(_records(pending)))


def traces_in(gaps: Iterable[Gaps]) -> Traces:
    """What the gaps of an estate's stacks show: creations that were begun, or that no stack holds a record at all."""
    found = tuple(gaps)
    lacks = not any(one.holds_any for one in found) or any(one.is_pending for one in found)
    return Traces(wanted=lacks, records=frozenset().union(*(one.records for one in found)))


def takeover_by(traces: Traces) -> Takeover | None:
    """The takeover for these traces; None where there are none."""
    return None if traces == NOTHING else Takeover("truenorth", traces=traces)


def _records(pending: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for resource in pending:
        if provider := BY_TYPE_TOKEN.get(resource.get("type", "")):
            with suppress(KeyError):  # what is being created may lack what its zone is still to tell
                record = READERS[provider.name].registered({"id": "", **resource}).record
                yield record.name, record.type, record.content
