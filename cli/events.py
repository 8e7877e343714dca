"""The events that the daemon publishes, except the results of convergences (`cli.reconcile.result`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from stacks.model.values import Sighting


class Trigger(Enum):
    """The reason for a convergence; the value is its name in logs and metrics."""

    START = "start"
    ADDRESS = "address"
    OBJECTS = "objects"
    DRIFT = "drift"
    GRACE = "grace"
    RETRY = "retry"
    ROUND = "round"
    """Load balancing, which other stacks write too, is looked at again."""
    WEBHOOK = "webhook"
    """external-dns asks for changes."""
    SETTINGS = "settings"
    SIGNAL = "signal"
    LEADERSHIP = "leadership"


@dataclass(frozen=True, slots=True)
class Turn:
    """A convergence of the loop: its id, its triggers, and the time of the first of them (monotonic clock)."""

    id: str
    triggers: tuple[Trigger, ...]
    asked: float


@dataclass(frozen=True, slots=True)
class Begun:
    """The beginning of a turn."""


class Cause(Enum):
    """The kind of a failed convergence; the value is its name in logs and metrics."""

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
    """A convergence that failed; the loop tries again after `pause` seconds."""

    reason: str
    pause: float
    cause: Cause = Cause.OTHER


@dataclass(frozen=True, slots=True)
class Fatal:
    """An error that no further try would mend: the process ends with this exit code."""

    reason: str
    exit_code: int


class Role(Enum):
    """The role of a process among its replicas."""

    ALONE = "alone"
    """There is no election."""
    LEADER = "leader"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class Leadership:
    """The role of this process now. holder: the identity of the leader, "" if none is known."""

    role: Role
    holder: str = ""
    identity: str = ""
    transitions: int = 0
    """How often the lease has passed from one to another."""
    reason: str = ""
    """The reason why it does not lead any more; "" for none."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """A change of the settings. problem: why the former ones stay in use; "" where the new ones are."""

    problem: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """A repair after a crash, or the need of a person for it. what: the deed, in words."""

    what: str


@dataclass(frozen=True, slots=True)
class Cached:
    """A use of the cluster's address cache. written: whether it was written or read. problem: why not; "" for none."""

    addresses: tuple[Sighting, ...] = ()
    written: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The coming end of the process. reason: the signal's name, or another reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """A record set that is not wanted any more. seconds: time until it is deleted, unless it is wanted again."""

    name: str
    type: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Requested:
    """A request of external-dns that was answered. sets: record sets asked for.

    left: those that are not as they are asked for, and whatever else was wrong, in words.
    """

    sets: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A failure to write the outcome on the objects of a cluster. cluster: its name in the settings."""

    cluster: str
    reason: str
