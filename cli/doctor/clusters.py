"""Checks the clusters: whether they answer, serve the wanted kinds, and grant the rights that the settings need."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, failed, ok, warning
from cli.state.secrets.factory import lock_name
from cli.state.secrets.url import StateUrl, is_kubernetes, parse
from components.operator.args import ObjectName, Rights
from components.operator.rbac import IDENTITY, Right, each_right
from stacks.deploy.access_review import denied, in_words
from stacks.deploy.rights import reads, rights
from stacks.kube.access import Access, access
from stacks.kube.api import ApiError
from stacks.kube.home import home
from stacks.kube.object_api import ObjectApi
from stacks.kube.timing import ApiTiming
from stacks.observe.cluster.sources import sources_of
from stacks.settings.cluster import ClusterSettings
from stacks.settings.watch import is_on

TIMEOUT = 10.0
"""Seconds to wait for an answer of the own cluster."""
READING = frozenset({"list", "watch"})
GRANT = "grant it: a ClusterRole, or a Role in that namespace, and its binding; `truenorth deploy --render` writes them"


def cluster(examined: Examined, settings: ClusterSettings) -> Iterator[DoctorFinding]:
    """Check a cluster whose objects get records. Raises UserError where the access to it is not configured."""
    about = f"cluster {settings.name}" if settings.name else "cluster"
    way = access(settings, examined.environment)
    yield from _asked(about, way, settings.timeout, lambda api: _of_cluster(about, api, settings))


def own(examined: Examined) -> Iterator[DoctorFinding]:
    """Check the cluster that keeps the Lease, the address cache and the state, where the settings want one of them.

    Raises UserError where it is not said how it is reached.
    """
    url = _state_url(examined)
    elsewhere = url is not None and bool(url.context or url.kubeconfig)
    wanted = _kept(examined, None if elsewhere else url)
    if wanted is not None:
        place = home(examined.settings, examined.environment)
        needed = _without_identity(wanted(place.namespace))
        about = f"namespace {place.namespace}"
        yield from _asked(about, place.access, TIMEOUT, lambda api: _of_home(about, api, needed))
    if url is not None and elsewhere:
        named = {**examined.settings.cluster.model_dump(), "kubeconfig": url.kubeconfig, "context": url.context}
        lock = ObjectName(url.namespace, lock_name(examined.stack))
        kept = Rights(leases=(lock,), state=ObjectName(url.namespace, url.name))
        about = f"namespace {url.namespace}"
        way = access(ClusterSettings(**named), examined.environment)
        yield from _asked(about, way, TIMEOUT, lambda api: _of_home(about, api, _without_identity(kept)))


def _without_identity(rights: Rights) -> tuple[Right, ...]:
    """Return the missing rights by which something fails; nothing needs the right to read the cluster's identity."""
    return tuple(one for one in each_right(rights) if one != IDENTITY)


def _asked(
    about: str, way: Access, timeout: float, look: Callable[[ObjectApi], Awaitable[list[DoctorFinding]]]
) -> list[DoctorFinding]:
    where = f"{way.server}, context {way.config.context_name}"

    async def ask() -> list[DoctorFinding]:
        api = ObjectApi(way, ApiTiming(timeout=timeout))
        try:
            return await look(api)
        finally:
            await api.close()

    try:
        return asyncio.run(ask())
    except ApiError as error:
        do = "see that the API server is up, that this machine reaches it, and that the credentials are still valid"
        return [failed(about, f"the cluster cannot be asked: {error}", where, do)]


async def _of_cluster(about: str, api: ObjectApi, settings: ClusterSettings) -> list[DoctorFinding]:
    found: list[DoctorFinding] = []
    sources = sources_of(settings)
    for name, source in sources.items():
        if await api.served(source.resources()[0]) is None:
            do = "install what defines it (the Gateway API), or take it out of truenorth:sources"
            found.append(warning(about, f"{name}: the cluster does not serve the kind", api.server, do))
    lacking = await denied(api, _without_identity(Rights(reads=tuple(reads(settings)))))
    if blind := [right for right in lacking if right.verb in READING]:
        found.append(failed(about, f"we may not {in_words(blind)}", api.server, GRANT))
    if mute := [right for right in lacking if right.verb not in READING]:
        do = f"{GRANT}; or set cluster.events: false and cluster.status_annotation: false"
        found.append(warning(about, f"we may not {in_words(mute)}: the owners of objects are not told", api.server, do))
    if not found:
        found.append(ok(about, f"{', '.join(sources) or 'what is balanced'} can be read", api.server))
    return found


async def _of_home(about: str, api: ObjectApi, needed: tuple[Right, ...]) -> list[DoctorFinding]:
    lacking = await denied(api, needed)
    if lacking:
        return [failed(about, f"we may not {in_words(lacking)}", api.server, GRANT)]
    kinds = ", ".join(dict.fromkeys(right.resource for right in needed))
    return [ok(about, f"{kinds} can be kept there", api.server)]


def _state_url(examined: Examined) -> StateUrl | None:
    """Return the place of a state in Secrets; None for another backend."""
    named = (examined.state_url, examined.environment.get("PULUMI_BACKEND_URL", ""), examined.settings.backend)
    url = next(filter(None, named), "")
    return parse(url) if is_kubernetes(url) else None


def _kept(examined: Examined, url: StateUrl | None) -> Callable[[str], Rights] | None:
    """Return the rights that the own cluster has to grant, by namespace; None where nothing is kept there."""
    settings, watch = examined.settings, examined.settings.watch
    state = ObjectName(url.namespace, url.name) if url else None
    election = is_on(watch.election.enabled, examined.environment)
    cache = is_on(watch.cache.enabled, examined.environment)
    if not (state or election or cache):
        return None
    switches = {
        "election": watch.election.model_copy(update={"enabled": "on" if election else "off"}),
        "cache": watch.cache.model_copy(update={"enabled": "on" if cache else "off"}),
    }
    alone = settings.model_copy(
        update={"watch": watch.model_copy(update=switches), "clusters": (), "sources": (), "geo": None}
    )
    return lambda namespace: rights(alone, namespace, lock_name(examined.stack), state)
