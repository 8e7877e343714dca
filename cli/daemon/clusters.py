"""The clusters that the loop follows; the client is imported only where there is one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from stacks.model.claims import SourceSighting
from stacks.settings.cluster import ClusterSettings


@contextmanager
def following_clusters(
    clusters: Sequence[ClusterSettings],
    post: Callable[[tuple[SourceSighting, ...]], None],
    ended: Callable[[], object],
) -> Iterator[None]:
    """Post what the objects of these clusters wish for, within the block, whenever it has changed.

    ended: called, from a thread, when nothing is followed any more; raises after the block what has ended it.
    """
    if not clusters:
        yield
        return
    from stacks.observe.cluster.following import following  # noqa: PLC0415 - see above

    with following(clusters, os.environ, post, ended=ended):
        yield
