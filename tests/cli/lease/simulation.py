"""Electors in virtual time: an API server that keeps one Lease, links with faults, clocks that differ, and engines."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from cli.engine.hold import LEASE_LOST, Hold
from cli.events import Leadership, Role
from cli.lease.election import Election
from cli.lease.engine_guard import guard_engine
from cli.lease.record import LeaseName
from stacks.kube.api import ApiError, Collection, Event, NotFound, Overloaded, RequestRejected, WriteConflict
from stacks.kube.object_api import ObjectApi
from stacks.kube.objects import Manifest, Resource
from stacks.settings.watch import ElectionSettings

T = TypeVar("T")
PLACE = LeaseName("home", "truenorth")
Trouble = Literal["cut", "deaf", "slow", "errors", "lost errors"]
SLOWEST = 4.0
"""Seconds that a request may be on its way, at most, while the link is slow; its answer likewise."""


class _Selector(selectors.DefaultSelector):
    """Time passes when nothing is left to do, and a little with each step: rounding may not make it stand still."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - as the base has it
        if timeout is None:
            raise AssertionError("everybody waits for something that never comes")
        self.now += max(timeout, 1e-7)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which sleeping takes no time."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


def run(act: Coroutine[Any, Any, T]) -> T:
    """Run it in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(act)


class Server:
    """Keeps one Lease by compare-and-swap."""

    def __init__(self) -> None:
        self.lease: Manifest | None = None
        self.watchers: list[Callable[[Event], None]] = []
        self._version = 0

    def get(self) -> Manifest:
        if self.lease is None:
            raise NotFound("there is none")
        return self.lease

    def create(self, body: Mapping[str, Any]) -> Manifest:
        if self.lease is not None:
            raise WriteConflict("there is one", 409)
        return self._put(body, "ADDED")

    def replace(self, body: Mapping[str, Any]) -> Manifest:
        if self.get()["metadata"]["resourceVersion"] != body["metadata"]["resourceVersion"]:
            raise WriteConflict("it has changed", 409)
        return self._put(body, "MODIFIED")

    def delete(self) -> None:
        gone, self.lease = self.lease, None
        if gone is not None:
            self._tell(Event("DELETED", gone, str(self._version)))

    def _put(self, body: Mapping[str, Any], kind: Literal["ADDED", "MODIFIED"]) -> Manifest:
        self._version += 1
        version = str(self._version)
        self.lease = {**body, "metadata": {**body["metadata"], "resourceVersion": version}}
        self._tell(Event(kind, self.lease, version))
        return self.lease

    def _tell(self, event: Event) -> None:
        for tell in tuple(self.watchers):
            tell(event)


@dataclass
class Link:
    """The way of one process to the server. delay: the longest of each direction, in seconds, while all is well."""

    server: Server
    chance: random.Random
    delay: float = 0.05
    back: float = 0.0
    """Seconds by which each answer is later than that."""
    may_watch: bool = True
    troubles: list[tuple[Trouble, float, float]] = field(default_factory=list)
    """Each with the moments from and until when."""

    def _in(self, *kinds: Trouble) -> bool:
        now = asyncio.get_running_loop().time()
        return any(kind in kinds and since <= now < until for kind, since, until in self.troubles)

    def late(self) -> float:
        return self.chance.uniform(0, SLOWEST if self._in("slow") else self.delay)

    async def ask(self, act: Callable[[], T]) -> T:
        """What the client gives up on may arrive all the same, later."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def arrive() -> None:
            result: T | ApiError
            if self._in("cut"):
                return
            try:
                result = Overloaded("500") if self._in("errors") else act()
            except ApiError as error:
                result = error
            loop.call_later(self.back + self.late(), back, Overloaded("504") if self._in("lost errors") else result)

        def back(result: T | ApiError) -> None:
            if self._in("cut", "deaf") or answer.done():
                return
            if isinstance(result, ApiError):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        loop.call_later(self.late(), arrive)
        return await answer

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest:
        assert (resource.kind, namespace, name) == ("Lease", PLACE.namespace, PLACE.name)
        return await self.ask(self.server.get)

    async def create(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest:
        assert (resource.kind, namespace) == ("Lease", PLACE.namespace)
        return await self.ask(lambda: self.server.create(body))

    async def replace(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest:
        assert (resource.kind, namespace) == ("Lease", PLACE.namespace)
        return await self.ask(lambda: self.server.replace(body))

    @asynccontextmanager
    async def watch(self, collection: Collection, version: str) -> AsyncIterator[AsyncIterator[Event]]:
        assert (collection.fields, version) == (f"metadata.name={PLACE.name}", "")
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[Event] = asyncio.Queue()
        until = loop.time()

        def pass_on(event: Event) -> None:
            nonlocal until
            until = max(until, loop.time() + self.late())
            if not self._in("cut", "deaf"):
                loop.call_at(until, events.put_nowait, event)

        def begin() -> None:
            if not self.may_watch:
                raise RequestRejected("may not watch", 403)
            if self.server.lease is not None:
                pass_on(Event("ADDED", self.server.lease, ""))
            self.server.watchers.append(pass_on)

        async def each() -> AsyncIterator[Event]:
            while True:
                yield await events.get()

        await self.ask(begin)
        try:
            yield each()
        finally:
            self.server.watchers.remove(pass_on)


class Engine(Hold):
    """An engine that is at work, one run after the other, whenever it may be."""

    def __init__(self, began: Callable[[Engine], None]) -> None:
        super().__init__()
        self.at_work = False
        self.barred: set[str] = set()
        self.runs: tuple[float, ...] = (0.5, 5.0, 40.0)
        """Seconds that a run may take."""
        self._began = began

    @property
    def is_running(self) -> bool:
        return self.at_work

    def interrupt(self, reason: str) -> None:
        self.barred.add(reason)

    def allow(self, reason: str) -> None:
        self.barred.discard(reason)

    def kill(self) -> None:
        self.at_work = False

    async def work(self, may_run: Callable[[], bool], chance: random.Random) -> None:
        """It does not heed being interrupted: a run ends by itself, late, or is killed."""
        while True:
            if may_run() and not self.barred and not self.is_running:
                self.at_work = True
                self._began(self)
                ends = asyncio.get_running_loop().time() + chance.choice(self.runs)
                while self.is_running and asyncio.get_running_loop().time() < ends:  # noqa: ASYNC110 - time is virtual
                    await asyncio.sleep(0.05)
                self.kill()
            await asyncio.sleep(0.05)


class Process:
    """An elector with its engine. rate: of its clock, seconds a second."""

    def __init__(
        self,
        name: str,
        link: Link,
        pace: ElectionSettings,
        began: Callable[[Engine], None],
        *,
        rate: float = 1.0,
        offset: float = 0.0,
    ) -> None:
        self.engine = Engine(began)
        self.news: list[Leadership] = []
        self.link = link
        self._rate, self._offset = rate, offset
        self.election = Election(cast("ObjectApi", link), PLACE, name, pace, self._told, self.clock)
        self._tasks: list[asyncio.Task[None]] = []

    def clock(self) -> float:
        return self._offset + self._rate * asyncio.get_running_loop().time()

    def sleep(self, seconds: float) -> None:
        """As a machine that is suspended: its clock has gone on, and nothing has noticed."""
        self._offset += seconds

    def start(self) -> None:
        work = self.engine.work(self.election.is_leading, self.link.chance)
        for part in (self.election.run(), guard_engine(self.election, self.engine, self.clock), work):
            self._tasks.append(asyncio.create_task(part))

    async def kill(self) -> None:
        """As kill -9 does: nothing is given back."""
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends
        self.engine.kill()

    async def leave(self) -> None:
        await self.kill()
        await self.election.release()

    def leads(self) -> bool:
        return bool(self._tasks) and not self._tasks[0].done() and self.election.is_leading()

    def _told(self, news: Leadership) -> None:
        self.news.append(news)
        if news.role is Role.LEADER:
            self.engine.allow(LEASE_LOST)
