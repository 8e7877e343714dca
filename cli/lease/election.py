"""Which of several processes leads: the one that holds a Lease, as client-go's leaderelection does it.

The rules, and why two never lead at once, are in `margins`. Source:
https://pkg.go.dev/k8s.io/client-go/tools/leaderelection.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from cli.events import Leadership, Role
from cli.lease.clock import clock
from cli.lease.observed import Seen, see
from cli.lease.record import Place, claimed, decode, released
from cli.lease.timing import lead, patience, rhythm, stop
from stacks.kube.api import ApiError, NotFound, RequestRejected, WriteConflict
from stacks.kube.object_api import LEASES, ObjectApi
from stacks.kube.objects import Manifest
from stacks.kube.single_watch import ObjectWatcher, SingleObject
from stacks.settings.watch import ElectionSettings

__all__ = ["Election", "Place", "clock"]

_SLICE = 0.5
"""Seconds after which the clock is looked at again: a sleep of asyncio leaves out the time of a suspended machine."""
_TRIES = 3
"""Writes for one try to renew or acquire: each but the first after somebody was first, and the Lease was read again."""


class Election:
    """One process's part in it. For the event loop in which it runs, but for is_leading, deadline and stop_by."""

    def __init__(
        self,
        api: ObjectApi,
        place: Place,
        identity: str,
        pace: ElectionSettings,
        told: Callable[[Leadership], None],
        clock: Callable[[], float] = clock,
    ) -> None:
        """identity: no other process may have it. told: hears of each change of who leads, in the event loop."""
        self._api, self._place, self._identity, self._pace, self._told = api, place, identity, pace, told
        self._clock = clock
        self._lease = SingleObject(api, LEASES, place.namespace, place.name)
        self._seen: Seen | None = None
        self._deadline = self._stop_by = -math.inf
        self._next = -math.inf
        self._has_tried = False
        self._failing_since = math.inf
        self._problem = ""
        self._news: Leadership | None = None
        self._woken, self._acquired, self._lost = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._lost.set()

    @property
    def deadline(self) -> float:
        """The moment, by `clock`, until which it leads unless it renews before; minus infinity where it does not."""
        return self._deadline

    @property
    def stop_by(self) -> float:
        """The moment, by `clock`, by which no engine may run any more that was started while it led."""
        return self._stop_by

    def is_leading(self) -> bool:
        """Whether it leads now: at the deadline it does not, whatever hangs."""
        return self._clock() < self._deadline

    async def acquired(self) -> None:
        """Wait until it leads."""
        await self._acquired.wait()

    async def lost(self) -> None:
        """Wait until it does not lead."""
        await self._lost.wait()

    async def run(self) -> None:
        """Compete until cancelled. What goes wrong is told as the reason of a Leadership, and tried again."""
        lookout = ObjectWatcher(self._lease, rhythm(self._pace), self._note, self._fail, self._clock)
        async with asyncio.TaskGroup() as group:
            group.create_task(lookout.run())
            group.create_task(self._expire())
            while True:
                await self._due()
                await self._try()

    async def release(self) -> None:
        """Give the lease back, so that another takes it at once; to be called when `run` has ended, and the engine.

        Where that fails within a retry period, the others have to wait for the lease to end.
        """
        self._lose("this process ends")
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.retry_period):
                while self._has_tried:
                    with suppress(ApiError):
                        manifest = await self._lease.look()
                        if manifest is not None and decode(manifest).holder == self._identity:
                            body = released(manifest, datetime.now(UTC))
                            await self._api.replace(LEASES, self._place.namespace, body)
                        return
                    await asyncio.sleep(self._pace.retry_period / 10)

    async def _due(self) -> None:
        """Wait until it is time to renew, or the lease may be taken."""
        while (rest := self._moment() - self._clock()) > 0:
            self._woken.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(rest, _SLICE)):
                    await self._woken.wait()

    def _moment(self) -> float:
        if self._acquired.is_set():
            return self._next
        return math.inf if self._seen is None else max(self._next, self._seen.free_from(self._identity, self._pace))

    async def _try(self) -> None:
        """Renew, or acquire."""
        period = self._pace.retry_period
        spread = 1.0 if self._acquired.is_set() else random.uniform(0.5, 1)  # noqa: S311 - no secret
        self._next = self._clock() + period * spread
        self._has_tried = True
        try:
            async with asyncio.timeout(patience(self._pace)):
                await self._claim()
        except (ApiError, TimeoutError) as error:
            if self._seen is not None:  # a Lease that is not there may come and go before the next try
                self._seen = replace(self._seen, gone=math.inf)
            self._fail(error)

    async def _claim(self) -> None:
        """Write the Lease in our name, unless another was first."""
        for _ in range(_TRIES):
            began = self._clock()
            try:
                self._lead(await self._write(), began)
            except (WriteConflict, NotFound) as error:
                first = error
            else:
                return
            self._see(await self._lease.look())
            if not self._may_write():
                return
        raise first

    def _may_write(self) -> bool:
        """Whether the Lease is ours to take or to renew, as it is now."""
        if self._seen is None:
            return False
        if not self._acquired.is_set():
            return self._seen.free_from(self._identity, self._pace) <= self._clock()
        holder = self._seen.record.holder
        if holder not in ("", self._identity):
            self._lose(f"{holder} has taken the lease {self._place}", at_once=True)
        return self._acquired.is_set()

    async def _write(self) -> Manifest:
        before = self._seen.manifest if self._seen is not None else None
        body = claimed(before, self._place, self._identity, self._pace, datetime.now(UTC))
        if before is None:
            return await self._api.create(LEASES, self._place.namespace, body)
        return await self._api.replace(LEASES, self._place.namespace, body)

    def _lead(self, manifest: Manifest, began: float) -> None:
        """It was written in our name; began: when that was asked for."""
        self._seen = Seen(manifest, decode(manifest), self._clock())
        self._recover()
        if began + lead(self._pace) <= self._clock():
            return
        self._deadline, self._stop_by = began + lead(self._pace), began + stop(self._pace)
        self._lost.clear()
        self._acquired.set()
        self._tell(Role.LEADER, self._identity)

    def _lose(self, reason: str, *, at_once: bool = False) -> None:
        """It leads no more. at_once: another may lead already."""
        self._deadline = -math.inf
        if at_once:
            self._stop_by = self._clock()
        if self._acquired.is_set():
            self._acquired.clear()
            self._lost.set()
            self._tell(Role.STANDBY, self._other(), reason)

    async def _expire(self) -> None:
        """See to it that the loss is told when the deadline passes, whatever is awaited then."""
        while True:
            await self._acquired.wait()
            rest = self._deadline - self._clock()
            if rest > 0:
                await asyncio.sleep(min(rest, _SLICE))
            else:
                why = f": {self._problem}" if self._problem else ""
                self._lose(f"the lease {self._place} could not be renewed in {lead(self._pace):g} s{why}")

    def _note(self, manifest: Manifest | None) -> None:
        """The lookout has seen it; where we lead that may be older than what we have written since."""
        if not self._acquired.is_set():
            self._see(manifest)
            self._woken.set()
        elif manifest is None or decode(manifest).holder != self._identity:
            self._next = -math.inf
            self._woken.set()

    def _see(self, manifest: Manifest | None) -> None:
        before, self._seen = self._seen, see(self._seen, manifest, self._clock())
        if self._seen is not before and not self._acquired.is_set():
            self._recover()
            if self._seen.record.holder != self._identity:
                self._tell(Role.STANDBY, self._other())

    def _other(self) -> str:
        """Who else holds it, as far as is known."""
        holder = self._seen.record.holder if self._seen is not None and self._seen.manifest is not None else ""
        return "" if holder == self._identity else holder

    def _fail(self, error: ApiError | TimeoutError) -> None:
        """Tell of it where a person has to act, or once it has lasted; what passes by itself is tried again."""
        now = self._clock()
        self._failing_since = min(self._failing_since, now)
        self._problem = self._problem or str(error) or f"no answer within {patience(self._pace):g} s"
        lasts = isinstance(error, RequestRejected) or now - self._failing_since >= self._pace.renew_deadline
        is_told = self._news is not None and bool(self._news.reason)
        if lasts and not is_told and not self._acquired.is_set():
            self._tell(Role.STANDBY, self._other(), f"the lease {self._place} cannot be had: {self._problem}")

    def _recover(self) -> None:
        self._failing_since, self._problem = math.inf, ""

    def _tell(self, role: Role, holder: str, reason: str = "") -> None:
        transitions = self._seen.record.transitions if self._seen is not None else 0
        news = Leadership(role, holder, self._identity, transitions, reason)
        if news != self._news:
            self._news = news
            self._told(news)
