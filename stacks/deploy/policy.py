"""Work out the rules for names and targets that the API server of a stack's operator is to enforce."""

from __future__ import annotations

from components.operator.args import DomainArgs, PolicyArgs
from stacks.deploy.rights import own_clusters
from stacks.plan.desired.admission import Closed
from stacks.settings.stack import Settings


def policy(settings: Settings) -> PolicyArgs | None:
    """Return the rules for the objects of the operator's own cluster; None where the settings limit nothing."""
    for cluster in own_clusters(settings):
        if cluster.domains or cluster.targets.are_limited:
            closed = Closed.of(settings)
            return PolicyArgs(
                sources=tuple(dict.fromkeys(cluster.sources)),
                zones=tuple(zone.zone for zone in settings.each_zone()),
                counted_namespaces=cluster.namespaces,
                ingress_classes=cluster.ingress_classes,
                tls_hosts=cluster.tls_hosts,
                taken=tuple(sorted(closed.names)),
                prefixes=closed.prefixes,
                suffixes=closed.suffixes,
                domains=tuple(
                    DomainArgs(one.names, one.namespaces, one.labels, one.exclude) for one in cluster.domains
                ),
                networks=cluster.targets.networks,
                target_names=cluster.targets.names,
            )
    return None
