"""Ingresses: a record for each of their hosts. Pure. Sources: Kubernetes networking/v1; external-dns, annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.kube.objects import INGRESSES, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster import annotation_values as values
from stacks.observe.cluster.annotations import (
    CONTENT_MODE,
    HOSTNAME,
    INGRESS_HOSTNAME_SOURCE,
    Annotated,
    find,
    is_anothers,
    value,
)
from stacks.observe.cluster.assemble import Asking, assemble, known
from stacks.observe.cluster.kinds.hostnames import hostname, is_hostname
from stacks.observe.cluster.source import Options

CLASS_ANNOTATION = "kubernetes.io/ingress.class"


@dataclass(frozen=True, slots=True)
class Ingresses:
    """The Ingresses of the chosen classes."""

    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (INGRESSES,)

    def wishes(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        found = objects.all(INGRESSES)
        if isinstance(found, Unknown):
            return found
        return Known(tuple(wish for one in found.value for wish in self._of_ingress(one, objects.cluster)))

    def _of_ingress(self, ingress: Manifest, cluster: str) -> Iterator[Claim | Complaint]:
        key = key_of(cluster, INGRESSES, ingress)
        said = Annotated.of(key, ingress)
        if is_anothers(said) or not self._has_class(ingress, said):
            return
        if self.options.opt_in and not find((said,), CONTENT_MODE):
            return
        faults: list[Complaint] = []
        names = hosts(ingress, said, faults)
        yield from assemble(Asking(key, created(ingress), (said,)), names, addresses(ingress, key), faults)

    def _has_class(self, ingress: Manifest, said: Annotated) -> bool:
        """The annotation counts only where the field is not set."""
        own = ingress["spec"].get("ingressClassName") or said.annotations.get(CLASS_ANNOTATION, "")
        return not self.options.ingress_classes or own in self.options.ingress_classes


def hosts(ingress: Manifest, said: Annotated, faults: list[Complaint]) -> tuple[str, ...]:
    """The host names of an Ingress: those of its rules and its certificates, and those of its annotation."""
    spec = ingress["spec"]
    ruled = [rule.get("host") or "" for rule in spec.get("rules") or ()]
    ruled += [host for tls in spec.get("tls") or () for host in tls.get("hosts") or ()]
    defined = tuple(hostname(host) for host in ruled if host and is_hostname(host))
    which = value((said,), INGRESS_HOSTNAME_SOURCE, values.hostname_source, values.HOSTNAME_SOURCES, faults)
    asked = value((said,), HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or ()
    match which:
        case "annotation-only":
            return asked
        case "defined-hosts-only":
            return defined
    return (*defined, *asked)


def addresses(ingress: Manifest, key: ObjectKey) -> Known[tuple[str, ...]] | Unknown:
    """The addresses that the status of an Ingress has. None is unknown: its controller may be starting."""
    status = ((ingress.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return known(
        (one[field] for one in status for field in ("ip", "hostname") if one.get(field)), f"{key} has no address"
    )
