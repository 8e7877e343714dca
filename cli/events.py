"""What the loop tells, and what each piece of it is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from stacks.model.values import Sighting


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


@dataclass(frozen=True, slots=True)
class Leaving:
    """A record set that is not wanted any more: it is deleted after these seconds, unless it is wanted again."""

    name: str
    type: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Why the objects of a cluster are not told what became of their records. cluster: its name in the settings."""

    cluster: str
    reason: str
