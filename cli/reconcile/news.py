"""All kinds of events that the daemon publishes, and how they travel to those who listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cli.events import Begun, Cached, Failure, Fatal, Leadership, Leaving, Mended, Reloaded, Stopping, Turn, Unwritten
from cli.reconcile.confirm import Confirmation
from cli.reconcile.result import Convergence, Planned
from stacks.model.claims import SourceSighting
from stacks.model.errors import Refused
from stacks.model.values import Sighting

News = (
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
    | Sighting
    | SourceSighting
    | Stopping
    | Unwritten
)
Told = Callable[[News], None]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A piece of news: when it came (UTC, and on the monotonic clock), and the turn it is of, if it is of one."""

    at: datetime
    monotonic: float
    turn: Turn | None
    news: News


Hear = Callable[[Dispatch], None]
"""Hears of all news, one after the other, from any thread. It is quick, and raises nothing."""
