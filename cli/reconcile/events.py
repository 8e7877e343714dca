"""All kinds of events that the daemon publishes, and how they travel to those who listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cli.events import (
    Begun,
    Cached,
    Failure,
    Fatal,
    Leadership,
    Leaving,
    Mended,
    Reloaded,
    Requested,
    Stopping,
    Turn,
    Unwritten,
)
from cli.reconcile.confirm import Confirmation
from cli.reconcile.result import Convergence, Planned
from stacks.model.claims import SourceSighting
from stacks.model.errors import Refused
from stacks.model.values import Sighting

Event = (
    Begun
    | Cached
    | Confirmation
    | Convergence
    | Failure
    | Fatal
    | Leadership
    | Leaving
    | Mended
    | Planned
    | Refused
    | Reloaded
    | Requested
    | Sighting
    | SourceSighting
    | Stopping
    | Unwritten
)
Publish = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """An event with the time of its publication (UTC, and of the monotonic clock) and its turn, if it has one."""

    at: datetime
    monotonic: float
    turn: Turn | None
    event: Event


Subscriber = Callable[[Dispatch], None]
"""Takes all events, one after the other, from any thread. It is quick, and raises nothing."""
