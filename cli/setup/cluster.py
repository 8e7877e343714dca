"""Finds the readable kinds of objects of a cluster, for a new stack."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from components.operator.args import Rights
from components.operator.rbac import IDENTITY, each_right
from stacks.deploy.access_review import denied, in_words
from stacks.deploy.rights import reads
from stacks.kube.access import access
from stacks.kube.api import ApiError
from stacks.kube.kubeconfig import load
from stacks.kube.object_api import ObjectApi
from stacks.kube.timing import ApiTiming
from stacks.model.errors import UserError
from stacks.observe.cluster.sources import sources_of
from stacks.settings.cluster import ROUTES_INGRESSES_SERVICES, ClusterSettings, SourceName

TIMEOUT = 5.0
"""Seconds to wait for the cluster's answer."""


@dataclass(frozen=True, slots=True)
class Contexts:
    """The contexts of a kubeconfig. current: "" where it has none."""

    names: tuple[str, ...]
    current: str


@dataclass(frozen=True, slots=True)
class Probed:
    """The sources of a cluster. usable: the readable ones; unusable: the reasons of the others."""

    server: str
    usable: tuple[SourceName, ...]
    unusable: Mapping[SourceName, str]


def contexts(kubeconfig: str, environment: Mapping[str, str]) -> Contexts | None:
    """Return the contexts of a kubeconfig, or of the user's; None where no readable one exists."""
    try:
        found = load(kubeconfig, environment)
    except UserError:
        if kubeconfig:
            raise
        return None
    return Contexts(tuple(sorted(found.contexts)), found.current_context)


def probe(
    cluster: ClusterSettings,
    environment: Mapping[str, str],
    wanted: tuple[SourceName, ...] = ROUTES_INGRESSES_SERVICES,
) -> Probed:
    """Ask the cluster for readable sources. Raises UserError where it cannot be reached, or refuses us."""
    way = access(cluster, environment)
    try:
        return asyncio.run(_probe(ObjectApi(way, ApiTiming(timeout=TIMEOUT)), cluster, wanted))
    except ApiError as error:
        raise UserError(
            f"the cluster cannot be asked: {error}",
            f"{way.server}, context {way.config.context_name}",
            "mend that, or leave the cluster out",
        ) from error


async def _probe(api: ObjectApi, cluster: ClusterSettings, wanted: tuple[SourceName, ...]) -> Probed:
    usable: list[SourceName] = []
    unusable: dict[SourceName, str] = {}
    try:
        for name in wanted:
            alone = cluster.model_copy(update={"sources": (name,), "events": False})
            if await api.served(sources_of(alone)[name].resources()[0]) is None:
                unusable[name] = "the cluster does not serve it"
                continue
            rights = chain.from_iterable(each_right(Rights(reads=(one,))) for one in reads(alone))
            lacking = await denied(api, (one for one in rights if one != IDENTITY))
            if lacking:
                unusable[name] = f"we may not {in_words(lacking)}"
            else:
                usable.append(name)
    finally:
        await api.close()
    return Probed(api.server, tuple(usable), unusable)
