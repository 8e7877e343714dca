"""What the clusters' objects wish for now: each kind is listed once, all clusters and kinds at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from stacks.kube.timing import ApiTiming
from stacks.model.claims import SourceSighting
from stacks.observe.cluster.connecting import Connected, connect, reflected, sightings
from stacks.settings.cluster import ClusterSettings


def read(clusters: Sequence[ClusterSettings], environment: Mapping[str, str]) -> tuple[SourceSighting, ...]:
    """One sighting for each source of each cluster, in the settings' order.

    What cannot be read within the cluster's `timeout` is unknown. Raises UserError where it is not even said how a
    cluster is reached, or its credentials cannot be used.
    """
    pace = ApiTiming()
    return asyncio.run(_read(connect(clusters, environment, pace), pace))


async def _read(clusters: Sequence[Connected], pace: ApiTiming) -> tuple[SourceSighting, ...]:
    async with reflected(clusters, pace, changed=_unheard, watching=False):
        return sightings(clusters)


def _unheard() -> None:
    """Nobody waits for changes."""
