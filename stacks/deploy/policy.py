"""Work out the rules for names and targets that the API server of a stack's operator is to enforce."""

from __future__ import annotations

from collections.abc import Iterable

from components.operator.args import DomainArgs, PolicyArgs
from components.records import international
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
                zones=_spelled(zone.zone for zone in settings.each_zone()),
                counted_namespaces=cluster.namespaces,
                ingress_classes=cluster.ingress_classes,
                annotation_prefix=cluster.annotation_prefix,
                tls_hosts=cluster.tls_hosts,
                taken=_spelled(sorted(closed.names)),
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


def _spelled(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, international ones in both forms: the API server reads annotations as they are written."""
    return tuple(dict.fromkeys(form for name in names for form in (name, international.to_unicode(name))))
