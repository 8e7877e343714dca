"""Work out the rights of a stack's operator in its cluster."""

from __future__ import annotations

from collections.abc import Iterator

from components.operator.args import ObjectName, Read, Rights
from stacks.kube.cache import Selection, select
from stacks.kube.objects import DNS_ENDPOINTS, GATEWAYS, LISTENER_SETS, NAMESPACES, X_LISTENER_SETS, Resource
from stacks.observe.cluster.kinds.geo import balanced
from stacks.observe.cluster.sources import options_of, sources_of
from stacks.settings.cluster import ClusterSettings
from stacks.settings.stack import Settings
from stacks.settings.watch import pushed_name

_WITH_ROUTES = {GATEWAYS, LISTENER_SETS, X_LISTENER_SETS}
"""Kinds that get Events although no source names their objects: routes attach to them."""


def rights(settings: Settings, namespace: str, lock_name: str, state: ObjectName | None) -> Rights:
    """Return the rights of an operator in a namespace.

    lock_name: the Lease of an election without a name in the settings, and of writers of state outside of an election.
    state: the head Secret, for state in this cluster.
    """
    election, cache = settings.watch.election, settings.watch.cache
    lock = ObjectName(election.lock_namespace or namespace, election.lock_name or lock_name)
    leases = [lock] if election.enabled != "off" else []
    if state:
        leases.append(ObjectName(state.namespace, lock_name))
    pushed = ObjectName(lock.namespace, pushed_name(lock.name)) if settings.watch.dyndns.is_shared else None
    cached = ObjectName(cache.namespace or lock.namespace, cache.name) if cache.enabled != "off" else None
    return Rights(
        reads=tuple(dict.fromkeys(read for cluster in own_clusters(settings) for read in reads(cluster))),
        leases=tuple(dict.fromkeys(leases)),
        cache=cached,
        pushed=pushed,
        files=tuple(dict.fromkeys(own_files(settings))),
        state=state,
    )


def own_clusters(settings: Settings) -> tuple[ClusterSettings, ...]:
    """Return the clusters that a pod reads by its service account: its own."""
    return tuple(one for one in settings.each_cluster() if not one.kubeconfig and not one.context)


def own_files(settings: Settings) -> Iterator[ObjectName]:
    """Yield the ConfigMaps with zones that a pod writes by its service account."""
    for zone in settings.each_zone():
        if zone.provider == "coredns" and zone.coredns and not any(zone.coredns.place):
            yield ObjectName(zone.coredns.namespace, zone.coredns.config_map)


def reads(cluster: ClusterSettings) -> Iterator[Read]:
    """Yield the reads of a cluster, some more than once, with the writes to their objects that follow from them."""
    for source in sources_of(cluster).values():
        resources = source.resources()
        for resource, selection in select(resources, cluster).items():
            is_own = resource is resources[0]
            yield _read(selection, cluster, is_own=is_own, gets_events=is_own or resource in _WITH_ROUTES)
    if cluster.asks_for_labels:
        yield _read(Selection(NAMESPACES), cluster, is_own=False, gets_events=False)
    if geo := cluster.geo:
        for source in balanced(geo, options_of(cluster)).values():
            resources = source.resources()
            for resource, selection in select(resources, cluster).items():
                yield _read(selection, cluster, is_own=False, gets_events=resource is resources[0])


def _read(selection: Selection, cluster: ClusterSettings, *, is_own: bool, gets_events: bool) -> Read:
    resource: Resource = selection.resource
    return Read(
        group=resource.group,
        resource=resource.plural,
        namespaced=resource.namespaced,
        namespaces=selection.namespaces,
        gets_events=gets_events and cluster.events,
        is_annotated=is_own and cluster.status_annotation,
        gets_status=resource == DNS_ENDPOINTS and cluster.events,
    )
