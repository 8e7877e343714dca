"""The budget of calls to an API: a share of its limit, less the calls of others with the same token. Pure.

The headers: https://developers.cloudflare.com/fundamentals/api/reference/limits/ and
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RESERVE = 0.05
"""The part of a limit that is never used up, so that what else has the token is not refused for our sake."""
INSTANT = 1e-6
"""Seconds that are no wait: what is left of a sum of fractions."""
UNTOLD = 1.0
"""Seconds that a refusal is waited out that does not say how long."""
SHORTEST = 0.25
"""Seconds that any refusal is waited out."""
POLICY = "default"
"""The policy that is followed where an API names several."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate limit: a number of requests in a window of seconds."""

    requests: int
    window: float


@dataclass(frozen=True, slots=True)
class Left:
    """The rest of a limit as an answer tells it: requests, and the seconds until the window ends."""

    requests: int
    seconds: float


class Budget:
    """The budget of one API and token. Times are seconds of any one clock that never goes back.

    A bucket: it holds the share of one window, and the share flows into it in a window. So a burst passes at once, and
    what follows is spaced. Any window sees at most a bucketful and what flows in meanwhile: twice the share.
    """

    def __init__(self, share: float, limit: Limit, now: float, burst: float = 0.5) -> None:
        """share: of the limit, more than 0, at most 1 (else ValueError). burst: the most that the bucket has of it."""
        if not 0 < share <= 1:
            raise ValueError(f"a share of the limit is more than 0 and at most 1, not {share}")
        self._share = share
        self._burst = burst
        self._limit = limit
        self._filled = now
        self._tokens = self._capacity
        self._asked = 0
        self._left: tuple[int, Left, float] | None = None
        self._refused_until = -math.inf

    @property
    def limit(self) -> Limit:
        """The limit as the API has told it, else the assumed one."""
        return self._limit

    def wait(self, now: float, ahead: int = 0) -> float:
        """Return the seconds until one more call may be sent; 0 for now. ahead: calls that are sent first."""
        self._fill(now)
        refused = self._refused_until - now
        missing = (1 + ahead - self._tokens) / self._rate
        seconds = max(refused, missing, self._until_reset(now, ahead))
        return seconds if seconds > INSTANT else 0.0

    def take(self, now: float) -> int:
        """Take a call from the budget, and return its number, for `learn`."""
        self._fill(now)
        self._tokens -= 1
        self._asked += 1
        return self._asked

    def learn(self, number: int, headers: Mapping[str, str], now: float) -> None:
        """Take in the limit and its rest from an answer's headers. An older answer is ignored."""
        if limit := _limit(headers):
            self._adopt(limit, now)
        left = _left(headers)
        if left and (self._left is None or number > self._left[0]):
            self._left = (number, left, now + left.seconds)

    def refuse(self, headers: Mapping[str, str], now: float) -> None:
        """Take in a refusal: all calls wait as long as its headers say, at most for a window."""
        left = _left(headers)
        said = retry_after(headers)
        if said is None:
            said = left.seconds if left else UNTOLD
        self._refused_until = max(self._refused_until, now + min(max(said, SHORTEST), self._limit.window))

    def is_refused(self, at: float) -> bool:
        """Return whether the last refusal asks to wait beyond a time."""
        return at < self._refused_until

    @property
    def _capacity(self) -> float:
        return max(1.0, min(self._share, self._burst) * self._limit.requests)

    @property
    def _rate(self) -> float:
        return self._share * self._limit.requests / self._limit.window

    def _fill(self, now: float) -> None:
        self._tokens = min(self._capacity, self._tokens + (now - self._filled) * self._rate)
        self._filled = now

    def _adopt(self, limit: Limit, now: float) -> None:
        if limit != self._limit:
            self._fill(now)
            used = self._capacity - self._tokens
            self._limit = limit
            self._tokens = self._capacity - used

    def _until_reset(self, now: float, ahead: int) -> float:
        """Return the seconds until the rest may be used: less the calls since, and those of others meanwhile."""
        if self._left is None:
            return 0.0
        number, left, reset = self._left
        if now >= reset:
            self._left = None
            return 0.0
        unused = left.requests - (self._asked - number) - ahead
        return 0.0 if unused > int(RESERVE * self._limit.requests) else reset - now


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of `Retry-After`, from now where it is a date (RFC 9110, 10.2.3); None where there is none."""
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        seconds = (at - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _limit(headers: Mapping[str, str]) -> Limit | None:
    found = _policy(headers.get("Ratelimit-Policy", ""), "q", "w")
    return Limit(*found) if found and min(found) > 0 else None


def _left(headers: Mapping[str, str]) -> Left | None:
    found = _policy(headers.get("Ratelimit", ""), "r", "t")
    return Left(*found) if found else None


def _policy(text: str, one: str, other: str) -> tuple[int, int] | None:
    """Return two numbers of the policy to follow, from `"default";q=1200;w=300, "b";q=...`; None for no policy."""
    found = {name: (numbers[one], numbers[other]) for name, numbers in _items(text) if {one, other} <= numbers.keys()}
    return found.get(POLICY) or next(iter(found.values()), None)


def _items(text: str) -> Iterator[tuple[str, Mapping[str, int]]]:
    for item in text.split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        pairs = (parameter.partition("=") for parameter in parameters)
        yield name.strip('"'), {key: int(value) for key, _, value in pairs if value.isascii() and value.isdigit()}
