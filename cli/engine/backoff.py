"""Pauses between attempts that fail."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """The pauses of one activity: each twice as long as the one before, until the activity succeeds.

    first: the pause after a first failure, seconds. longest: the limit, seconds. jitter: the largest share of a pause
    that chance takes off, so that several processes do not try again all at once.
    """

    first: float
    longest: float
    jitter: float = 0.5
    _next: float = field(init=False)

    def __post_init__(self) -> None:
        self._next = self.first

    def take(self) -> float:
        """Return the seconds to wait now, and double the next pause."""
        pause, self._next = self._next, min(self._next * 2, self.longest)
        return pause * random.uniform(1 - self.jitter, 1)  # noqa: S311 - to spread load, no secret

    def reset(self) -> None:
        """Begin anew with the first pause, after a success."""
        self._next = self.first
