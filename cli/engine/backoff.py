"""How long the loop waits after a failure: twice as long each time, and never the same for two."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass
class Pause:
    """Seconds: the first pause and the longest one."""

    first: float
    longest: float
    _next: float = field(init=False)

    def __post_init__(self) -> None:
        self._next = self.first

    def take(self) -> float:
        """The seconds to wait now: half of the pause or more of it, by chance, so that replicas spread."""
        pause, self._next = self._next, min(self._next * 2, self.longest)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - to spread load, no secret

    def reset(self) -> None:
        """It has worked."""
        self._next = self.first
