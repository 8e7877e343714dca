"""What the loop tells, and what each piece of it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cli.daemon.confirmer import Confirmation
from cli.daemon.fast_plan import Planned
from cli.daemon.grace import Leaving
from cli.feedback.unwritten import Unwritten
from cli.reconcile.converge import Convergence
from stacks.model.errors import Refused
from stacks.model.values import Sighting
from stacks.model.wishes import SourceSighting


class Trigger(Enum):
    """What asks for a convergence; the value is its name in logs and metrics."""

    START = "start"
    ADDRESS = "address"
    OBJECTS = "objects"
    DRIFT = "drift"
    GRACE = "grace"
    RETRY = "retry"
    ROUND = "round"
    """Load balancing, which other stacks write too, is looked at again."""
    SETTINGS = "settings"
    SIGNAL = "signal"
    LEADERSHIP = "leadership"


@dataclass(frozen=True, slots=True)
class Turn:
    """One convergence of the loop: its id, what asked for it, and when it was first asked for (monotonic clock)."""

    id: str
    triggers: tuple[Trigger, ...]
    asked: float


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn begins: the world is looked at."""


class Cause(Enum):
    """What a convergence has failed at; the value is its name in logs and metrics."""

    UNREAD = "unread"
    """A zone or load balancing could not be read; the rest was done."""
    OBSERVATION = "observation"
    """The world could not be read well enough to decide."""
    ENGINE = "engine"
    """The engine could not do all of it."""
    MACHINE = "machine"
    """The disk is full, or somebody holds the state's lock."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Failure:
    """A convergence that did not work out; the loop tries again after pause seconds."""

    reason: str
    pause: float
    cause: Cause = Cause.OTHER


@dataclass(frozen=True, slots=True)
class Fatal:
    """What no further try would mend: the process ends with this exit code."""

    reason: str
    exit_code: int


class Role(Enum):
    """What this process is to its replicas."""

    ALONE = "alone"
    """There is no election."""
    LEADER = "leader"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class Leadership:
    """Whether this process leads now. holder: the identity that leads, "" if none is known."""

    role: Role
    holder: str = ""
    identity: str = ""
    transitions: int = 0
    """How often the lease has passed from one to another."""
    reason: str = ""
    """Why it does not lead any more, where it did."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The settings have changed and are in use. problem: why they are not, and the former ones stay; "" for none."""

    problem: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """Something that a crash has left was put right, or was found to need a person: what was done."""

    what: str


@dataclass(frozen=True, slots=True)
class Cached:
    """The cluster's address cache. written: by us; else it was read. problem: why it could not be, "" for none."""

    addresses: tuple[Sighting, ...] = ()
    written: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The process is about to end. reason: the signal's name, or what else asked for it."""

    reason: str


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
