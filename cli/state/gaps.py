"""Find the gaps that a stack's state shows by itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from components.records.providers import RECORD_TYPE_TOKENS, of_resource
from stacks.observe.views import registered


@dataclass(frozen=True, slots=True)
class Gaps:
    """Signs in one stack's state that records of the zones may be missing from it.

    holds_any: whether it holds a record at all. is_pending: whether an operation was begun and not finished. records:
    the name, type and content of records whose creation was begun.
    """

    holds_any: bool = False
    is_pending: bool = False
    records: frozenset[tuple[str, str, str]] = frozenset()


def gaps_in(deployment: Mapping[str, Any]) -> Gaps:
    """Return the gaps in a deployment (apitype.DeploymentV3)."""
    resources = deployment.get("resources") or []
    pending = [operation["resource"] for operation in deployment.get("pending_operations") or []]
    holds_any = any(resource.get("type") in RECORD_TYPE_TOKENS for resource in resources)
    return Gaps(holds_any, bool(pending), frozenset(_records(pending)))


def _records(pending: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for resource in pending:
        if provider := of_resource(resource.get("type", ""), resource.get("provider", "")):
            with suppress(KeyError):  # a resource that is being created may lack what its zone is still to tell
                record = registered(provider.name, {"id": "", **resource}).record
                yield record.name, record.type, record.content
