"""The claims of the containers of Docker daemons, read once, or published whenever they have changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

from stacks.model.claims import CONTAINER, DOCKER, SourceSighting
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.filters import filters
from stacks.observe.docker import containers
from stacks.observe.docker.daemon import DaemonError, DockerApi
from stacks.observe.looping import burst_over, looping
from stacks.settings.cluster import ClaimRules
from stacks.settings.neighbours.docker import DockerSettings

Post = Callable[[tuple[SourceSighting, ...]], None]

_QUIET, _BURST = 0.02, 0.1
"""Seconds without a change after which a burst is over, and after which it is looked at all the same."""
_OPENING = 1.0
"""Seconds to wait until a daemon has begun to tell of changes: some begin with the first."""


@dataclass(frozen=True, slots=True)
class DaemonTiming:
    """The pace at which daemons are followed, in seconds.

    look: between two looks without news, each over a connection of its own: one that is lost tells nothing.
    first_retry, longest_retry: between two attempts; it doubles from the one to the other.
    """

    look: float = 60.0
    first_retry: float = 0.2
    longest_retry: float = 30.0


_PACE = DaemonTiming()


@dataclass(slots=True)
class _Watched:
    """A daemon with its last sighting. rules: for what its containers may ask."""

    settings: DockerSettings
    rules: ClaimRules
    daemon: DockerApi
    identity: str = ""
    sighting: SourceSighting | None = None

    async def look(self) -> None:
        """Note the present claims, and the daemon's identity with the first. Raises DaemonError."""
        listed = await self.daemon.containers()
        self.identity = self.identity or await self.daemon.identity()
        rules = self.rules
        options = Options(names_per_object=rules.names_per_object, targets_per_name=rules.targets_per_name)
        self._note(containers.claims(listed, self.settings, options))

    def lose(self, error: DaemonError) -> None:
        """Note that the claims are unknown."""
        self._note(Unknown(f"the Docker API at {self.settings.host}: {error}"))

    def _note(self, found: containers.Found) -> None:
        if isinstance(found, Known) and self.sighting and self.sighting.found == found:
            found = self.sighting.found  # the same value says at a glance that nothing has changed
        chosen = filters(self.settings)
        self.sighting = SourceSighting(self.settings.name, DOCKER, CONTAINER, found, uid=self.identity, filters=chosen)


def read(daemons: Sequence[DockerSettings], rules: ClaimRules) -> tuple[SourceSighting, ...]:
    """Return a sighting for each daemon, in the settings' order. Raises UserError for certificates of no use.

    rules: for what containers may ask. Claims that cannot be read within a daemon's `timeout` are unknown.
    """
    return asyncio.run(_read(daemons, rules))


@contextmanager
def following(
    daemons: Sequence[DockerSettings],
    rules: ClaimRules,
    post: Post,
    pace: DaemonTiming = _PACE,
    ended: Callable[[], object] = lambda: None,
) -> Iterator[None]:
    """Follow the daemons while the context lasts, in a thread of its own that calls `post`.

    Each call has the sighting of one daemon: the first when it has been read or has proved unreadable, each other when
    it has changed. Raises UserError as `read` does, and at the end any error of `post`. ended: as of `looping`.
    """
    with looping(lambda stopped: _follow(daemons, rules, post, pace, stopped), "docker", ended):
        yield


async def _read(daemons: Sequence[DockerSettings], rules: ClaimRules) -> tuple[SourceSighting, ...]:
    async with _connected(daemons, rules) as watched:
        await asyncio.gather(*map(_look, watched))
        return tuple(one.sighting for one in watched if one.sighting)


async def _look(one: _Watched) -> None:
    try:
        await one.look()
    except DaemonError as error:
        one.lose(error)


@asynccontextmanager
async def _connected(daemons: Sequence[DockerSettings], rules: ClaimRules) -> AsyncIterator[list[_Watched]]:
    async with AsyncExitStack() as closing:
        watched = [_Watched(one, rules, DockerApi(one)) for one in daemons]
        for one in watched:
            closing.push_async_callback(one.daemon.close)
        yield watched


async def _follow(
    daemons: Sequence[DockerSettings], rules: ClaimRules, post: Post, pace: DaemonTiming, stopped: asyncio.Event
) -> None:
    async with _connected(daemons, rules) as watched:
        tasks = [asyncio.create_task(_keep(one, post, pace)) for one in watched]
        stopping = asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait((stopping, *tasks), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (stopping, *tasks):
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    faults = [one for one in outcomes if isinstance(one, Exception)]
    if faults:
        raise ExceptionGroup("what is read could not be passed on", faults)


async def _keep(one: _Watched, post: Post, pace: DaemonTiming) -> None:
    """Publish the claims of a daemon for ever."""
    published: SourceSighting | None = None
    failures = 0
    while True:
        try:
            async with aclosing(_looks(one, pace.look)) as looks:
                async for _ in looks:
                    failures = 0
                    published = _published(one, published, post)
            await asyncio.sleep(pace.first_retry)  # a stream that always ends at once is no reason to ask without end
        except DaemonError as error:
            one.lose(error)
            published = _published(one, published, post)
            await asyncio.sleep(min(pace.longest_retry, pace.first_retry * 2 ** min(failures, 20)))
            failures += 1


def _published(one: _Watched, before: SourceSighting | None, post: Post) -> SourceSighting | None:
    if one.sighting and one.sighting != before:
        post((one.sighting,))
    return one.sighting


async def _looks(one: _Watched, seconds: float) -> AsyncGenerator[None, None]:
    """Look now and after each change that the daemon tells of, for some seconds. Raises DaemonError."""
    opened, changed = asyncio.Event(), asyncio.Event()
    until = asyncio.get_running_loop().time() + seconds
    listening = asyncio.create_task(one.daemon.listen(opened.set, changed.set))
    listening.add_done_callback(lambda _: opened.set())
    listening.add_done_callback(lambda _: changed.set())
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(_OPENING):
                await opened.wait()
        while not listening.done():
            changed.clear()
            await one.look()
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await changed.wait()
            if not changed.is_set():
                return
            await burst_over(changed, _QUIET, _BURST)
        await listening
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
