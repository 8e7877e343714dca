"""Objects whose addresses are balanced: Ingresses, Services and Gateways with the label for it. Pure.

The load balancers are those of the settings, each with the addresses of all these objects; where the settings name
none, each object has the load balancers of its hosts. An object's label names the cluster of its pool, as in
external-dns-cloudflare-geo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.plain_text import quoted
from stacks.kube.objects import GATEWAYS, INGRESSES, SERVICES, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import GEO, Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotation_values as values
from stacks.observe.cluster.claims.annotations import HOSTNAME, TARGET, Annotated, annotation_value, spellings
from stacks.observe.cluster.claims.source import ClaimSource, Options
from stacks.observe.cluster.kinds import gateway, ingress, service
from stacks.settings.geo import GeoSettings, is_cluster_name, is_internal

CLUSTER_LABELS = ("cluster-name", "cluster_name")
"""The labels that name the cluster, and so its pool; the first one on an object counts."""
_ADDRESSES = {INGRESSES: ingress.addresses, SERVICES: service.addresses, GATEWAYS: gateway.addresses}


def balanced(settings: GeoSettings, options: Options) -> Mapping[str, ClaimSource]:
    """Return a source for each kind of balanced object in the settings, by its name; a cluster need not serve all."""
    named = {one.kind.lower(): one for one in _ADDRESSES}
    return {f"{GEO}{kind}": BalancedObjects(named[kind], settings, options) for kind in named if kind in settings.kinds}


@dataclass(frozen=True, slots=True)
class BalancedObjects:
    """The balanced objects of one kind; the API server has selected them by their label."""

    resource: Resource
    settings: GeoSettings
    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (self.resource,)

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        found = objects.all(self.resource)
        if isinstance(found, Unknown):
            return found
        counted = (one for one in found.value if self.resource is not GATEWAYS or self.options.gateways.has(one))
        return Known(tuple(claim for one in counted for claim in self._of_object(one, objects.cluster)))

    def _of_object(self, manifest: Manifest, place: str) -> Iterator[Claim | Complaint]:
        """Yield a claim for each host name; of an object that lacks something only complaints."""
        key = key_of(place, self.resource, manifest)
        annotated = Annotated.of(key, manifest, self.options.prefix)
        faults: list[Complaint] = []
        cluster = self._cluster(key, manifest, faults)
        names = self._names(key, manifest, annotated, faults)
        targets = annotation_value((annotated,), TARGET, values.targets, values.TARGETS, faults)
        if faults:
            yield from faults
            return
        addresses = _reachable(Known(targets) if targets else _ADDRESSES[self.resource](manifest, key), key)
        for name in names:
            yield Claim(name, None, addresses, key, created(manifest), pool_of=cluster)

    def _cluster(self, key: ObjectKey, manifest: Manifest, faults: list[Complaint]) -> str:
        """Return the cluster of the object's pool: the settings' own, else the label's."""
        if self.settings.cluster:
            return self.settings.cluster
        labels = manifest["metadata"].get("labels") or {}
        label = next((one for one in CLUSTER_LABELS if labels.get(one, "").strip()), "")
        if not label:
            faults.append(_skipped(key, "it lacks the label cluster-name, which names its pool", "cluster-name"))
            return ""
        cluster = str(labels[label]).strip()
        if not is_cluster_name(cluster):
            allowed = "letters, digits, - and _, at most 63 of them"
            what = f"the label {label} has the value {quoted(cluster)}; allowed: {allowed}"
            faults.append(_skipped(key, what, label, cluster, allowed))
        return cluster

    def _names(
        self, key: ObjectKey, manifest: Manifest, annotated: Annotated, faults: list[Complaint]
    ) -> tuple[str, ...]:
        chosen = tuple(one.hostname for one in self.settings.each_balancer())
        if chosen:
            return chosen
        if self.resource is INGRESSES:
            found = ingress.hosts(manifest, annotated, self.options.tls_hosts, faults)
        else:
            found = annotation_value((annotated,), HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or ()
        if not found and not faults:
            where = (
                "hosts in its rules"
                if self.resource is INGRESSES
                else f"the annotation {spellings(HOSTNAME, annotated.prefix)[0]}"
            )
            faults.append(_skipped(key, f"it has no host name: give it {where}, or set truenorth:geo.hostname"))
        return tuple(dict.fromkeys(found))


def _reachable(found: Known[tuple[str, ...]] | Unknown, key: ObjectKey) -> Known[tuple[str, ...]] | Unknown:
    """Return the addresses that Cloudflare can reach; Unknown where there are none."""
    if isinstance(found, Unknown):
        return found
    outside = tuple(sorted(one for one in found.value if not is_internal(one)))
    if outside:
        return Known(outside)
    inside = ", ".join(found.value)
    if not inside:
        return Unknown(f"{key} has no address of its own: make it a LoadBalancer, or set truenorth:geo.addresses")
    return Unknown(f"{key} has private addresses only ({inside}), which Cloudflare does not reach: set geo.addresses")


def _skipped(key: ObjectKey, what: str, label: str = "", text: str = "", allowed: str = "") -> Complaint:
    return Complaint(key, label, text, allowed, f"{key}: {what}. It is not balanced until it is mended")
