"""Work out the rules for names and targets that the API server of a stack's operator is to enforce."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from components.operator.args import DomainArgs, KindArgs, PolicyArgs
from components.records import international
from components.views import OUTSIDE, view_of
from stacks.deploy.rights import own_clusters
from stacks.kube.objects import Resource
from stacks.model.selectors import Selector, over_annotations, over_labels
from stacks.observe.cluster.kinds import istio
from stacks.observe.cluster.kinds.described import DescribedObjects
from stacks.observe.cluster.sources import sources_of
from stacks.plan.desired.admission import Closed
from stacks.settings.cluster import ClusterSettings
from stacks.settings.stack import Settings


def policy(settings: Settings) -> PolicyArgs | None:
    """Return the rules for the objects of the operator's own cluster; None where the settings limit nothing."""
    for cluster in own_clusters(settings):
        if cluster.domains or cluster.targets.are_limited:
            closed = Closed.of(settings)
            return PolicyArgs(
                sources=tuple(dict.fromkeys(cluster.sources)),
                zones=_spelled(dict.fromkeys(zone.domain for zone in settings.each_zone())),
                described=tuple(described(cluster).values()),
                counted_namespaces=cluster.namespaces,
                gateways=cluster.gateways,
                gateway_namespaces=cluster.gateway_namespaces,
                ingress_classes=cluster.ingress_classes,
                cluster_addresses=cluster.cluster_addresses or "service" in cluster.default_targets,
                service_types=cluster.service_types,
                selection=(
                    *_requirements("labels", over_labels(cluster.labels)),
                    *_requirements("annotations", over_annotations(cluster.annotations)),
                ),
                opt_in=cluster.opt_in,
                annotation_prefix=cluster.annotation_prefix,
                tls_hosts=cluster.tls_hosts,
                taken=_spelled(sorted(name for name in closed.names if view_of(name) == OUTSIDE)),
                prefixes=closed.prefixes,
                suffixes=closed.suffixes,
                domains=tuple(
                    DomainArgs(_spelled(one.names), one.namespaces, one.labels, _spelled(one.exclude))
                    for one in cluster.domains
                ),
                networks=cluster.targets.networks,
                target_names=_spelled(cluster.targets.names),
            )
    return None


def described(cluster: ClusterSettings) -> dict[str, KindArgs]:
    """Return the kinds of other programs that a cluster's objects are of, by source."""
    found: dict[str, KindArgs] = {}
    for name, source in sources_of(cluster).items():
        if isinstance(source, DescribedObjects):
            one = source.description
            found[name] = replace(_kind(one.resource, *one.names), reading=one.reading)
        elif isinstance(source, istio.IstioGateways):
            found[name] = replace(_kind(istio.GATEWAYS, istio.HOSTS), reading="hosts")
        elif isinstance(source, istio.VirtualServices):
            found[name] = _kind(istio.VIRTUAL_SERVICES, "spec.hosts[]")
    return found


def _kind(resource: Resource, *names: str) -> KindArgs:
    return KindArgs(resource.group, resource.version, resource.plural, resource.kind, names)


def _requirements(of: str, selector: Selector) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for one in selector:
        yield (of, one.key, one.operator), one.values


def _spelled(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, international ones in both forms: the API server reads annotations as they are written."""
    return tuple(dict.fromkeys(form for name in names for form in (name, international.to_unicode(name))))
