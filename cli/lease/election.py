"""Elect the leader of several processes: the holder of a Lease, by the protocol of client-go's leaderelection.

The rules, and why two never lead at once, are in `cli.lease.timing`. Source:
https://pkg.go.dev/k8s.io/client-go/tools/leaderelection.
"""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from cli.engine.backoff import Backoff
from cli.events import Leadership, Role
from cli.lease.record import LeaseName, LeaseRecord, ObservedLease, claimed, clock, decode, observe, released, returned
from cli.lease.timing import lead, patience, rhythm, stop
from stacks.kube.api import ApiError, NotFound, RequestRejected, WriteConflict
from stacks.kube.object_api import LEASES, ObjectApi
from stacks.kube.objects import Manifest
from stacks.kube.single_watch import ObjectWatcher, SingleObject
from stacks.settings.watch import ElectionSettings

_SLICE = 0.5
"""Seconds after which the clock is looked at again: a sleep of asyncio leaves out the time of a suspended machine."""
_TRIES = 3
"""Writes for one try to renew or acquire: each but the first after somebody was first, and the Lease was read again."""


class Election:
    """The part of one process in an election.

    Its methods are for the event loop in which it runs; is_leading, deadline and stop_by are for any thread.
    """

    def __init__(
        self,
        api: ObjectApi,
        name: LeaseName,
        identity: str,
        pace: ElectionSettings,
        publish: Callable[[Leadership], None],
        clock: Callable[[], float] = clock,
    ) -> None:
        """identity: no other process may have it. publish: called in the event loop with each change of leadership."""
        self._api, self._name, self._identity, self._pace, self._publish = api, name, identity, pace, publish
        self._clock = clock
        self._host = socket.gethostname()
        self._lease = SingleObject(api, LEASES, name.namespace, name.name)
        self._seen: ObservedLease | None = None
        self._pauses = Backoff(pace.retry_period, pace.retry_period)
        self._deadline = self._stop_by = -math.inf
        self._next = -math.inf
        self._has_tried = False
        self._failing_since = math.inf
        self._problem = ""
        self._published: Leadership | None = None
        self._woken, self._acquired, self._lost = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._lost.set()

    @property
    def deadline(self) -> float:
        """The moment, by `clock`, at which leading ends unless it is renewed before; minus infinity for a standby."""
        return self._deadline

    @property
    def stop_by(self) -> float:
        """The moment, by `clock`, by which every engine started under this lease must have ended."""
        return self._stop_by

    @property
    def former_hosts(self) -> frozenset[str]:
        """The host names of those that held the Lease before, as it says itself; without this process's own."""
        hosts = self._seen.record.hosts if self._seen is not None else ()
        return frozenset(hosts) - {self._host, self._identity.rpartition("_")[0]}

    def is_leading(self) -> bool:
        """Whether this process leads now: no longer at the deadline, whatever hangs."""
        return self._clock() < self._deadline

    async def acquired(self) -> None:
        """Wait until this process leads."""
        await self._acquired.wait()

    async def lost(self) -> None:
        """Wait until this process does not lead."""
        await self._lost.wait()

    async def run(self) -> None:
        """Compete until cancelled. A fault is published as the reason of a Leadership, and the attempt is repeated."""
        lookout = ObjectWatcher(self._lease, rhythm(self._pace), self._note, self._fail, self._clock)
        async with asyncio.TaskGroup() as group:
            group.create_task(lookout.run())
            group.create_task(self._expire())
            while True:
                await self._due()
                await self._try()

    async def release(self) -> None:
        """Give the lease back, so that another process takes it at once; called when `run` and the engine have ended.

        Where that fails for a retry period, the others have to wait for the lease to end.
        """
        self._lose("this process ends")
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.retry_period):
                while self._has_tried:
                    with suppress(ApiError):
                        manifest = await self._lease.look()
                        if manifest is not None and decode(manifest).holder == self._identity:
                            body = released(manifest, datetime.now(UTC))
                            await self._api.replace(LEASES, self._name.namespace, body)
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
        """Try once to renew the lease, or to acquire it."""
        period = self._pace.retry_period
        self._next = self._clock() + (period if self._acquired.is_set() else self._pauses.take())
        self._has_tried = True
        try:
            async with asyncio.timeout(patience(self._pace)):
                await self._claim()
        except (ApiError, TimeoutError) as error:
            if self._seen is not None:  # a Lease that is not there may come and go before the next try
                self._seen = replace(self._seen, gone=math.inf)
            self._fail(error)

    async def _claim(self) -> None:
        """Write the Lease in our name, unless another process was first."""
        for _ in range(_TRIES):
            began, before = self._clock(), self._seen
            try:
                written = await self._write()
            except (WriteConflict, NotFound) as error:
                first = error
            else:
                if (other := self._held_since(before)) is None:
                    self._lead(written, began)
                else:
                    body = returned(written, other, self._pace)
                    self._observe(await self._api.replace(LEASES, self._name.namespace, body))
                return
            self._observe(await self._lease.look())
            if not self._may_write():
                return
        raise first

    def _may_write(self) -> bool:
        """Whether the Lease, as it is now, may be taken or renewed."""
        if self._seen is None:
            return False
        if not self._acquired.is_set():
            return self._seen.free_from(self._identity, self._pace) <= self._clock()
        holder = self._seen.record.holder
        if holder not in ("", self._identity):
            self._lose(f"{holder} has taken the lease {self._name}", at_once=True)
        return self._acquired.is_set()

    def _held_since(self, before: ObservedLease | None) -> LeaseRecord | None:
        """Return the Lease of another process, deleted since, that was there while ours was on its way; else None."""
        if before is None or before.manifest is not None or self._seen is None:
            return None
        record = self._seen.record
        return record if record != before.record and record.holder not in ("", self._identity) else None

    async def _write(self) -> Manifest:
        before = self._seen.manifest if self._seen is not None else None
        body = claimed(before, self._name, self._identity, self._pace, datetime.now(UTC), self._host)
        if before is None:
            return await self._api.create(LEASES, self._name.namespace, body)
        return await self._api.replace(LEASES, self._name.namespace, body)

    def _lead(self, manifest: Manifest, began: float) -> None:
        """Lead, now that the Lease was written in our name. began: the moment when the request was sent."""
        self._seen = ObservedLease(manifest, decode(manifest), self._clock())
        self._recover()
        if began + lead(self._pace) <= self._clock():
            return
        self._deadline, self._stop_by = began + lead(self._pace), began + stop(self._pace)
        self._lost.clear()
        self._acquired.set()
        self._announce(Role.LEADER, self._identity)

    def _lose(self, reason: str, *, at_once: bool = False) -> None:
        """Stop leading. at_once: another process may lead already."""
        self._deadline = -math.inf
        if at_once:
            self._stop_by = self._clock()
        if self._acquired.is_set():
            self._acquired.clear()
            self._lost.set()
            self._announce(Role.STANDBY, self._other(), reason)

    async def _expire(self) -> None:
        """Publish the loss of the lease when the deadline passes, whatever else is awaited then."""
        while True:
            await self._acquired.wait()
            rest = self._deadline - self._clock()
            if rest > 0:
                await asyncio.sleep(min(rest, _SLICE))
            else:
                why = f": {self._problem}" if self._problem else ""
                self._lose(f"the lease {self._name} could not be renewed in {lead(self._pace):g} s{why}")

    def _note(self, manifest: Manifest | None) -> None:
        """Take note of a Lease that was seen; while this process leads, it may be older than our own last write."""
        if not self._acquired.is_set():
            self._observe(manifest)
            self._woken.set()
        elif manifest is None or decode(manifest).holder != self._identity:
            self._next = -math.inf
            self._woken.set()

    def _observe(self, manifest: Manifest | None) -> None:
        before, self._seen = self._seen, observe(self._seen, manifest, self._clock())
        if self._seen is not before and not self._acquired.is_set():
            self._recover()
            if self._seen.record.holder != self._identity:
                self._announce(Role.STANDBY, self._other())

    def _other(self) -> str:
        """Return the identity of another holder; "" where none is known."""
        holder = self._seen.record.holder if self._seen is not None and self._seen.manifest is not None else ""
        return "" if holder == self._identity else holder

    def _fail(self, error: ApiError | TimeoutError) -> None:
        """Publish a fault once it has lasted, or at once where a person has to act; every other passes by itself."""
        now, is_refused = self._clock(), isinstance(error, RequestRejected)
        self._failing_since = min(self._failing_since, now)
        if is_refused or not self._problem:
            self._problem = str(error) or f"no answer within {patience(self._pace):g} s"
        lasts = is_refused or now - self._failing_since >= self._pace.renew_deadline
        is_published = self._published is not None and bool(self._published.reason)
        if lasts and (is_refused or not is_published) and not self._acquired.is_set():
            self._announce(Role.STANDBY, self._other(), f"the lease {self._name} cannot be had: {self._problem}")

    def _recover(self) -> None:
        self._failing_since, self._problem = math.inf, ""

    def _announce(self, role: Role, holder: str, reason: str = "") -> None:
        transitions = self._seen.record.transitions if self._seen is not None else 0
        leadership = Leadership(role, holder, self._identity, transitions, reason)
        if leadership != self._published:
            self._published = leadership
            self._publish(leadership)
