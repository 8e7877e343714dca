"""Send calls to an API within its budget, wait out refusals, and repeat what is safe to repeat."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Protocol

import httpx2

from cli.apiproxy.budget import Budget
from cli.apiproxy.counts import Counts
from cli.apiproxy.dialect import ProviderDialect

TRIES = 4
"""How often a request is sent that gets no answer, or a fault, and that is safe to send again."""
REFUSED_FOR = 6.0
"""Seconds for which refusals (429) are waited out, of all requests together: what lasts longer is their answer."""
BACKOFF = 0.3
"""Seconds before the second try; twice that before the third, and so on; up to half is left to chance."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})
NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.LocalProtocolError)


class AnswerLost(Exception):  # noqa: N818 - a state, not a fault
    """A write was sent and no whole answer came: nobody knows whether it was carried out."""


class ApiUnreachable(Exception):  # noqa: N818 - a state, not a fault
    """The API could not be asked, after several tries. Nothing was carried out: a read, or a write never sent."""


class TurnTooLate(Exception):  # noqa: N818 - a state, not a fault
    """The turn would come after all patience. Nothing was carried out. seconds: until it would come."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"another {math.ceil(seconds)} s, longer than is waited. Nothing was changed by this call")
        self.seconds = seconds


class Clock(Protocol):
    """Time in seconds, which never goes back, and waiting."""

    def now(self) -> float:
        """Return the time."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Return the time since the machine started."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Pacer:
    """The pace of calls to one API with one signature, in one event loop; lives as long as the proxy, with its budget.

    counts: where calls and waits are counted; replaced at the beginning of each convergence.
    """

    def __init__(
        self,
        dialect: ProviderDialect,
        share: float,
        counts: Counts,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        """share: of the limit, more than 0, at most 1 (else ValueError); the dialect's least share where that is more.

        chance: from 0 to 1, of the backoff. may_write: called before each write is sent; where it returns False, the
        write is not sent, and ApiUnreachable is raised.
        """
        self.counts = counts
        self._service = dialect.provider
        self._patience = dialect.patience
        self._clock = clock or SystemClock()
        self._chance = chance
        self._may_write = may_write
        self._budget = Budget(max(share, dialect.least_share), dialect.limit, self._clock.now(), dialect.burst)
        self._refused: float | None = None
        """The time of the first refusal since an answer that was none."""
        self._queue = asyncio.Lock()
        self._waiting = 0

    async def send(self, client: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
        """Return the response, read whole, whatever its status; a 5xx to a write may have been carried out or not.

        Raises Lost, Unreachable, TooLong. May be cancelled at any time; a write that is may have been carried out.
        """
        deadline = self._clock.now() + self._patience
        tries: list[tuple[int, float]] = []
        try:
            return await self._answer(client, request, deadline, tries)
        finally:
            if tries:
                self.counts.call(self._service, request.method, tuple(tries))

    async def _answer(
        self, client: httpx2.AsyncClient, request: httpx2.Request, deadline: float, tries: list[tuple[int, float]]
    ) -> httpx2.Response:
        """tries: the status (0: no answer) and the seconds of each; grows."""
        faults = 0
        while True:
            number = await self._turn(deadline)
            if request.method not in READS and not self._may_write():
                raise ApiUnreachable("this process may not write any more: its run was ended, or another one leads")
            try:
                response = await self._try(client, request, tries)
            except httpx2.RequestError as error:
                faults += 1
                if request.method not in READS and not isinstance(error, NEVER_SENT):
                    raise AnswerLost(_said(error)) from error
                if faults == TRIES:
                    raise ApiUnreachable(_said(error)) from error
            else:
                self._budget.learn(number, response.headers, self._clock.now())
                if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                    self._note_refusal(response.headers)
                    continue
                self._refused = None
                faults += 1
                if not response.is_server_error or request.method not in READS or faults == TRIES:
                    return response
            await self._clock.sleep(BACKOFF * 2 ** (faults - 1) * (1 - self._chance() / 2))

    async def _try(
        self, client: httpx2.AsyncClient, request: httpx2.Request, tries: list[tuple[int, float]]
    ) -> httpx2.Response:
        began = self._clock.now()
        try:
            response = await client.send(request, stream=True)
        except httpx2.RequestError:
            tries.append((0, self._clock.now() - began))
            raise
        tries.append((response.status_code, self._clock.now() - began))
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    async def _turn(self, deadline: float) -> int:
        """Wait for a turn, first come first served, and return the number of the request."""
        began = self._clock.now()
        waits = self._wait(deadline, self._waiting) > 0
        self._waiting += 1
        try:
            async with self._queue:
                while seconds := self._wait(deadline):
                    waits = True
                    await self._clock.sleep(seconds)
                number = self._budget.take(self._clock.now())
        finally:
            self._waiting -= 1
            if waits:
                self.counts.count("wait", self._service, self._clock.now() - began)
        return number

    def _note_refusal(self, headers: Mapping[str, str]) -> None:
        now = self._clock.now()
        if self._refused is None or not self._budget.is_refused(now - REFUSED_FOR):
            self._refused = now
        self._budget.refuse(headers, now)

    def _wait(self, deadline: float, ahead: int = 0) -> float:
        """Seconds until one more may ask; raises TurnTooLate."""
        now = self._clock.now()
        seconds = self._budget.wait(now, ahead)
        lasts = self._refused is not None and self._budget.is_refused(max(now, self._refused + REFUSED_FOR))
        if lasts or now + seconds > deadline:
            raise TurnTooLate(seconds)
        return seconds


def _said(error: httpx2.RequestError) -> str:
    return str(error) or type(error).__name__
