"""The calls to APIs that this process makes, for itself and, through its API proxy, for the engine's plugins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stacks.model.listeners import Listeners

Service = Literal["cloudflare", "gandi", "kubernetes"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call. status: that of the answer, 0 where none came; seconds: until the head of the answer was there.

    retried: what the tries before it came to, where passing faults were waited out; their time is in seconds too.
    """

    service: Service
    method: str
    status: int
    seconds: float
    retried: tuple[int, ...] = ()


CALLS: Listeners[Call] = Listeners()
"""Hear of each call when it has ended; of a watch, when it has begun."""
