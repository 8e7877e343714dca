"""How a DNS server behaves, and what it was asked."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

LOG_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. name: with the final dot, as it was written. transport: `udp` or `tcp`."""

    name: str
    type: str
    transport: str


@dataclass
class DnsBehaviour:
    """Set from any thread, in force from the next question."""

    silent: bool = False
    delay: float = 0.0
    """Seconds from a question to its answer; questions do not wait for each other."""
    lag: float = 0.0
    """Answers are from the zones as they were so many seconds ago: what propagation looks like."""
    refused: bool = False
    servfail: bool = False
    unauthoritative: bool = False
    """Answers bear no authority, like those of a cache between."""
    truncated: bool = False
    """Over UDP nothing but TC is answered."""
    foreign: bool = False
    """Answers bear another message id."""
    queries: int = 0
    """Counts the messages that came, readable or not."""
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))
    """The last questions, oldest first."""
