"""The calls to APIs that this process makes, for itself and, through its API proxy, for the engine's plugins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stacks.model.listeners import Listeners

Service = Literal["cloudflare", "gandi", "kubernetes"]


@dataclass(frozen=True, slots=True)
class Call:
    """A call to an API, with its outcome.

    status: HTTP status of the answer, 0 where none came. seconds: from the first attempt until the head of the answer.
    retried: the statuses of earlier attempts, which failed by a passing fault.
    """

    service: Service
    method: str
    status: int
    seconds: float
    retried: tuple[int, ...] = ()


CALLS: Listeners[Call] = Listeners()
"""Publishes each call at its end, a watch at its beginning."""
