"""What a stack's operator has to be allowed in the cluster that it runs in."""

from __future__ import annotations

from collections.abc import Iterator

from components.operator.args import ObjectName, Read, Rights
from stacks.kube.cache import Selection, select
from stacks.kube.objects import GATEWAYS, LISTENER_SETS, Resource
from stacks.observe.cluster.kinds.geo import balanced
from stacks.observe.cluster.source import Options
from stacks.observe.cluster.sources import SOURCES
from stacks.settings.cluster import ClusterSettings
from stacks.settings.stack import Settings

_COMPLAINED_OF = {GATEWAYS, LISTENER_SETS}
"""What no source names, and is told of all the same: routes attach to it."""


def rights(settings: Settings, namespace: str, lock_name: str, state: ObjectName | None) -> Rights:
    """The rights of an operator in this namespace. state: the head Secret, where state is kept in this cluster.

    lock_name: the Lease of the election where the settings name none, and of whoever writes state outside of it.
    """
    election, cache = settings.watch.election, settings.watch.cache
    lock = ObjectName(election.lock_namespace or namespace, election.lock_name or lock_name)
    leases = [lock] if election.enabled != "off" else []
    if state:
        leases.append(ObjectName(state.namespace, lock_name))
    cached = ObjectName(cache.namespace or lock.namespace, cache.name) if cache.enabled != "off" else None
    return Rights(
        reads=tuple(dict.fromkeys(read for cluster in own_clusters(settings) for read in reads(cluster))),
        leases=tuple(dict.fromkeys(leases)),
        cache=cached,
        state=state,
    )


def own_clusters(settings: Settings) -> tuple[ClusterSettings, ...]:
    """The clusters that a pod reads by its service account: its own."""
    return tuple(one for one in settings.each_cluster() if not one.kubeconfig and not one.context)


def reads(cluster: ClusterSettings) -> Iterator[Read]:
    """What is read of a cluster, and whose objects are told of it; some of it more than once."""
    for name in dict.fromkeys(cluster.sources):
        resources = SOURCES[name](Options()).resources()
        for resource, selection in select(resources, cluster).items():
            is_own = resource is resources[0]
            yield _read(selection, cluster, is_own=is_own, gets_events=is_own or resource in _COMPLAINED_OF)
    if geo := cluster.geo:
        for source in balanced(geo).values():
            for selection in select(source.resources(), cluster).values():
                yield _read(selection, cluster, is_own=False, gets_events=False)


def _read(selection: Selection, cluster: ClusterSettings, *, is_own: bool, gets_events: bool) -> Read:
    resource: Resource = selection.resource
    return Read(
        group=resource.group,
        resource=resource.plural,
        namespaced=resource.namespaced,
        namespaces=selection.namespaces,
        gets_events=gets_events and cluster.events,
        is_annotated=is_own and cluster.status_annotation,
    )
