"""The claims of the clusters' objects, published whenever they have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from stacks.kube.timing import ApiTiming
from stacks.model.claims import SourceSighting
from stacks.observe.cluster.reading import ConnectedCluster, connect, reflected, sightings
from stacks.observe.looping import burst_over, looping
from stacks.settings.cluster import ClusterSettings

Post = Callable[[tuple[SourceSighting, ...]], None]

_QUIET = 0.02
"""Seconds without a change after which a burst of changes is over."""
_BURST = 0.1
"""Seconds after which even a burst that goes on is published."""
_PACE = ApiTiming()


@contextmanager
def following(
    clusters: Sequence[ClusterSettings],
    environment: Mapping[str, str],
    post: Post,
    pace: ApiTiming = _PACE,
    ended: Callable[[], object] = lambda: None,
) -> Iterator[None]:
    """Follow the clusters while the context lasts, in a thread of its own that calls `post`.

    Each call has all sightings, in the settings' order. The first comes when every source has been read or has proved
    unreadable, each other when one has changed. Raises UserError as `read` does, and at the end any error of `post`.
    ended: called, from a thread, when nothing is followed any more, even before the context ends.
    """
    connected = connect(clusters, environment, pace)
    with looping(lambda stopped: _follow(connected, pace, post, stopped), "clusters", ended):
        yield


async def _follow(clusters: Sequence[ConnectedCluster], pace: ApiTiming, post: Post, stopped: asyncio.Event) -> None:
    faults: list[Exception] = []

    def posted(sightings: tuple[SourceSighting, ...]) -> None:
        try:
            post(sightings)
        except Exception as error:  # noted: the end may cancel the task before it has passed the error on
            faults.append(error)
            raise

    ended = asyncio.create_task(stopped.wait())
    publishing = asyncio.create_task(_publish(clusters, pace, posted))
    await asyncio.wait((ended, publishing), return_when=asyncio.FIRST_COMPLETED)
    for task in (ended, publishing):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await publishing
    if faults:
        raise ExceptionGroup("what is read could not be passed on", faults)


async def _publish(clusters: Sequence[ConnectedCluster], pace: ApiTiming, post: Post) -> None:
    changed = asyncio.Event()
    async with reflected(clusters, pace, changed.set, watching=True):
        published: tuple[SourceSighting, ...] | None = None
        while True:
            changed.clear()
            current = sightings(clusters)
            if current != published:
                published = current
                post(current)
            await changed.wait()
            await burst_over(changed, _QUIET, _BURST)
