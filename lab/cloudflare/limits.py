"""What an account may do: the limits of its zones' plans, and how often its tokens may ask.

https://developers.cloudflare.com/fundamentals/api/reference/limits/ and .../dns/manage-dns-records/
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

PlanName = Literal["free", "pro", "business", "enterprise"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of a zone: what the API says about it, and what it allows. `minimum_ttl` in seconds, `price` in USD."""

    id: str
    legacy_id: PlanName
    name: str
    price: int
    records: int
    operations: int
    comment_length: int
    tags: int
    minimum_ttl: int = 60


PLANS: dict[PlanName, Plan] = {
    "free": Plan("0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "free", "Free Website", 0, 200, 200, 100, 0),
    "pro": Plan("1feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "pro", "Pro Website", 20, 3500, 3500, 500, 20),
    "business": Plan("2feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "business", "Business Website", 200, 3500, 3500, 500, 20),
    "enterprise": Plan(
        "94f3b7b768b0458b56d2cac4fe5ec0f9", "enterprise", "Enterprise Website", 0, 3500, 3500, 500, 20, 30
    ),
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to one token: requests in this window, seconds until the next, and whether this one is refused."""

    limit: int
    window: int
    remaining: int
    reset: int
    refused: bool

    def headers(self) -> dict[str, str]:
        """Write the headers that go with every answer, `Retry-After` only with a refusal."""
        headers = {
            "Ratelimit": f'"default";r={self.remaining};t={self.reset}',
            "Ratelimit-Policy": f'"default";q={self.limit};w={self.window}',
        }
        if self.refused:
            headers["Retry-After"] = str(self.reset)
        return headers


class RateLimiter:
    """Counts requests a token in windows that begin with its first request. `limit` None: no limit; `window` in s."""

    def __init__(self, clock: Callable[[], datetime], limit: int | None = 1200, window: int = 300) -> None:
        self.limit = limit
        self.window = window
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, int]] = {}

    def take(self, token: str) -> Allowance | None:
        """Count one request of `token`; None where there is no limit."""
        if self.limit is None:
            return None
        now = self._clock().timestamp()
        with self._lock:
            start, count = self._windows.get(token, (now, 0))
            if now >= start + self.window:
                start, count = now, 0
            count += 1
            self._windows[token] = (start, count)
        reset = max(1, math.ceil(start + self.window - now))
        return Allowance(self.limit, self.window, max(0, self.limit - count), reset, refused=count > self.limit)
