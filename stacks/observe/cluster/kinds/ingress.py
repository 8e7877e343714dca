"""Ingresses: a record for each of their hosts. Pure. Sources: Kubernetes networking/v1; external-dns, annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stacks.kube.objects import INGRESSES, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotation_values as values
from stacks.observe.cluster.claims.annotations import (
    HOSTNAME,
    INGRESS_HOSTNAME_SOURCE,
    Annotated,
    annotated_names,
    annotation_value,
    find_annotation,
    makes_claims,
)
from stacks.observe.cluster.claims.assemble import Claimant, assemble, known
from stacks.observe.cluster.claims.hostnames import hostname, is_hostname
from stacks.observe.cluster.claims.limits import claims_of_each
from stacks.observe.cluster.claims.source import Options
from stacks.settings.cluster import TlsHosts

CLASS_ANNOTATION = "kubernetes.io/ingress.class"


@dataclass(frozen=True, slots=True)
class Ingresses:
    """The Ingresses of the chosen classes."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (INGRESSES,)

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        return claims_of_each(objects.all(INGRESSES), lambda one: self._of_ingress(one, objects.cluster), self.options)

    def _of_ingress(self, ingress: Manifest, cluster: str) -> Iterator[Claim | Complaint]:
        key = key_of(cluster, INGRESSES, ingress)
        annotated = Annotated.of(key, ingress, self.options.prefix)
        if not makes_claims((annotated,), opt_in=self.options.opt_in) or not self._has_class(ingress, annotated):
            return
        faults: list[Complaint] = []
        names = hosts(ingress, annotated, self.options.tls_hosts, faults)
        default = self.options.default_target(f"class/{class_of(ingress, annotated)}")
        added = self.options.templated(INGRESSES, ingress, key).names(names, faults)
        claimant = Claimant(key, created(ingress), (annotated,), default=default, templated=added)
        yield from assemble(claimant, (*names, *added), addresses(ingress, key), faults)

    def _has_class(self, ingress: Manifest, annotated: Annotated) -> bool:
        """Return whether the class is one of the settings'; the annotation counts only where the field is not set."""
        return not self.options.ingress_classes or class_of(ingress, annotated) in self.options.ingress_classes


def class_of(ingress: Manifest, annotated: Annotated) -> str:
    """Return the class of an Ingress; "" for none."""
    return str(ingress["spec"].get("ingressClassName") or annotated.annotations.get(CLASS_ANNOTATION, ""))


def hosts(ingress: Manifest, annotated: Annotated, tls_hosts: TlsHosts, faults: list[Complaint]) -> tuple[str, ...]:
    """Return the host names of an Ingress: those of its rules and its annotation, and of its certificates.

    A certificate's hosts are what it is valid for, not what is served (networking/v1, `IngressTLS.hosts`): they are the
    fallback of an Ingress that nothing else names.
    """
    spec, own = ingress["spec"], (annotated,)
    which = annotation_value(own, INGRESS_HOSTNAME_SOURCE, values.hostname_source, values.HOSTNAME_SOURCES, faults)
    added = annotated_names(own, HOSTNAME, faults)
    if which == "annotation-only":
        return added
    defined = _possible(rule.get("host") for rule in spec.get("rules") or ())
    is_annotated = which != "defined-hosts-only" and find_annotation(own, HOSTNAME) is not None
    if tls_hosts == "always" or (tls_hosts == "fallback" and not (defined or is_annotated)):
        defined += _possible(host for tls in spec.get("tls") or () for host in tls.get("hosts") or ())
    return defined if which == "defined-hosts-only" else (*defined, *added)


def _possible(hosts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(hostname(host) for host in hosts if host and is_hostname(host))


def addresses(ingress: Manifest, key: ObjectKey) -> Known[tuple[str, ...]] | Unknown:
    """Return the addresses in an Ingress's status; Unknown where there are none, as while its controller starts."""
    status = ((ingress.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return known(
        (one[field] for one in status for field in ("ip", "hostname") if one.get(field)), f"{key} has no address"
    )
